import { type HeaderBlock, headerLine } from './header-block.ts';
import type { Line } from './lines.ts';
import { framedWords, isRule } from './separators.ts';

/*
 * Lotus Notes writes the author and the time on lines of their own above "To: … cc: … Subject: …", or in a column to
 * the left of them.
 */
const time = /\d{1,2}[./-]\d{1,2}[./-]\d{2,4}[\s,]*(?:\d{1,2}[:.]\d{2})?|\b\d{4}-\d{2}-\d{2}\b/u;
const maxNameLength = 90;
const maxLinesAbove = 8;

/** Where the Notes header whose labels begin at line `at` starts, or undefined where it is none. */
export function notesStart(lines: readonly Line[], at: number, block: HeaderBlock | undefined): number | undefined {
  if (block === undefined) return beginsInColumn(lines[at]) ? columnStart(lines, at) : undefined;
  const { roles } = block;
  if (!roles.has('to') || !roles.has('subject')) return undefined;
  const author = authorAbove(lines, at);
  if (author !== undefined) return withLetterhead(lines, author);
  // Without an author the labels must be those of Notes, all three of them.
  return block.isNotes && roles.has('cc') && !block.isMemo && (lines[at - 1]?.text ?? '') === '' ? at : undefined;
}

/** The organisation's name, indented above an author who is indented too, a blank line between. */
function withLetterhead(lines: readonly Line[], author: number): number {
  if (lines[author]?.indented !== true) return author;
  const gap = lines[author - 1]?.text === '' ? 1 : 0;
  const name = lines[author - 1 - gap];
  const alone = (lines[author - 2 - gap]?.text ?? '') === '';
  const isName = name?.indented === true && name.text !== '' && name.text.length <= maxNameLength;
  return isName && alone ? author - 1 - gap : author;
}

function beginsInColumn(line: Line | undefined): boolean {
  const [first = '', ...columns] = line?.text.split('\t') ?? [];
  return headerLine(first) === undefined && columns.some((cell) => headerLine(cell) !== undefined);
}

/** The first line of the author and time above line `at`: at most eight lines up, no blank lines within. */
function authorAbove(lines: readonly Line[], at: number): number | undefined {
  const near = lines.slice(Math.max(0, at - maxLinesAbove), at).map((line) => line.text);
  const nearest = near.findLastIndex((text) => text !== '');
  const block = near.slice(near.findLastIndex((text, index) => index < nearest && !mayBeAuthor(text)) + 1, nearest + 1);
  if (nearest === -1 || !block.some((text) => time.test(text))) return undefined;
  return at - near.length + nearest + 1 - block.length;
}

/** A name, "Sent by: …" or a time; not the end of what was written before. */
function mayBeAuthor(text: string): boolean {
  if (text === '' || text.length > maxNameLength) return false;
  return framedWords(text) === undefined && !isRule(text) && !/[.!?]$/u.test(text);
}

/** Author in a left column, labels in a right one; both within a few lines. */
function columnStart(lines: readonly Line[], at: number): number | undefined {
  const near = lines.slice(at, at + 12);
  const labels = near.flatMap((line) => line.text.split('\t').flatMap((cell) => [...(headerLine(cell)?.roles ?? [])]));
  if (!labels.includes('to') || !labels.includes('subject')) return undefined;
  if (!near.some((line) => time.test(line.text))) return undefined;
  let start = at;
  while (
    start > 0 &&
    at - start < maxLinesAbove &&
    (lines[start - 1]?.text ?? '') !== '' &&
    (lines[start - 1]?.text.length ?? 0) <= maxNameLength
  ) {
    start -= 1;
  }
  return start;
}
