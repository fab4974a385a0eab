/**
 * Questions to the store that do without Kysely, since loading it takes longer than most commands that only look. They
 * are plain SQL, one text for both databases; `ask` gives it to whatever is open.
 */
import type { Kysely, RawNode, ValueNode } from 'kysely';
import type { Database } from './schema.ts';

type Value = string | number | null;

/** SQL with places for values; there is one piece of text more than there are values. */
export interface Query {
  readonly texts: readonly string[];
  readonly values: readonly Value[];
}

/** A SQLite file that is only read (open-to-read.ts). */
export interface QuickReader {
  readonly rows: (sql: string, values: readonly Value[]) => unknown[];
}

/** What can be asked: a file, or Kysely with what is in it, a transaction of its own included. */
export type Reader = QuickReader | Kysely<Database>;

/** SQL as it stands; values become parameters, and another query becomes a part of this one. */
export function query(texts: TemplateStringsArray, ...parts: readonly (Value | Query)[]): Query {
  const merged = [texts[0] ?? ''];
  const values: Value[] = [];
  const append = (text: string) => merged.push(`${merged.pop() ?? ''}${text}`);
  for (const [index, part] of parts.entries()) {
    if (isQuery(part)) {
      append(part.texts[0] ?? '');
      merged.push(...part.texts.slice(1));
      values.push(...part.values);
    } else {
      merged.push('');
      values.push(part);
    }
    append(texts[index + 1] ?? '');
  }
  return { texts: merged, values };
}

function isQuery(part: Value | Query): part is Query {
  return typeof part === 'object' && part !== null;
}

/** No text: where a part of a query is not wanted. */
export const nothing: Query = { texts: [''], values: [] };

/** `(…, …)` for `in`; of an empty list, none is in it. */
export function list(values: readonly Value[]): Query {
  if (values.length === 0) return query`(null)`;
  const all = padded(values);
  return { texts: ['(', ...Array.from({ length: all.length - 1 }, () => ', '), ')'], values: all };
}

const longestPadded = 8_192;

/**
 * Statements are kept by their text, and a list would make a text of every length: its last value is repeated up to
 * the next power of two.
 */
export function padded<T>(values: readonly T[]): readonly T[] {
  if (values.length === 0 || values.length > longestPadded) return values;
  const length = 2 ** Math.ceil(Math.log2(values.length));
  return [...values, ...values.slice(-1).flatMap((last) => Array.from({ length: length - values.length }, () => last))];
}

/** The rows; that they look like `Row` is the word of whoever wrote the query, as with SQL everywhere. */
export async function ask<Row>(db: Reader, { texts, values }: Query): Promise<Row[]> {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the one place where that word is taken
  if ('rows' in db) return db.rows(texts.join('?'), values) as Row[];
  const node: RawNode = { kind: 'RawNode', sqlFragments: texts, parameters: values.map(valueNode) };
  const compiled = db.getExecutor().compileQuery<Row>(node, { queryId: 'plain' });
  const { rows } = await db.executeQuery(compiled);
  return rows;
}

function valueNode(value: Value): ValueNode {
  return { kind: 'ValueNode', value };
}
