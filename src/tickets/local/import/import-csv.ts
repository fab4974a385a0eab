import type { CsvColumns, CsvRow } from '../../../content/csv-table.ts';
import { readCsvTable } from '../../../content/csv-table.ts';
import type { CsvSource } from '../../../content/csv-source.ts';
import { IntegratorError, toErrorReport } from '../../../domain/errors.ts';
import type { ErrorReport } from '../../../domain/errors.ts';
import { audit } from '../../../store/audit.ts';
import { attempt, rehearse } from '../../../store/rehearse.ts';
import type { Store, StoreWriter } from '../../../store/store.ts';
import type { Change, Edit, Edited } from '../edit.ts';

/** What became of one row; nothing of a failed row is in the store. */
export interface RowReport {
  /** As spreadsheets count: the header is row 1. */
  readonly row: number;
  readonly line: number;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'failed';
  readonly id: string | null;
  readonly changes: readonly Change[];
  readonly error: ErrorReport | null;
}

export interface ImportTotals {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: number;
}

/** How the rows of one kind of file are read. */
export interface RowImporter {
  readonly columns: CsvColumns;
  /** What no two rows may share, made comparable: the reference, the name, the addresses. */
  readonly keys: (cells: ReadonlyMap<string, string>) => readonly string[];
  readonly apply: (edit: Edit, cells: ReadonlyMap<string, string>) => Promise<Edited>;
}

export interface ImportOptions {
  readonly store: Store;
  readonly source: CsvSource;
  readonly importer: RowImporter;
  readonly edit: Omit<Edit, 'trx'>;
  /** Does everything in one transaction and takes it back. */
  readonly dryRun: boolean;
  /** Told of each row, in order, once it is settled. */
  readonly onRow: (report: RowReport) => void;
}

/** Rows of one transaction: a store that syncs to disk for each row would be slow. */
const batchSize = 200;

/**
 * Imports a CSV file row by row: each row as a whole or not at all, whatever becomes of the others. Returns the columns
 * that were not understood. Throws `usage` where the file as a whole cannot be read; rows before that point are kept.
 */
export async function importCsv(
  options: ImportOptions,
): Promise<{ readonly ignoredColumns: readonly string[]; readonly totals: ImportTotals }> {
  const { store, source, importer, dryRun, onRow } = options;
  const table = await readCsvTable(source, importer.columns);
  const seen = new Map<string, number>();
  const totals = { created: 0, updated: 0, unchanged: 0, failed: 0 };
  const settle = (reports: readonly RowReport[]): void => {
    for (const report of reports) {
      totals[report.outcome] += 1;
      onRow(report);
    }
  };
  if (dryRun) {
    await rehearse(store, async (trx) => {
      for await (const rows of batchesOf(table.rows)) settle(await importRows(options, trx, rows, seen));
    });
  } else {
    for await (const rows of batchesOf(table.rows)) {
      settle(await store.write((trx) => importRows(options, trx, rows, seen)));
    }
  }
  return { ignoredColumns: table.ignoredColumns, totals };
}

async function* batchesOf(rows: AsyncIterable<CsvRow>): AsyncGenerator<CsvRow[]> {
  let batch: CsvRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function importRows(
  { importer, edit }: ImportOptions,
  trx: StoreWriter,
  rows: readonly CsvRow[],
  seen: Map<string, number>,
): Promise<RowReport[]> {
  const reports: RowReport[] = [];
  for (const row of rows) {
    const result = await attempt(trx, () => importRow(importer, { ...edit, trx }, row, seen));
    const { row: number, line } = row;
    if ('error' in result) await noteRefusal(edit, trx, { row: number, error: result.error });
    reports.push(
      'value' in result
        ? { row: number, line, ...result.value, error: null }
        : { row: number, line, outcome: 'failed', id: null, changes: [], error: toErrorReport(result.error) },
    );
  }
  return reports;
}

/** A row that the actor may not import leaves a line in the audit log; of the row itself nothing is kept. */
async function noteRefusal(
  { actor, nowMs }: Omit<Edit, 'trx'>,
  trx: StoreWriter,
  { row, error }: { readonly row: number; readonly error: IntegratorError },
): Promise<void> {
  if (error.kind !== 'not_allowed') return;
  const detail = { row, because: error.message };
  await audit(trx, actor, nowMs, { verb: 'ticket.import', object: `row ${row}`, outcome: 'refused', detail });
}

async function importRow(importer: RowImporter, edit: Edit, row: CsvRow, seen: Map<string, number>): Promise<Edited> {
  if (row.kind === 'broken') throw new IntegratorError('usage', row.problem);
  const keys = importer.keys(row.cells);
  const twice = keys.find((key) => seen.has(key));
  if (twice !== undefined) {
    throw new IntegratorError('usage', `"${twice}" is in row ${seen.get(twice)} already`, {
      hint: 'leave it in one row',
    });
  }
  const edited = await importer.apply(edit, row.cells);
  for (const key of keys) seen.set(key, row.row);
  return edited;
}

const maxValues = 500;

/** `a; b` in one cell; undefined where the cell is empty, which leaves things as they are. Throws `usage`. */
export function severalValues(cell: string | undefined): string[] | undefined {
  const values = (cell ?? '')
    .split(';')
    .map((value) => value.trim())
    .filter((value) => value !== '');
  if (values.length > maxValues) {
    throw new IntegratorError('usage', `a cell holds ${values.length} values; ${maxValues} are the most`);
  }
  return values.length === 0 ? undefined : values;
}
