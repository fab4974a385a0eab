import { type Attribution, attributionEndingAt } from './attribution.ts';
import { isConvincing, readHeaderBlock } from './header-block.ts';
import type { Line } from './lines.ts';
import { framedWords, isOpenPhrase, isRule } from './separators.ts';

/** Quoted lines that belong together, blank lines and broken wraps included. `end` is exclusive. */
export interface QuoteRun {
  readonly start: number;
  readonly end: number;
  /** Who is quoted: said by the line above, or by the first quoted lines; `start` is then where that begins. */
  readonly attribution: { readonly start: number; readonly column: number; readonly strong: boolean } | null;
  /** It begins as a forwarded mail does, which nobody answers between the lines. */
  readonly forwarded: boolean;
  /** Quoted by a mail client's own markup. */
  readonly citation: boolean;
  /** Set in by its author, perhaps: markup says so that no mail client quotes with. */
  readonly inset: boolean;
  /** Lines with text. */
  readonly size: number;
}

/** Mail programs break lines from about here, and the rest then stands unquoted. */
const wrapLength = 58;
const maxWrapLines = 12;
const maxLinkPieces = 4;
const maxRest = 30;
const maxOpeningLines = 8;
const linkOnly = /^[<([]?(?:https?:\/\/|www\.|mailto:)\S+(?:\s*[>)\]])?[.,;]?$/iu;
/** What programs put behind the words of a link; no answer looks so. */
const bracketedLink = /^[<([](?:https?:\/\/|www\.|mailto:)\S+[>)\]]/iu;
const linkThenWords = /^[<([]?(?:https?:\/\/|www\.|mailto:)\S/iu;
const sentenceEnd = /[.?!:]["”)]?$/u;

/** The quoted stretches among the first `end` lines. */
export function quoteRuns(lines: readonly Line[], end: number): readonly QuoteRun[] {
  const runs: QuoteRun[] = [];
  let at = 0;
  while (at < end) {
    if ((lines[at]?.quote ?? 0) === 0) {
      at += 1;
      continue;
    }
    const runEnd = endOfRun(lines, at, end);
    runs.push(describe(lines, at, runEnd));
    at = runEnd;
  }
  return runs;
}

export function isText(line: Line | undefined): boolean {
  return line !== undefined && line.text !== '' && line.quote === 0;
}

/** Nothing on it but pictures. */
export function isPicture(line: Line): boolean {
  return /^[\ufffc\s]+$/u.test(line.text);
}

/** Is what comes next after line `at` quoted deeper than the line itself? */
export function quotedBelow(lines: readonly Line[], at: number): boolean {
  const quote = lines[at]?.quote ?? 0;
  for (let below = at + 1; below <= at + 4; below += 1) {
    const line = lines[below];
    if (line === undefined) return false;
    if (line.quote > quote) return true;
    if (line.text !== '') return false;
  }
  return false;
}

function endOfRun(lines: readonly Line[], start: number, limit: number): number {
  let end = start + 1;
  for (let at = end; at < limit; at += 1) {
    const line = lines[at];
    if (line === undefined) break;
    // A broken line at the very end may be an answer after all; a link in brackets is none.
    if (line.quote > 0 || (bracketedLink.test(line.text) && isBrokenLink(lines, at))) end = at + 1;
    else if (line.text !== '' && !isBrokenWrap(lines, at)) break;
  }
  return end;
}

/**
 * An unquoted line that is the rest of the long quoted line above it: the sentence goes on, and so does the quote right
 * below. An answer begins a sentence, or stands between blank lines.
 */
function isBrokenWrap(lines: readonly Line[], at: number): boolean {
  let first = at;
  while (first > at - maxWrapLines && isText(lines[first - 1]) && isLong(lines[first - 1])) first -= 1;
  const rest = lines[first]?.text ?? '';
  if (isWithinOldQuote(lines, at) || isBrokenLink(lines, at)) return true;
  if (!isUnfinished(lines[first - 1], rest)) return false;
  return quoteGoesOn(lines, at) || (beginsWithin(rest) && paragraphEnds(lines, at));
}

/**
 * A link that a mail program put on a line of its own, or broke: right below a quoted line, and either in brackets or
 * with the quote going on below it. So is a rule.
 */
function isBrokenLink(lines: readonly Line[], at: number): boolean {
  const [above, text] = [lines[at - 1], lines[at]?.text ?? ''];
  if (above === undefined || above.at !== null) return false;
  const goesOn = (lines[afterPieces(lines, at)]?.quote ?? 0) > 0;
  if (above.quote === 0) return goesOn && linkThenWords.test(above.text) && isPiece(text);
  return bracketedLink.test(text) || (goesOn && (linkThenWords.test(text) || isRule(text)));
}

/** The first line below `at` that is no piece of a long link. */
function afterPieces(lines: readonly Line[], at: number): number {
  let below = at + 1;
  while (below <= at + maxLinkPieces && isText(lines[below]) && isPiece(lines[below]?.text ?? '')) below += 1;
  return below;
}

function isPiece(text: string): boolean {
  return !/\s/u.test(text);
}

/** A few words between lines quoted twice or more, which nobody answers any longer. */
function isWithinOldQuote(lines: readonly Line[], at: number): boolean {
  const [above, line, below] = [lines[at - 1], lines[at], lines[at + 1]];
  if (above === undefined || above.at !== null || above.quote < 2 || (line?.length ?? 0) > maxRest) return false;
  return below?.quote === above.quote || (above.quote > 2 && (below?.quote ?? 0) > 0);
}

/** A blank line comes, all lines before the last one being long. */
function paragraphEnds(lines: readonly Line[], at: number): boolean {
  for (let below = at; below <= at + maxWrapLines; below += 1) {
    const next = lines[below + 1];
    if (next === undefined || next.text === '') return true;
    if (next.quote > 0 || !isLong(lines[below])) return false;
  }
  return false;
}

/** A quoted line whose sentence `rest` goes on with. Markup says itself what is quoted. */
function isUnfinished(above: Line | undefined, rest: string): boolean {
  if (above === undefined || above.at !== null || above.quote === 0) return false;
  if (linkOnly.test(rest)) return true;
  return isLong(above) && above.text !== '' && (beginsWithin(rest) || !sentenceEnd.test(above.text));
}

function beginsWithin(text: string): boolean {
  return /^[\p{Ll}(]/u.test(text);
}

/** Quoted again right below, nothing but the rest of a paragraph between. */
function quoteGoesOn(lines: readonly Line[], at: number): boolean {
  for (let below = at + 1; below <= at + maxWrapLines; below += 1) {
    const line = lines[below];
    if (line === undefined || (line.quote === 0 && line.text === '')) return false;
    if (line.quote > 0) return true;
    if (!isLong(lines[below - 1])) return false;
  }
  return false;
}

function isLong(line: Line | undefined): boolean {
  return line !== undefined && line.length >= wrapLength;
}

function describe(lines: readonly Line[], start: number, end: number): QuoteRun {
  const opening = openingOf(lines, start, end);
  const forwarded = opening === 'forward';
  return {
    start,
    end,
    attribution: attributionAbove(lines, start) ?? (opening === undefined ? null : { start, column: 0, strong: true }),
    forwarded,
    citation: lines[start]?.marks.citation === true,
    inset: lines[start]?.marks.inset === true,
    size: lines.slice(start, end).filter((line) => line.text !== '').length,
  };
}

function attributionAbove(lines: readonly Line[], start: number): Attribution | undefined {
  for (let above = start - 1; above >= 0 && above >= start - 4; above -= 1) {
    if (lines[above]?.text !== '') return attributionEndingAt(lines, above, true);
  }
  return undefined;
}

/** What the first quoted lines are, where they are an attribution or a header (Apple Mail quotes these too). */
function openingOf(lines: readonly Line[], start: number, end: number): 'attribution' | 'forward' | undefined {
  const written = lines
    .slice(start, Math.min(end, start + maxOpeningLines))
    .flatMap((line, index) => (line.text === '' ? [] : [start + index]));
  for (const at of written) {
    const text = lines[at]?.text ?? '';
    if (beginsForward(lines, at)) return 'forward';
    if (attributionEndingAt(lines, at, quotedBelow(lines, at))?.strong === true) return 'attribution';
    if (text.length > 100 && !isRule(text)) return undefined;
  }
  return undefined;
}

function beginsForward(lines: readonly Line[], at: number): boolean {
  const text = lines[at]?.text ?? '';
  if (isOpenPhrase(text) || framedWords(text)?.known === true) return true;
  const block = readHeaderBlock(lines, at);
  return block !== undefined && isConvincing(block, true);
}
