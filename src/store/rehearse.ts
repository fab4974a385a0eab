import { sql } from './kysely.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { Store, StoreWriter } from './store.ts';

/** For --dry-run: does the work in a write transaction, takes it back, and returns what it returned. */
export async function rehearse<T>(store: Store, work: (trx: StoreWriter) => Promise<T>): Promise<T> {
  const takeBack = new IntegratorError('bug', 'a rehearsal was committed');
  let result: { readonly value: T } | undefined;
  try {
    await store.write(async (trx) => {
      result = { value: await work(trx) };
      throw takeBack;
    });
  } catch (error) {
    if (error !== takeBack) throw error;
  }
  if (result === undefined) throw takeBack;
  return result.value;
}

/**
 * Part of a transaction that fails alone: when `work` throws an IntegratorError other than of the store itself, what it
 * did is taken back, and the error is returned.
 */
export async function attempt<T>(
  trx: StoreWriter,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: IntegratorError }> {
  await sql`savepoint attempt`.execute(trx);
  try {
    const value = await work();
    await sql`release savepoint attempt`.execute(trx);
    return { value };
  } catch (error) {
    if (!(error instanceof IntegratorError)) throw error;
    await sql`rollback to savepoint attempt`.execute(trx);
    await sql`release savepoint attempt`.execute(trx);
    return { error };
  }
}
