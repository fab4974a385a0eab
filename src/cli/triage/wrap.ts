import { displayWidth, terminalText } from '../../content/terminal.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ascii = /^[\u0020-\u007e]*$/u;
/** More of a mail is not read on a screen; `inbox show` has it all. */
const mostLines = 5_000;

/** Text from outside as lines that are safe to print and at most so many columns wide. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const line of terminalText(text, { multiline: true }).split('\n')) {
    lines.push(...wrapLine(line.trimEnd(), columns));
    if (lines.length >= mostLines) return [...lines.slice(0, mostLines), '…'];
  }
  return lines;
}

function wrapLine(line: string, columns: number): string[] {
  if (displayWidth(line) <= columns) return [line];
  const lines: string[] = [];
  let current = '';
  let width = 0;
  for (const word of line.split(/(?<= )/u)) {
    const wordWidth = displayWidth(word.trimEnd());
    if (width > 0 && width + wordWidth > columns) {
      lines.push(current.trimEnd());
      [current, width] = ['', 0];
    }
    if (wordWidth <= columns) {
      current += word;
      width += displayWidth(word);
      continue;
    }
    const pieces = breakWord(word, columns);
    lines.push(...pieces.slice(0, -1));
    current = pieces.at(-1) ?? '';
    width = displayWidth(current);
  }
  return current.trim() === '' ? lines : [...lines, current.trimEnd()];
}

/** What a person takes for one character each. */
export function characters(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function breakWord(word: string, columns: number): string[] {
  if (ascii.test(word)) return word.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [];
  const pieces: string[] = [];
  let piece = '';
  let width = 0;
  for (const { segment } of graphemes.segment(word)) {
    const segmentWidth = displayWidth(segment);
    if (width + segmentWidth > columns && piece !== '') {
      pieces.push(piece);
      [piece, width] = ['', 0];
    }
    piece += segment;
    width += segmentWidth;
  }
  return [...pieces, piece];
}
