import type { Insertable, Selectable } from 'kysely';
import { inParts } from './in-parts.ts';
import { RowInserter } from './row-inserter.ts';
import type { ItemTable, PlacementTable } from './schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';

export type Item = Selectable<ItemTable>;
export type NewItem = Omit<Insertable<ItemTable>, 'id'>;
export type NewPlacement = Omit<Insertable<PlacementTable>, 'id'>;

type Db = StoreReader | StoreWriter;

/** One mailbox's views of these mails: message id → item. */
export async function itemsOf(db: Db, mailbox: string, messageIds: readonly number[]): Promise<Map<number, Item>> {
  const items = new Map<number, Item>();
  for (const part of inParts(messageIds, 500)) {
    const rows = await db
      .selectFrom('item')
      .selectAll()
      .where('mailbox', '=', mailbox)
      .where('message_id', 'in', part)
      .execute();
    for (const row of rows) items.set(row.message_id, row);
  }
  return items;
}

const itemRows = new RowInserter((trx, rows: readonly NewItem[]) =>
  trx.insertInto('item').values(rows).returning(['id', 'message_id']),
);
const placementRows = new RowInserter((trx, rows: readonly NewPlacement[]) =>
  trx
    .insertInto('placement')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['mailbox', 'provider_id']).doUpdateSet((eb) => ({
        removed_at: null,
        folder: eb.ref('excluded.folder'),
        folder_id: eb.ref('excluded.folder_id'),
      })),
    ),
);

/** Returns message id → item id; all items are of one mailbox. */
export async function insertItems(trx: StoreWriter, items: readonly NewItem[]): Promise<Map<number, number>> {
  const ids = new Map<number, number>();
  for (const row of await itemRows.insert(trx, items)) ids.set(row.message_id, row.id);
  return ids;
}

export async function updateItem(trx: StoreWriter, id: number, change: Partial<NewItem>): Promise<void> {
  await trx.updateTable('item').set(change).where('id', '=', id).execute();
}

/** A copy that is known already (a page delivered twice) stays as it is, and counts as there again. */
export async function insertPlacements(trx: StoreWriter, placements: readonly NewPlacement[]): Promise<void> {
  await placementRows.insert(trx, placements);
}

/**
 * Items that wait (or sent mail that was kept) only because their parent was on no ticket when they came: a first
 * import lists the newest mail first, so answers often come before what they answer.
 */
export async function waitingReplies(db: Db, mailbox: string, messageKeys: readonly string[]): Promise<Item[]> {
  const items: Item[] = [];
  for (const part of inParts(messageKeys, 400)) {
    const rows = await db
      .selectFrom('item')
      .innerJoin('message', 'message.id', 'item.message_id')
      .selectAll('item')
      .where('message.in_reply_to', 'in', part)
      .where('item.mailbox', '=', mailbox)
      .where('item.state', 'in', ['inbox', 'kept'])
      .where('item.reason', '=', 'unmatched')
      .execute();
    items.push(...rows);
  }
  return items;
}
