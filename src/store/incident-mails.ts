import { inParts } from './in-parts.ts';
import type { Item } from './items.ts';
import type { StoreReader } from './store.ts';

/** The views that mailboxes have of the mail on a ticket: message id → items, in the order of their ids. */
export async function itemsOnTicket(
  db: StoreReader,
  ticketId: string,
  messageIds: readonly number[],
): Promise<Map<number, Item[]>> {
  const items = new Map<number, Item[]>();
  for (const part of inParts(messageIds, 400)) {
    const rows = await db
      .selectFrom('item')
      .selectAll()
      .where('ticket_id', '=', ticketId)
      .where('message_id', 'in', part)
      .orderBy('id')
      .execute();
    for (const row of rows) items.set(row.message_id, [...(items.get(row.message_id) ?? []), row]);
  }
  return items;
}
