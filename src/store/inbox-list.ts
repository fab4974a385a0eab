import { sql } from 'kysely';
import type { RawBuilder, Selectable } from 'kysely';
import { inParts } from './messages.ts';
import type { ItemState, ItemTable, MessageTable } from './schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';

type Db = StoreReader | StoreWriter;

export interface InboxFilter {
  /** null: every mailbox. */
  readonly mailboxes: readonly string[] | null;
  readonly states: readonly ItemState[];
  readonly limit: number;
  /** Only mail in which these occur; see `messagesWith`. */
  readonly messages?: RawBuilder<number>;
}

export type ListedItem = Selectable<ItemTable> & Pick<Selectable<MessageTable>, 'identity'>;

/** Views of mail in these states, newest first. */
export async function listItems(db: Db, filter: InboxFilter): Promise<ListedItem[]> {
  const { mailboxes, states, limit, messages } = filter;
  if (mailboxes?.length === 0 || states.length === 0) return [];
  return db
    .selectFrom('item')
    .innerJoin('message', 'message.id', 'item.message_id')
    .selectAll('item')
    .select('message.identity')
    .where('item.state', 'in', [...states])
    .$if(mailboxes !== null, (query) => query.where('item.mailbox', 'in', [...(mailboxes ?? [])]))
    .$if(messages !== undefined, (query) => query.where(sql<boolean>`item.message_id in ${messages ?? sql`(null)`}`))
    .orderBy('item.received_at', 'desc')
    .orderBy('item.id', 'desc')
    .limit(limit)
    .execute();
}

export function itemById(db: Db, id: number): Promise<Selectable<ItemTable> | undefined> {
  return db.selectFrom('item').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Every mailbox's view of a mail. */
export function itemsOfMessage(db: Db, messageId: number): Promise<Selectable<ItemTable>[]> {
  return db.selectFrom('item').selectAll().where('message_id', '=', messageId).orderBy('id').execute();
}

/** Ids of the messages with this key: several where an id was used twice for different mail. */
export async function messagesByKey(db: Db, messageKey: string): Promise<number[]> {
  const rows = await db
    .selectFrom('message')
    .select('id')
    .where('message_key', '=', messageKey)
    .orderBy('id')
    .execute();
  return rows.map((row) => row.id);
}

export interface StoredPlacement {
  readonly itemId: number;
  readonly mailbox: string;
  readonly folder: string;
  readonly duplicate: boolean;
  readonly seenAtMs: number;
  readonly removedAtMs: number | null;
}

/** Where these mails lie or lay, in the order in which the copies were found. */
export async function placementsOf(db: Db, itemIds: readonly number[]): Promise<StoredPlacement[]> {
  const placements: StoredPlacement[] = [];
  for (const part of inParts(itemIds, 400)) {
    const rows = await db
      .selectFrom('placement')
      .selectAll()
      .where('item_id', 'in', part)
      .orderBy('item_id')
      .orderBy(sql`duplicate`)
      .orderBy('id')
      .execute();
    placements.push(
      ...rows.map((row) => ({
        itemId: row.item_id,
        mailbox: row.mailbox,
        folder: row.folder,
        duplicate: row.duplicate === 1,
        seenAtMs: row.seen_at,
        removedAtMs: row.removed_at,
      })),
    );
  }
  return placements;
}
