import type { MailNature } from '../domain/mail-nature.ts';
import type { MessageBody } from '../domain/message.ts';
import { cutHtml, type Place } from './cut-html.ts';
import { type ChainFinding, type ChainReason, findChain } from './find-chain.ts';
import { htmlLines } from './html-lines.ts';
import { type Line, type LineScan, textLines } from './lines.ts';
import { uniqueLineCount } from './unique-body.ts';

export type { ChainReason } from './find-chain.ts';

/**
 * A mail seen as its new part and its email chain. It is a view: the caller keeps the whole body, so a wrong cut costs
 * nothing that cannot be had back.
 */
export interface ChainSplit {
  readonly fresh: MessageBody;
  /** Null: the mail was kept whole. */
  readonly chain: MessageBody | null;
  readonly reason: ChainReason;
  readonly flags: {
    /** Answers stand between the quoted lines: those were kept for that, in HTML as far as the last answer. */
    readonly interleaved: boolean;
    /** The mail is longer than what was looked at; what is beyond went with the chain, or stayed with the whole. */
    readonly truncated: boolean;
  };
}

/** Characters of text that are looked at. */
export const scanLimit = 256 * 1024;

/** What is known of a mail besides its text. */
export interface About {
  readonly nature: MailNature;
  /** The server's idea of the new part; asked only of an answer in which our own rules find no chain. */
  readonly uniqueBody: MessageBody | null;
}

/**
 * Splits a mail into its new part and its chain. The same mail is always split the same: nothing here looks at a clock,
 * the work is bounded by `scanLimit`, the number of lines and their length.
 */
export function splitChain(body: MessageBody, { nature, uniqueBody }: About): ChainSplit {
  const scan = scanBody(body);
  const own = findChain(scan.lines, nature);
  const asks = nature === 'answer' && own.kind === 'none' && own.reason === 'no_chain';
  const finding = asks ? (hinted(scan.lines, uniqueBody) ?? own) : own;
  const truncated = scan.scannedTo < body.content.length;
  if (finding.kind === 'none') return keepWhole(body, finding.reason, truncated);
  const parts =
    body.kind === 'text' ? cutText(body.content, scan.lines, finding) : cutLines(body.content, scan.lines, finding);
  return {
    fresh: { kind: body.kind, content: parts.kept },
    chain: { kind: body.kind, content: parts.taken },
    reason: finding.reason,
    flags: { interleaved: finding.reason === 'interleaved', truncated },
  };
}

/** The mail as it came, with the reason why it is not split. */
function keepWhole(body: MessageBody, reason: ChainReason, truncated = false): ChainSplit {
  return { fresh: body, chain: null, reason, flags: { interleaved: reason === 'interleaved', truncated } };
}

type Found = Extract<ChainFinding, { kind: 'found' }>;

function scanBody(body: MessageBody): LineScan {
  return body.kind === 'text' ? textLines(body.content, scanLimit) : htmlLines(body.content, scanLimit);
}

function hinted(lines: readonly Line[], uniqueBody: MessageBody | null): Found | undefined {
  if (uniqueBody === null) return undefined;
  const start = uniqueLineCount(lines, scanBody(uniqueBody).lines);
  return start === undefined ? undefined : { kind: 'found', reason: 'unique_body', start, column: 0, end: null };
}

function cutText(
  content: string,
  lines: readonly Line[],
  { start, column, end }: Found,
): { kept: string; taken: string } {
  const first = lines[start];
  const from = first === undefined ? content.length : first.start + sourceColumn(content, first, column);
  const to = end === null ? content.length : (lines[end]?.start ?? content.length);
  const head = content.slice(0, from).trimEnd();
  const tail = content.slice(to).replace(/^(?:[^\S\r\n]*(?:\r\n|\r|\n))+/u, '');
  const between = head === '' || tail.trim() === '' ? '' : '\n\n';
  return { kept: head + between + (tail.trim() === '' ? '' : tail), taken: content.slice(from, to) };
}

/** Where the character at `column` of a line's text lies in its source: as many visible characters in. */
function sourceColumn(content: string, line: Line, column: number): number {
  if (column === 0) return 0;
  let visible = line.text.slice(0, column).replace(/\s/gu, '').length;
  for (let at = line.start; at < line.end; at += 1) {
    if (/[\s\p{Cf}]/u.test(content.charAt(at))) continue;
    if (visible === 0) return at - line.start;
    visible -= 1;
  }
  return 0;
}

function cutLines(html: string, lines: readonly Line[], { start, end }: Found): { kept: string; taken: string } {
  const last = lines[start - 1];
  const first = lines[start];
  const from: Place =
    last === undefined
      ? { offset: first?.start ?? 0, at: first?.at?.start ?? null }
      : { offset: last.end, at: last.at?.end ?? null };
  const next = end === null ? undefined : lines[end];
  return cutHtml(html, from, next === undefined ? null : { offset: next.start, at: next.at?.start ?? null });
}
