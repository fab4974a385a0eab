import type { Selectable } from 'kysely';
import type { Trust } from '../domain/copies.ts';
import { inParts } from './in-parts.ts';
import { ask, list, nothing, query } from './query.ts';
import type { Query, Reader } from './query.ts';
import type { ItemState, ItemTable, MessageTable, PlacementTable } from './schema.ts';

export interface InboxFilter {
  /** null: every mailbox. */
  readonly mailboxes: readonly string[] | null;
  readonly states: readonly ItemState[];
  readonly limit: number;
  /** Only mail in which these occur; see `messagesWith`. */
  readonly messages?: Query;
}

export type ListedItem = Selectable<ItemTable> & Pick<Selectable<MessageTable>, 'identity'>;

/** Views of mail in these states, newest first. */
export async function listItems(db: Reader, filter: InboxFilter): Promise<ListedItem[]> {
  const { mailboxes, states, limit, messages } = filter;
  if (mailboxes?.length === 0 || states.length === 0) return [];
  return ask<ListedItem>(
    db,
    query`
      select item.*, message.identity
      from item join message on message.id = item.message_id
      where item.state in ${list(states)}
        ${mailboxes === null ? nothing : query`and item.mailbox in ${list(mailboxes)}`}
        ${messages === undefined ? nothing : query`and item.message_id in ${messages}`}
      order by item.received_at desc, item.id desc
      limit ${limit}`,
  );
}

export async function itemById(db: Reader, id: number): Promise<Selectable<ItemTable> | undefined> {
  const [item] = await ask<Selectable<ItemTable>>(db, query`select * from item where id = ${id}`);
  return item;
}

/** Every mailbox's view of a mail. */
export function itemsOfMessage(db: Reader, messageId: number): Promise<Selectable<ItemTable>[]> {
  return ask(db, query`select * from item where message_id = ${messageId} order by id`);
}

/** Ids of the messages with this key, the most trusted first: several where an id was used for different mail. */
export async function messagesByKey(db: Reader, messageKey: string): Promise<number[]> {
  const rows = await ask<{ id: number }>(
    db,
    query`
      select id from message where message_key = ${messageKey}
      order by case trust when 'trusted' then 0 when 'unknown' then 1 else 2 end, id`,
  );
  return rows.map((row) => row.id);
}

/** Every view of the other mails that have the internet message id of this one, or are of its family. */
export function itemsOfSameId(db: Reader, messageId: number): Promise<Selectable<ItemTable>[]> {
  return ask(
    db,
    query`
      select item.* from item
        join message on message.id = item.message_id
        join message as this on this.id = ${messageId}
      where message.id <> this.id and (
        message.identity = this.family or (message.family = this.family and message.variant <> 1)
        or message.message_key = this.message_key)
      order by message.id, item.id`,
  );
}

export interface StoredPlacement {
  readonly itemId: number;
  readonly mailbox: string;
  readonly folder: string;
  readonly duplicate: boolean;
  readonly seenAtMs: number;
  readonly removedAtMs: number | null;
  /** How far the sender of this copy is to be believed. */
  readonly trust: Trust;
}

/** Where these mails lie or lay, in the order in which the copies were found. */
export async function placementsOf(db: Reader, itemIds: readonly number[]): Promise<StoredPlacement[]> {
  const placements: StoredPlacement[] = [];
  for (const part of inParts(itemIds, 400)) {
    const rows = await ask<Selectable<PlacementTable>>(
      db,
      query`select * from placement where item_id in ${list(part)} order by item_id, duplicate, id`,
    );
    placements.push(
      ...rows.map((row) => ({
        itemId: row.item_id,
        mailbox: row.mailbox,
        folder: row.folder,
        duplicate: row.duplicate === 1,
        seenAtMs: row.seen_at,
        removedAtMs: row.removed_at,
        trust: row.trust,
      })),
    );
  }
  return placements;
}
