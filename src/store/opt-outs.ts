import type { Selectable } from 'kysely';
import type { OptOutTable } from './campaign-schema.ts';
import { inParts } from './in-parts.ts';
import type { StoreReader, StoreWriter } from './store.ts';

export type OptOut = Selectable<OptOutTable>;

/** By address; all of them. */
export function listOptOuts(db: StoreReader): Promise<OptOut[]> {
  return db.selectFrom('opt_out').selectAll().orderBy('address').execute();
}

export async function hasOptedOut(db: StoreReader | StoreWriter, address: string): Promise<boolean> {
  const row = await db.selectFrom('opt_out').select('address').where('address', '=', address).executeTakeFirst();
  return row !== undefined;
}

/** Those that are new; who is on the list already stays as first written down. */
export async function addOptOuts(trx: StoreWriter, rows: readonly OptOut[]): Promise<string[]> {
  const added: string[] = [];
  for (const part of inParts(rows, 200)) {
    const inserted = await trx
      .insertInto('opt_out')
      .values([...part])
      .onConflict((conflict) => conflict.column('address').doNothing())
      .returning('address')
      .execute();
    added.push(...inserted.map(({ address }) => address));
  }
  return added;
}

/** Those that were on the list. */
export async function removeOptOuts(trx: StoreWriter, addresses: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const part of inParts(addresses, 200)) {
    const rows = await trx.deleteFrom('opt_out').where('address', 'in', part).returning('address').execute();
    removed.push(...rows.map(({ address }) => address));
  }
  return removed;
}
