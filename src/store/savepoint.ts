import { sql } from './kysely.ts';
import type { StoreWriter } from './store.ts';

/** Runs `work` so that, when it throws, only its own changes are taken back and the transaction goes on. */
export async function inSavepoint<T>(trx: StoreWriter, work: () => Promise<T>): Promise<T> {
  await sql`savepoint one`.execute(trx);
  try {
    const result = await work();
    await sql`release savepoint one`.execute(trx);
    return result;
  } catch (error) {
    await takeBack(trx, error);
    throw error;
  }
}

/** Where the trouble ended the whole transaction there is nothing to go back to; the first error is the one to tell. */
async function takeBack(trx: StoreWriter, cause: unknown): Promise<void> {
  try {
    await sql`rollback to savepoint one`.execute(trx);
    await sql`release savepoint one`.execute(trx);
  } catch {
    throw cause;
  }
}
