import { Buffer } from 'node:buffer';
import { parse } from 'csv-parse';
import { IntegratorError } from '../domain/errors.ts';
import type { CsvSource } from './csv-source.ts';

/** `row` counts as spreadsheets do (the header is row 1), `line` is the line of the file where the row starts. */
export type CsvRecord =
  | { readonly kind: 'record'; readonly row: number; readonly line: number; readonly cells: readonly string[] }
  | { readonly kind: 'broken'; readonly row: number; readonly line: number; readonly problem: string };

const maxRecordBytes = 4 * 1024 * 1024;
/** Broken rows cost reading again from the next line; a file made to waste our time is given up after this much. */
const wasteLimit = 32 * 1024 * 1024;

interface Position {
  readonly byte: number;
  readonly row: number;
  readonly line: number;
}

/** Cells are separated by commas (RFC 4180), or by semicolons, as spreadsheets write them where the comma is decimal. */
type Delimiter = ',' | ';';

/**
 * The rows of a CSV file (RFC 4180, UTF-8, BOM tolerated; commas or semicolons between cells), read as a stream. A row that breaks the rules is reported,
 * and reading goes on at the next line of the file: a quote that is never closed must not swallow what follows.
 */
export async function* readCsvRecords(source: CsvSource, maxWastedBytes = wasteLimit): AsyncGenerator<CsvRecord> {
  const { delimiter, start } = await layoutOf(source);
  let position = start;
  let width: number | null = null;
  let wasted = 0;
  for (;;) {
    let problem: string | null = null;
    for await (const part of parseFrom(source, position.byte, delimiter)) {
      if (part.kind === 'broken') {
        problem = part.problem;
        wasted += part.bytesRead;
        break;
      }
      width ??= part.cells.length;
      const lines = linesIn(part.cells);
      const mismatch = widthProblem(part.cells, width, delimiter);
      if (mismatch !== null && lines > 1) {
        problem = `a quote opens here and closes ${lines - 1} lines below, and then ${mismatch}`;
        wasted += part.endByte - position.byte;
        break;
      }
      yield recordAt(position, part.cells, mismatch);
      position = { byte: part.endByte, row: position.row + 1, line: position.line + lines };
    }
    if (problem === null) return;
    yield { kind: 'broken', row: position.row, line: position.line, problem };
    if (wasted > maxWastedBytes) throw tooBroken(source, position);
    const next = await byteOfNextLine(source, position.byte);
    position = { byte: next, row: position.row + 1, line: position.line + 1 };
  }
}

function recordAt({ row, line }: Position, cells: readonly string[], mismatch: string | null): CsvRecord {
  if (mismatch === null) return { kind: 'record', row, line, cells };
  return { kind: 'broken', row, line, problem: mismatch };
}

interface Layout {
  readonly delimiter: Delimiter;
  /** Where the header begins. */
  readonly start: Position;
}

/** The header separates its cells by commas or by semicolons; a spreadsheet may have said which on a line above it. */
async function layoutOf(source: CsvSource): Promise<Layout> {
  const [line = ''] = (await beginningOf(source)).split(/\r\n|[\r\n]/, 1);
  const said = /^sep=([,;])$/i.exec(line.replace(/^\u{FEFF}/u, ''))?.[1];
  if (said !== undefined) {
    const start = { byte: await byteOfNextLine(source, 0), row: 1, line: 2 };
    return { delimiter: said === ';' ? ';' : ',', start };
  }
  const plain = line.replaceAll(/"(?:[^"]|"")*"/g, '');
  const semicolons = plain.includes(';') && !plain.includes(',');
  return { delimiter: semicolons ? ';' : ',', start: { byte: 0, row: 1, line: 1 } };
}

/** The first line, and what comes with it. */
async function beginningOf(source: CsvSource): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source.open(0)) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (chunk.includes(0x0a) || chunk.includes(0x0d) || size > maxRecordBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Empty cells beyond the header do no harm; a blank line is not a row. */
function widthProblem(cells: readonly string[], width: number, delimiter: Delimiter): string | null {
  const used = cells.findLastIndex((cell) => cell.trim() !== '') + 1;
  if (used === 0 || (cells.length >= width && used <= width)) return null;
  const separator = delimiter === ',' ? 'comma' : 'semicolon';
  const hint = cells.length > width ? `; put a cell that holds a ${separator} in quotes` : '';
  return `it has ${cells.length} cells where the header has ${width}${hint}`;
}

function linesIn(cells: readonly string[]): number {
  return cells.reduce((count, cell) => count + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 1);
}

function tooBroken(source: CsvSource, at: Position): IntegratorError {
  return new IntegratorError('usage', `${source.name}: too many broken rows; nothing was read after line ${at.line}`, {
    hint: 'check that quotes inside quoted cells are doubled',
  });
}

type Parsed =
  | { readonly kind: 'record'; readonly cells: readonly string[]; readonly endByte: number }
  | { readonly kind: 'broken'; readonly problem: string; readonly bytesRead: number };

/** Records up to the first broken one. They are collected as they are found: a stream's error loses its buffer. */
async function* parseFrom(source: CsvSource, fromByte: number, delimiter: Delimiter): AsyncGenerator<Parsed> {
  const found: Parsed[] = [];
  let failure: Error | null = null;
  let bytesRead = 0;
  const parser = parse({
    bom: fromByte === 0,
    delimiter,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: maxRecordBytes,
    on_record: (cells: string[], { bytes }) => {
      found.push({ kind: 'record', cells, endByte: fromByte + bytes });
      return null;
    },
  });
  parser.on('error', (error) => {
    failure = error;
  });
  parser.resume();
  const settled = (step: (done: () => void) => void) => new Promise<void>((resolve) => step(() => resolve()));
  for await (const chunk of source.open(fromByte)) {
    bytesRead += chunk.byteLength;
    await settled((done) => parser.write(Buffer.from(chunk), done));
    yield* found.splice(0);
    if (failure !== null) break;
  }
  if (failure === null) await settled((done) => parser.once('error', done).end(done));
  yield* found.splice(0);
  if (failure !== null) yield { kind: 'broken', problem: explain(failure), bytesRead };
}

function explain(failure: Error): string {
  const code = 'code' in failure ? failure.code : '';
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote opens in this row and is never closed';
  if (code === 'CSV_MAX_RECORD_SIZE') return `it is longer than ${maxRecordBytes} bytes (a quote not closed?)`;
  if (code === 'INVALID_OPENING_QUOTE')
    return 'a quote stands inside a cell without quotes; quote the cell and double it';
  if (code === 'CSV_INVALID_CLOSING_QUOTE')
    return 'text follows a closing quote; double the quotes inside a quoted cell';
  return failure.message;
}

/** The byte behind the line end that follows `fromByte`; the end of the file where there is none. */
async function byteOfNextLine(source: CsvSource, fromByte: number): Promise<number> {
  let at = fromByte;
  let afterReturn = false;
  for await (const chunk of source.open(fromByte)) {
    if (afterReturn) return chunk[0] === 0x0a ? at + 1 : at;
    const end = chunk.findIndex((byte) => byte === 0x0a || byte === 0x0d);
    const next = chunk[end + 1];
    if (end >= 0 && (chunk[end] === 0x0a || next !== undefined))
      return at + end + (chunk[end] === 0x0d && next === 0x0a ? 2 : 1);
    at += chunk.byteLength;
    afterReturn = end >= 0;
  }
  return at;
}
