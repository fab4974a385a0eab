import { ask, query } from './query.ts';
import type { Reader } from './query.ts';
import type { StoreReader, StoreWriter } from './store.ts';

/** Requests on the import path that were not reads, for ever. */
export const mutatingRequests = 'mutating_requests';

/** Adds to a counter and returns its new value; a counter that is not there starts at 0. */
export async function addToCounter(trx: StoreWriter | StoreReader, name: string, amount: number): Promise<number> {
  const row = await trx
    .insertInto('counter')
    .values({ name, value: amount })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((eb) => ({ value: eb('counter.value', '+', amount) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return row.value;
}

export async function readCounter(db: Reader, name: string): Promise<number> {
  const [row] = await ask<{ value: number }>(db, query`select value from counter where name = ${name}`);
  return row?.value ?? 0;
}
