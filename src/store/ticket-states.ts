import { inParts } from './in-parts.ts';
import type { StoreReader } from './store.ts';

/** Which of these tickets are closed. */
export async function closedAmong(db: StoreReader, ids: readonly string[]): Promise<Set<string>> {
  const closed = new Set<string>();
  for (const part of inParts([...new Set(ids)], 500)) {
    const rows = await db.selectFrom('ticket').select('id').where('id', 'in', part).where('open', '=', 0).execute();
    for (const row of rows) closed.add(row.id);
  }
  return closed;
}
