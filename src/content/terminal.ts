import { createRequire } from 'node:module';
import type * as StringWidth from 'string-width';

export interface TerminalOptions {
  /** Columns at most, the ellipsis included; per line where `multiline`. */
  readonly width?: number;
  /** Keep line breaks; otherwise each becomes one space. */
  readonly multiline?: boolean;
}

/*
 * Control strings: OSC, DCS, SOS, PM and APC in their 7-bit and 8-bit forms, with their payload up to ST, BEL, CAN, SUB
 * or the end of the line: one that never ends must not take the rest of a mail with it. Then CSI, complete or cut, then
 * every other escape. Each branch consumes what it looks at, so one pass is linear and leaves no ESC and no C1 behind.
 */
const controlString =
  '(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u0018\\u001a\\u001b\\u009c\\r\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)?';
const controlSequence = '(?:\\u001b\\[|\\u009b)[\\u0030-\\u003f]*[\\u0020-\\u002f]*[\\u0040-\\u007e]?';
const otherEscape = '\\u001b[\\u0020-\\u002f]*[\\u0030-\\u007e]?';
const escapes = new RegExp(`${controlString}|${controlSequence}|${otherEscape}`, 'gu');

// oxlint-disable-next-line no-control-regex -- removing them is the point
const otherLineBreaks = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/gu;
/*
 * Controls, and everything that has no glyph of its own: bidi overrides and isolates, zero-width characters, joiners,
 * tags, soft hyphens, fillers, variation selectors, interlinear annotation. Joiners and selectors of emoji go too,
 * because terminals disagree about the width of what they join. The Arabic and Syriac number signs are format
 * characters with a glyph and stay.
 */
const invisible =
  /(?![\n\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;
const loneSurrogates = /\p{Cs}/gu;
/** Marks with no letter to sit on would sit on what we print before them. */
const orphanMarks = /(?<=^|\n)\p{M}+/gu;
/** More marks than any script stacks on one letter; a tower of them paints over other lines. */
const markTowers = /(\p{M}{6})\p{M}+/gu;
const printableAscii = /^[\u0020-\u007e]*$/u;
/** Latin, Greek, Cyrillic, dashes, quotation marks, arrows: one column each, and nothing that joins with what follows. */
const oneColumnEach =
  /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2015\u2018-\u201f\u2026\u2190-\u2193]*$/u;

/*
 * Both are made when the first text needs them, which text in most of Europe's scripts does not: loading string-width,
 * with all that ICU knows of emoji, takes half as long as Node takes to start.
 */
let graphemes: Intl.Segmenter | undefined;
let stringWidth: typeof StringWidth.default | undefined;

function segments(line: string): Intl.Segments {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return graphemes.segment(line);
}

function measured(text: string): number {
  stringWidth ??= loadStringWidth().default;
  return stringWidth(text);
}

function loadStringWidth(): typeof StringWidth {
  return createRequire(import.meta.url)('string-width');
}

/**
 * Makes text from outside safe to print: no escape sequence, no control character, nothing invisible or reordering
 * survives. With `width` it is cut by display columns, never inside a character, and ends in "…". Time is linear.
 */
export function terminalText(value: string, options: TerminalOptions = {}): string {
  const clean = printableAscii.test(value) ? value : cleaned(value, options.multiline === true);
  const { width } = options;
  return width === undefined ? clean : cutLines(clean, width);
}

/** The columns a terminal gives to text that `terminalText` made. */
export function displayWidth(text: string): number {
  return oneColumnEach.test(text) ? text.length : measured(text);
}

/** Fills up with spaces to `width` columns; what is wider stays as it is. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

function cleaned(value: string, multiline: boolean): string {
  const text = value
    .replace(escapes, '')
    .replace(otherLineBreaks, '\n')
    .replaceAll('\n', multiline ? '\n' : ' ')
    .replaceAll('\t', ' ')
    .replace(invisible, '')
    .replace(loneSurrogates, '\ufffd');
  return text.replace(orphanMarks, '').replace(markTowers, '$1');
}

/** Lines that fit are taken over in one piece: a text of a million short lines is none of a million strings. */
function cutLines(text: string, width: number): string {
  const pieces: string[] = [];
  let takenTo = 0;
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    // No character is wider than two columns.
    if ((end - start) * 2 > width) {
      pieces.push(text.slice(takenTo, start), cut(text.slice(start, end), width));
      takenTo = end;
    }
    start = end + 1;
  }
  return pieces.length === 0 ? text : pieces.join('') + text.slice(takenTo);
}

function cut(line: string, width: number): string {
  if (oneColumnEach.test(line)) return cutPlain(line, width);
  const fitting: string[] = [];
  let used = 0;
  let usedBeforeEllipsis = 0;
  for (const { segment } of segments(line)) {
    used += displayWidth(segment);
    if (used > width) return width < 1 ? '' : `${line.slice(0, usedBeforeEllipsis)}…`;
    fitting.push(segment);
    if (used <= width - 1) usedBeforeEllipsis += segment.length;
  }
  return fitting.join('');
}

function cutPlain(line: string, width: number): string {
  if (line.length <= width) return line;
  return width < 1 ? '' : `${line.slice(0, width - 1)}…`;
}
