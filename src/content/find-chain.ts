import { attributionEndingAt } from './attribution.ts';
import type { MailNature } from '../domain/mail-nature.ts';
import { headerLine, isComplete, isConvincing, readHeaderBlock } from './header-block.ts';
import { type Line } from './lines.ts';
import { notesStart } from './notes.ts';
import { isPicture, isText, quotedBelow, type QuoteRun, quoteRuns } from './quotes.ts';
import { asksToReplyAbove, framedWords, isOpenPhrase, isRule } from './separators.ts';

/** Why a mail was split, or was not. */
export type ChainReason =
  | 'header_block'
  | 'attribution'
  | 'separator'
  | 'notes'
  | 'quote'
  | 'unique_body'
  | 'no_chain'
  | 'nothing_new'
  | 'interleaved'
  /** A bounce, a report or an automatic reply: what it quotes is what it says. */
  | 'notice';

export type ChainFinding =
  | {
      readonly kind: 'found';
      readonly reason: ChainReason;
      readonly start: number;
      /** Where the chain begins within its first line. */
      readonly column: number;
      /** First line after the chain; null: the chain goes to the end. */
      readonly end: number | null;
    }
  | { readonly kind: 'none'; readonly reason: ChainReason };

interface Marker {
  readonly start: number;
  readonly column: number;
  readonly reason: ChainReason;
}

const none = (reason: ChainReason): ChainFinding => ({ kind: 'none', reason });

/** Fewer quoted lines at the end of a mail than this, with nobody named, may be anything. */
const minLoneQuote = 3;
const maxBlanksAboveHeader = 2;
const maxAttributionLines = 4;
const maxFooterLines = 6;
const maxRuledFooterLines = 25;
/** What mailing lists and free mail services put below a mail. */
const footer =
  /^(?:-- ?$|--$|_{5,}|-{10,}|={10,}|\*{10,}|~{10,}|to unsubscribe|unsubscribe|you received this message because|this e?-?mail|sent (?:from|via|with)|get (?:your|more|outlook)|do you yahoo|mailing list)/iu;

/**
 * Where the chain of a mail lies, by its lines and its nature. It never calls everything the chain, and keeps a mail
 * whole whose answers stand between the quoted lines (in HTML, as far as the last answer). In a mail that answers
 * nothing only what a mail client alone writes begins a chain: forms, covers and bookings look like headers too.
 */
export function findChain(lines: readonly Line[], nature: MailNature): ChainFinding {
  if (nature === 'notice') return none('notice');
  const finding = nature === 'answer' ? inAnswer(lines) : inFirst(lines);
  if (finding.kind === 'none') return finding;
  const start = finding.column > 0 ? finding.start : withSeparators(lines, finding.start);
  const tail = finding.end === null ? [] : lines.slice(finding.end);
  const isNew = finding.column > 0 || saysSomething(lines.slice(0, start)) || saysSomething(tail);
  return isNew ? { ...finding, start } : (historyOf(lines, finding.start) ?? none('nothing_new'));
}

/**
 * In a forward without a word the forwarded mail is what it brings, and older mail below it is chain: only where the
 * client's own mark stands at the header of both, so that no part of the forwarded mail itself is taken for one.
 */
function historyOf(lines: readonly Line[], start: number): ChainFinding | undefined {
  const forwarded = lines[start]?.marks.divider === true ? readHeaderBlock(lines, start) : undefined;
  if (forwarded === undefined || !isConvincing(forwarded, true)) return undefined;
  const older = firstMarker(lines, forwarded.end);
  if (older?.reason !== 'header_block' || lines[older.start]?.marks.divider !== true) return undefined;
  if (!saysSomething(lines.slice(forwarded.end, older.start))) return undefined;
  return { kind: 'found', reason: 'header_block', start: withSeparators(lines, older.start), column: 0, end: null };
}

function inAnswer(lines: readonly Line[]): ChainFinding {
  const marker = firstMarker(lines);
  const runs = quoteRuns(lines, marker?.start ?? lines.length);
  return marker === undefined ? fromQuotes(lines, runs) : fromMarker(lines, marker, runs);
}

function inFirst(lines: readonly Line[]): ChainFinding {
  const start = lines.findIndex((_, at) => isClientMade(lines, at));
  if (start === -1) return none('no_chain');
  const runs = quoteRuns(lines, lines.length).filter((run) => run.end > start);
  // Somebody may have answered between the lines of what a client quoted; it is kept whole then.
  return runs.length > 1 ? none('interleaved') : { kind: 'found', reason: 'separator', start, column: 0, end: null };
}

/**
 * A client's own mark of the quoted mail, with the header or the attribution that belongs to it: "-----Original
 * Message-----" in any language above a complete header, "Begin forwarded message:" likewise, an element that only a
 * mail client names so.
 */
function isClientMade(lines: readonly Line[], at: number): boolean {
  const line = lines[at];
  if (line === undefined || line.text === '') return false;
  if (line.marks.divider && (hasHeader(lines, at) || attributionNear(lines, at))) return true;
  const phrase = framedWords(line.text)?.known === true || isOpenPhrase(line.text);
  return phrase && hasHeader(lines, at + 1);
}

/** A complete header begins here, or below up to two blank lines. */
function hasHeader(lines: readonly Line[], at: number): boolean {
  const first = lines.slice(at, at + maxBlanksAboveHeader + 1).findIndex(({ text }) => text !== '');
  const block = first === -1 ? undefined : readHeaderBlock(lines, at + first);
  return block !== undefined && isComplete(block);
}

/** An attribution begins here: it ends within the lines that one may be wrapped to. */
function attributionNear(lines: readonly Line[], at: number): boolean {
  for (let end = at; end < at + maxAttributionLines; end += 1) {
    const found = attributionEndingAt(lines, end, true);
    if (found !== undefined) return found.start <= at;
  }
  return false;
}

function firstMarker(lines: readonly Line[], from = 0): Marker | undefined {
  for (let at = from; at < lines.length; at += 1) {
    if (!isText(lines[at])) continue;
    const marker = separatorAt(lines, at) ?? headerAt(lines, at) ?? attributionAt(lines, at);
    if (marker !== undefined) return marker;
  }
  return undefined;
}

function separatorAt(lines: readonly Line[], at: number): Marker | undefined {
  const text = lines[at]?.text ?? '';
  const column = text.search(/(?<=\S )-{4,}[^-]{3,60}-{4,}$/u);
  if (column > 0 && framedWords(text.slice(column))?.known === true) return { start: at, column, reason: 'separator' };
  const separates = asksToReplyAbove(text) || (/^[-_=~*+—–─>]{2}/u.test(text) && isKnownFrame(lines, at));
  return separates ? { start: at, column: 0, reason: 'separator' } : undefined;
}

/** "----- Original Message -----", also when it is wrapped, or when the header follows on the same line. */
function isKnownFrame(lines: readonly Line[], at: number): boolean {
  const text = lines[at]?.text ?? '';
  const frame = framedWords(text);
  if (frame === undefined) return framedWords(`${text} ${lines[at + 1]?.text ?? ''}`)?.known === true;
  if (frame.known || (frame.rest !== '' && headerLine(frame.rest) !== undefined)) return true;
  const below = lines.slice(at + 1, at + 2 + maxBlanksAboveHeader).find((line) => line.text !== '');
  return frame.likely && below !== undefined && headerLine(below.text) !== undefined;
}

function headerAt(lines: readonly Line[], at: number): Marker | undefined {
  if (!/[:：]/u.test(lines[at]?.text ?? '')) return undefined;
  const block = readHeaderBlock(lines, at);
  if (block !== undefined && isConvincing(block, isAnnounced(lines, at)))
    return { start: at, column: 0, reason: 'header_block' };
  const start = notesStart(lines, at, block);
  return start === undefined ? undefined : { start, column: 0, reason: 'notes' };
}

function attributionAt(lines: readonly Line[], at: number): Marker | undefined {
  if (quotedBelow(lines, at)) return undefined;
  const found = attributionEndingAt(lines, at, false);
  return found?.strong === true ? { start: found.start, column: found.column, reason: 'attribution' } : undefined;
}

/** Something before the line says that a quoted mail comes: a rule, a separator, the client's own markup. */
function isAnnounced(lines: readonly Line[], at: number): boolean {
  const marks = lines[at]?.marks;
  if (marks?.divider === true || marks?.ruled === true) return true;
  const above = lines.slice(Math.max(0, at - 3), at).findLast((line) => line.text !== '');
  return above !== undefined && isSeparator(above.text);
}

function isSeparator(text: string): boolean {
  const frame = framedWords(text);
  return (
    isRule(text) ||
    isOpenPhrase(text) ||
    (frame !== undefined && (frame.known || frame.likely || /^[-_=~*]{3}/u.test(text)))
  );
}

/** Rules and separators right above the chain are part of it. */
function withSeparators(lines: readonly Line[], start: number): number {
  let first = start;
  for (let above = start - 1; above >= 0; above -= 1) {
    const text = lines[above]?.text ?? '';
    if (text === '') continue;
    if (!isSeparator(text)) break;
    first = above;
  }
  return first;
}

function fromMarker(lines: readonly Line[], marker: Marker, runs: readonly QuoteRun[]): ChainFinding {
  const toEnd = { kind: 'found', end: null } as const;
  const [only] = runs;
  const joins = runs.length === 1 && only !== undefined && !lines.slice(only.end, marker.start).some(isText);
  if (!joins) return { ...toEnd, reason: marker.reason, start: marker.start, column: marker.column };
  return {
    ...toEnd,
    reason: 'quote',
    start: only.attribution?.start ?? only.start,
    column: only.attribution?.column ?? 0,
  };
}

function fromQuotes(lines: readonly Line[], runs: readonly QuoteRun[]): ChainFinding {
  const first = runs[0];
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return none('no_chain');
  const tail = lines.slice(last.end).filter((line) => isText(line) && !isPicture(line));
  const open = tail.length === 0 || isFooter(tail);
  if (runs.length === 1) return fromOneRun(first, open);
  if (first.forwarded) return cutAt(first, null);
  const lastIsChain = open && first.attribution?.strong !== true && last.attribution?.strong === true;
  if (lastIsChain) return cutAt(last, null);
  // Where markup says what is quoted, no broken wrap can pass for an answer: what is below the last answer may go.
  const belowAnswers = tail.length === 0 && lines[last.start]?.at !== null;
  return belowAnswers ? { ...cutAt(last, null), reason: 'interleaved' } : none('interleaved');
}

/** A signature or what a list adds: short, and announced by its first line. */
function isFooter(tail: readonly Line[]): boolean {
  const ruled = tail.slice(0, 2).some((line) => isRule(line.text));
  return footer.test(tail[0]?.text ?? '') && tail.length <= (ruled ? maxRuledFooterLines : maxFooterLines);
}

function fromOneRun(run: QuoteRun, open: boolean): ChainFinding {
  if (open || run.forwarded) {
    const enough = run.attribution !== null || run.citation || (run.size >= minLoneQuote && !run.inset);
    return enough ? cutAt(run, null) : none('no_chain');
  }
  return run.attribution === null ? none('interleaved') : cutAt(run, run.end);
}

function cutAt(run: QuoteRun, end: number | null): ChainFinding {
  const at = run.attribution ?? { start: run.start, column: 0 };
  return {
    kind: 'found',
    reason: run.attribution === null ? 'quote' : 'attribution',
    start: at.start,
    column: at.column,
    end,
  };
}

/** More than rules and blank lines. */
function saysSomething(lines: readonly Line[]): boolean {
  return lines.some(
    (line) => line.text !== '' && !isSeparator(line.text) && /[\p{L}\p{N}\p{S}]|\ufffc/u.test(line.text),
  );
}
