/** The faults a YAML parser finds, in our words: what stands there, and the fix. */
import { type PlacedProblem, type Position, placedError } from './problem.ts';

/** A fault as the `yaml` package reports it; `pos` are offsets into the text. */
interface Fault {
  readonly pos: readonly [number, number];
  readonly code: string;
  readonly message: string;
}

/** One error for the first faults of a text that is not YAML, each with the line it stands on. */
export function syntaxError(
  file: string,
  text: string,
  faults: readonly Fault[],
  positionAt: (offset: number) => Position,
) {
  const lines = text.split(/\r?\n/);
  // One slip makes several faults of the lines after it: the first one on a line is the one to mend.
  const seen = new Set<number>();
  const problems = faults.slice(0, 5).flatMap((fault): PlacedProblem[] => {
    const position = placeOf(fault, lines, positionAt(fault.pos[0]));
    if (seen.has(position.line)) return [];
    seen.add(position.line);
    return [{ path: [], message: explain(fault, lines, position), position, excerpt: excerpt(lines, position) }];
  });
  return placedError(file, problems.slice(0, 3));
}

/** A file that is no UTF-8 text at all; null where it is. */
export function encodingProblem(text: string): PlacedProblem | null {
  if (text.includes('\0')) {
    const message = 'is UTF-16, or no text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)';
    return { path: [], message, position: null };
  }
  const at = text.indexOf('�');
  if (at === -1) return null;
  const before = text.slice(0, at).split('\n');
  const message =
    'a character here is not UTF-8; save the file as UTF-8 (from Windows: iconv -f WINDOWS-1252 -t UTF-8)';
  return { path: [], message, position: { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 } };
}

/**
 * The parser reports a line that is indented too far at the value of the line before it, and an open quotation at the
 * end of the file.
 */
function placeOf(fault: Fault, lines: readonly string[], position: Position): Position {
  if (fault.code === 'MULTILINE_IMPLICIT_KEY' || fault.code === 'BLOCK_AS_IMPLICIT_KEY') {
    const next = position.line + 1;
    if (isDeeper(lines, position.line) && hasValue(lines[position.line - 1] ?? '')) {
      return { line: next, column: indentOf(lines[next - 1] ?? '') + 1 };
    }
  }
  const quote = fault.code === 'MISSING_CHAR' && fault.message.startsWith('Missing closing') ? openQuote(lines) : null;
  return quote ?? position;
}

function explain(fault: Fault, lines: readonly string[], position: Position): string {
  switch (fault.code) {
    case 'DUPLICATE_KEY':
      return 'the key stands here a second time; remove one of the two';
    case 'TAB_AS_INDENT':
      return 'a tab is used for indentation; use spaces';
    case 'MULTIPLE_DOCS':
      return 'a second YAML document starts here ("---"); keep one';
    case 'TAG_RESOLVE_FAILED':
      return `${fault.message}; remove the tag`;
    case 'BAD_SCALAR_START':
      return 'a value cannot begin with this character; put the value in quotes';
    case 'BAD_DQ_ESCAPE':
      return 'a backslash means something else in double quotes; use single quotes';
    default:
      return `not valid YAML: ${slip(lines, position.line) ?? openBracket(fault) ?? fault.message}`;
  }
}

function openBracket({ code }: Fault): string | null {
  if (code !== 'BAD_INDENT') return null;
  return 'a "[" or "{" above is not closed, or its lines are not indented; close it, or indent them';
}

/** The parser has the same code for several slips: the line itself tells which. The first that fits counts. */
const slips: readonly (readonly [RegExp, string])[] = [
  [/^(<{7}|={7}|>{7})/, 'a merge conflict was left in the file; resolve it'],
  [/^\s*-[^\s-]/, 'a space is missing behind the dash; write "- key: value"'],
  [/^\s*(- )?[\w$]+:\S/, 'a space is missing behind the colon; write "key: value"'],
  [/^\s*(- )?[\w$]+:\s+[^\s"'[{].*:(\s|$)/, 'the value holds a colon with a space behind it; put the value in quotes'],
];

function slip(lines: readonly string[], number: number): string | null {
  const line = lines[number - 1] ?? '';
  const above = lines[number - 2] ?? '';
  if (isDeeper(lines, number - 1) && hasValue(above)) return indentation(lines, number);
  const known = slips.find(([pattern]) => pattern.test(line));
  if (known !== undefined) return known[1];
  if (openQuote(lines) !== null) return 'a quotation begins here that is not closed';
  if (/^\s*(- )?\w+(\s+\S.*)?$/.test(line)) return 'a colon is missing; write "key: value"';
  const both = line.trim() !== '' && above.trim() !== '';
  return both && keyColumn(line) !== keyColumn(above) ? indentation(lines, number) : null;
}

function indentation(lines: readonly string[], number: number): string {
  const spaces = (text: string) => (indentOf(text) === 1 ? '1 space' : `${indentOf(text)} spaces`);
  const line = lines[number - 1] ?? '';
  const above = lines[number - 2] ?? '';
  return (
    `the line is indented by ${spaces(line)}, the one above it by ${spaces(above)}, which fits nothing; ` +
    'keys of one set begin in one column, and the keys of a list item below its first key'
  );
}

/** Whether the line after `number` (counted from 1) is indented further than it. */
function isDeeper(lines: readonly string[], number: number): boolean {
  const next = lines[number];
  return next !== undefined && next.trim() !== '' && keyColumn(next) > keyColumn(lines[number - 1] ?? '');
}

const hasValue = (line: string): boolean => /^\s*(- )*[\w$]+:\s+[^\s#]/.test(line);
const indentOf = (line: string): number => line.length - line.trimStart().length;
/** Where the first key of the line begins: behind the dash of a list item. */
const keyColumn = (line: string): number => (/^\s*(?:- +)*/.exec(line)?.[0] ?? '').length;

/** Where the first value in quotes begins whose line does not close it. */
function openQuote(lines: readonly string[]): Position | null {
  for (const [index, line] of lines.entries()) {
    const [, before = '', quote = '', rest = ''] = /^(.*?(?:: |- )\s*)(["'])(.*)$/.exec(line) ?? [];
    if (quote !== '' && !rest.includes(quote)) return { line: index + 1, column: before.length + 1 };
  }
  return null;
}

/** The line with a mark below the place; not a line that may hold a secret. */
function excerpt(lines: readonly string[], { line, column }: Position): string | undefined {
  const text = lines[line - 1];
  if (text === undefined || text.trim() === '' || /secret|password|token|store|key/i.test(text)) return undefined;
  const shown = text.replaceAll('\t', ' ').slice(0, 120);
  return `  ${shown}\n  ${' '.repeat(Math.min(column, shown.length + 1) - 1)}^`;
}
