import { IntegratorError } from '../domain/errors.ts';
import { readCsvRecords } from './csv-records.ts';
import type { CsvRecord } from './csv-records.ts';
import { requireUtf8 } from './csv-source.ts';
import type { CsvSource } from './csv-source.ts';

export interface CsvColumns {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Other names of columns, for files that do not have the column itself; the first of them that a file has is used. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** All other columns are wanted, too, where their name is a word. */
  readonly others?: boolean;
}

export type CsvRow =
  | {
      readonly kind: 'row';
      readonly row: number;
      readonly line: number;
      /** Known columns only; trimmed; what is empty is absent. */
      readonly cells: ReadonlyMap<string, string>;
    }
  | Extract<CsvRecord, { readonly kind: 'broken' }>;

export interface CsvTable {
  /** Columns nobody asked for, as the header writes them. */
  readonly ignoredColumns: readonly string[];
  readonly rows: AsyncIterable<CsvRow>;
}

/**
 * A CSV file with a header line, whose columns come in any order. Throws `usage` where the file as a whole is of no use:
 * not UTF-8, no header, a required column missing, a column twice. Blank lines are no rows.
 */
export async function readCsvTable(source: CsvSource, columns: CsvColumns): Promise<CsvTable> {
  await requireUtf8(source);
  const records = readCsvRecords(source);
  const first = await records.next();
  if (first.done === true) throw new IntegratorError('usage', `${source.name} is empty`, { hint: headerHint(columns) });
  if (first.value.kind === 'broken')
    throw new IntegratorError('usage', `${source.name}, header: ${first.value.problem}`);
  const written = first.value.cells;
  const names = withoutAliases(written.map(columnName), columns.aliases ?? new Map());
  refuseBadHeader(source.name, names, columns);
  const others = columns.others === true ? names.filter((name) => word.test(name)) : [];
  const known = new Set([...columns.required, ...columns.optional, ...others]);
  return {
    ignoredColumns: written.filter((_, index) => !known.has(names[index] ?? '') && names[index] !== ''),
    rows: rowsOf(records, names, known),
  };
}

function withoutAliases(names: readonly string[], aliases: ReadonlyMap<string, string>): string[] {
  const present = [...aliases].filter(([alias, column]) => names.includes(alias) && !names.includes(column));
  // Backwards, so that of several aliases of a column the first stays.
  const used = new Map(present.toReversed().map(([alias, column]) => [column, alias]));
  return names.map((name) => {
    const column = aliases.get(name);
    return column !== undefined && used.get(column) === name ? column : name;
  });
}

const word = /^[\p{L}_][\p{L}\p{N}_]*$/u;

async function* rowsOf(
  records: AsyncIterable<CsvRecord>,
  names: readonly string[],
  known: ReadonlySet<string>,
): AsyncGenerator<CsvRow> {
  for await (const record of records) {
    if (record.kind === 'broken') {
      yield record;
      continue;
    }
    if (record.cells.every((cell) => cell.trim() === '')) continue;
    const cells = new Map<string, string>();
    for (const [index, name] of names.entries()) {
      const cell = record.cells[index]?.trim() ?? '';
      if (known.has(name) && cell !== '') cells.set(name, cell);
    }
    yield { kind: 'row', row: record.row, line: record.line, cells };
  }
}

/** "Opening Subject" and "opening-subject" are opening_subject. */
function columnName(written: string): string {
  return written
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function refuseBadHeader(file: string, names: readonly string[], columns: CsvColumns): void {
  const hint = headerHint(columns);
  const missing = columns.required.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new IntegratorError('usage', `${file}: the header has no column ${missing.join(', ')}`, { hint });
  }
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new IntegratorError('usage', `${file}: the header has the column ${twice} twice`, { hint });
}

function headerHint({ required, optional }: CsvColumns): string {
  return `the first line names the columns: ${required.join(', ')}${optional.length > 0 ? `; if you like ${optional.join(', ')}` : ''}`;
}
