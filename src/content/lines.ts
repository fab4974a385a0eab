import type { OpenElement } from './html-walk.ts';

/** What the markup of a line says about it; evidence besides the text, never instead of it. */
export interface Marks {
  /** Something only a mail client puts where the chain starts: a named divider, the rule of Outlook. */
  readonly divider: boolean;
  /** It is drawn with a rule above it, as other clients do there, and as anybody may. */
  readonly ruled: boolean;
  /** It is quoted by a blockquote that a mail client made. */
  readonly citation: boolean;
  /** It stands in a blockquote of another kind, as the indent button of a mail client makes them. */
  readonly inset: boolean;
}

/** One line of a mail as the detectors see it, and where it lies in the source. */
export interface Line {
  /** At most `maxLineLength` characters, without quote marks, trimmed; a run of blanks is one space, a wide one a tab. */
  readonly text: string;
  /** How often the line is quoted. */
  readonly quote: number;
  /** Its length in the source; a mail program wraps long lines. */
  readonly length: number;
  /** It begins with a tab or four blanks; only for text. */
  readonly indented: boolean;
  /** Source offsets, without the line break. */
  readonly start: number;
  readonly end: number;
  readonly marks: Marks;
  /** Only for HTML: the elements open at its two ends. */
  readonly at: { readonly start: OpenElement | null; readonly end: OpenElement | null } | null;
}

export const maxLineLength = 400;
/** Characters of a raw line that are looked at for these. */
const rawLineLength = 2000;
/** Lines that are looked at; more than anybody reads. */
export const maxLines = 50_000;
const minBarQuote = 4;
export const noMarks: Marks = { divider: false, ruled: false, citation: false, inset: false };
/** Stands for an image: content, but no text. */
export const imageMark = '\ufffc';

/** Longest stretch of blanks and quote marks that is read as quoting. */
const quotePrefix = /^[ \t]{0,4}>(?:[ \t]{0,2}>){0,30}/u;

/** ">From" is how mailbox files escape a line, ">>> Ann 1/2/26 >>>" how GroupWise attributes. */
const noQuote = /^>From |^>>> .{1,200} >>>\s*$/u;

export interface LineScan {
  readonly lines: readonly Line[];
  /** Where in the source the scan ended. */
  readonly scannedTo: number;
}

/** The lines of a text body, as far as `maxChars`; a line cut by the limit is left out. */
export function textLines(content: string, maxChars: number): LineScan {
  const lines: Line[] = [];
  let start = 0;
  while (start < content.length && start < maxChars && lines.length < maxLines) {
    const end = lineEnd(content, start);
    if (end > maxChars && lines.length > 0) break;
    lines.push(lineOf(content, start, end));
    start = afterBreak(content, end);
  }
  return { lines: withBarQuotes(lines.map(closingOf)), scannedTo: Math.min(start, content.length) };
}

/** "> wrote:" below unquoted text ends an attribution whose address Polymail puts on lines of its own. */
function closingOf(line: Line, at: number, lines: readonly Line[]): Line {
  const above = lines[at - 1];
  const closes = line.quote === 1 && line.text === 'wrote:' && above?.quote === 0 && above.text !== '';
  return closes ? { ...line, text: '> wrote:', quote: 0 } : line;
}

/** Some quote with ": " or "| ": at least four lines in a row, and no table. */
function withBarQuotes(lines: readonly Line[]): readonly Line[] {
  const barred = lines.map((line) => /^[:|](?:\s|$)/u.test(line.text) && !/.\|$/u.test(line.text));
  if (!barred.includes(true)) return lines;
  const lengths = runLengths(barred);
  return lines.map((line, at) =>
    (lengths[at] ?? 0) < minBarQuote ? line : { ...line, text: line.text.slice(1).trim(), quote: line.quote + 1 },
  );
}

/** For each position the length of the run of `true` it is in. */
function runLengths(flags: readonly boolean[]): readonly number[] {
  const lengths = flags.map(() => 0);
  let start = 0;
  for (let at = 0; at <= flags.length; at += 1) {
    if (flags[at] === true) continue;
    lengths.fill(at - start, start, at);
    start = at + 1;
  }
  return lengths;
}

/** The text of a line without its quote marks, and how many there were. ">From" at the start of a line is none. */
export function unquoted(text: string): { readonly text: string; readonly quote: number } {
  const prefix = quotePrefix.exec(text)?.[0];
  if (prefix === undefined || noQuote.test(text)) return { text, quote: 0 };
  return { text: text.slice(prefix.length), quote: prefix.split('>').length - 1 };
}

/** What detectors look at: format characters gone, blanks collapsed, bounded. */
export function detectorText(raw: string): string {
  return (
    raw
      .slice(0, rawLineLength)
      .replace(/\p{Cf}/gu, '')
      // Left over where a server did not decode quoted-printable.
      .replace(/^(?:=09|=20|\s)+|(?:=09|=20|\s)+$/gu, '')
      .replace(/[\s\u00a0]+/gu, (blanks) => (blanks.length > 2 || blanks.includes('\t') ? '\t' : ' '))
      .trim()
      .slice(0, maxLineLength)
  );
}

function lineOf(content: string, start: number, end: number): Line {
  const raw = content.slice(start, Math.min(end, start + rawLineLength));
  const { text, quote } = unquoted(raw);
  const indented = /^(?: {4}| {0,3}\t)/u.test(raw);
  return { text: detectorText(text), quote, length: end - start, indented, start, end, marks: noMarks, at: null };
}

function lineEnd(content: string, from: number): number {
  for (let at = from; at < content.length; at += 1) {
    const code = content.charCodeAt(at);
    if (code === 10 || code === 13) return at;
  }
  return content.length;
}

function afterBreak(content: string, end: number): number {
  return content.charCodeAt(end) === 13 && content.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
}
