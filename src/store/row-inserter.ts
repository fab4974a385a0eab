import { CompiledQuery, PostgresAdapter } from './kysely.ts';
import type { Compilable } from 'kysely';
import { withoutNul } from './nul.ts';
import type { StoreWriter } from './store.ts';

interface Made {
  readonly sql: string;
  /** What the statement takes after the rows' values. */
  readonly further: readonly unknown[];
}

/** With the columns of our widest table, some 600 values: less than any database takes. */
const rowsAtOnce = 25;

/**
 * Inserts many rows of one table, a fixed number at once. The text of the statement is made once for each number of
 * rows: making it anew costs more than running it, and the database keeps a statement prepared that comes again.
 */
export class RowInserter<Row extends Readonly<Record<string, unknown>>, Out> {
  readonly #statement: (trx: StoreWriter, rows: readonly Row[]) => Compilable<Out>;
  /** By database: the same query is another text on each. */
  readonly #known = new WeakMap<object, Map<string, Made>>();

  constructor(statement: (trx: StoreWriter, rows: readonly Row[]) => Compilable<Out>) {
    this.#statement = statement;
  }

  /** All rows name the same columns. Gives what the statement returns, for all of them. */
  async insert(trx: StoreWriter, rows: readonly Row[]): Promise<Out[]> {
    const columns = Object.keys(rows[0] ?? {});
    const clean = trx.getExecutor().adapter instanceof PostgresAdapter ? withoutNul : asItIs;
    const returned: Out[] = [];
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      const part = rows.slice(start, start + rowsAtOnce);
      const { sql, further } = this.#madeFor(trx, part, columns);
      const parameters = valuesOf(part, columns, clean);
      parameters.push(...further);
      const result = await trx.executeQuery<Out>(CompiledQuery.raw(sql, parameters));
      for (const row of result.rows) returned.push(row);
    }
    return returned;
  }

  #madeFor(trx: StoreWriter, rows: readonly Row[], columns: readonly string[]): Made {
    const database = trx.getExecutor().adapter;
    const known = this.#known.get(database) ?? new Map<string, Made>();
    this.#known.set(database, known);
    const name = `${rows.length} ${columns.join()}`;
    const before = known.get(name);
    if (before !== undefined) return before;
    const { sql, parameters } = this.#statement(trx, rows).compile();
    const made = { sql, further: parameters.slice(rows.length * columns.length) };
    known.set(name, made);
    return made;
  }
}

function valuesOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
  clean: (value: unknown) => unknown,
): unknown[] {
  const values: unknown[] = [];
  for (const row of rows) for (const column of columns) values.push(clean(row[column]));
  return values;
}

const asItIs = (value: unknown): unknown => value;
