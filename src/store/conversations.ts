import { z } from 'zod';
import type { Item } from './items.ts';
import { inParts } from './in-parts.ts';
import type { StoreReader, StoreWriter } from './store.ts';

type Db = StoreReader | StoreWriter;

/** A longer thread is followed no further: nobody means it as one. */
const mostMails = 2_000;

export interface ConversationMail {
  readonly item: Item;
  readonly identity: string;
  readonly messageKey: string | null;
  readonly conversationId: string | null;
}

/**
 * The whole conversation of an item in its mailbox, oldest first: mail with the same conversation id, what it answers
 * and refers to, and what answers that.
 */
export async function conversationOf(db: Db, item: Item): Promise<ConversationMail[]> {
  const found = new Map<number, ThreadRow>();
  let fresh = await rowsOf(db, item.mailbox, { ids: [item.message_id] });
  while (fresh.length > 0 && found.size < mostMails) {
    for (const row of fresh) found.set(row.id, row);
    const related = await relatedTo(db, item.mailbox, fresh);
    fresh = related.filter((row) => !found.has(row.id));
  }
  return [...found.values()].sort((one, other) => one.received_at - other.received_at || one.id - other.id).map(mailOf);
}

async function relatedTo(db: Db, mailbox: string, rows: readonly ThreadRow[]): Promise<ThreadRow[]> {
  const keys = rows.flatMap((row) => row.message_key ?? []);
  const answered = rows.flatMap((row) => z.array(z.string()).parse(JSON.parse(row.references_json)));
  const conversations = rows.flatMap((row) => row.conversation_id ?? []);
  const related = [
    ...(await rowsOf(db, mailbox, { conversations: distinct(conversations) })),
    ...(await rowsOf(db, mailbox, { keys: distinct(answered) })),
    ...(await rowsOf(db, mailbox, { parents: distinct(keys) })),
  ];
  return [...new Map(related.map((row) => [row.id, row])).values()];
}

interface Wanted {
  readonly ids?: readonly number[];
  readonly conversations?: readonly string[];
  readonly keys?: readonly string[];
  readonly parents?: readonly string[];
}

async function rowsOf(db: Db, mailbox: string, wanted: Wanted): Promise<ThreadRow[]> {
  const { ids = [], conversations = [], keys = [], parents = [] } = wanted;
  const select = () => threadRows(db).where('item.mailbox', '=', mailbox).limit(mostMails);
  const rows: ThreadRow[] = [];
  for (const part of inParts(ids, 400)) rows.push(...(await select().where('message.id', 'in', part).execute()));
  for (const part of inParts(conversations, 400)) {
    rows.push(...(await select().where('message.conversation_id', 'in', part).execute()));
  }
  for (const part of inParts(keys, 400))
    rows.push(...(await select().where('message.message_key', 'in', part).execute()));
  for (const part of inParts(parents, 400)) {
    rows.push(...(await select().where('message.in_reply_to', 'in', part).execute()));
  }
  return rows;
}

function threadRows(db: Db) {
  return db
    .selectFrom('message')
    .innerJoin('item', 'item.message_id', 'message.id')
    .selectAll('item')
    .select(['message.identity', 'message.message_key', 'message.conversation_id', 'message.references_json']);
}

type ThreadRow = Awaited<ReturnType<ReturnType<typeof threadRows>['execute']>>[number];

function mailOf({
  identity,
  message_key,
  conversation_id,
  references_json: _read,
  ...item
}: ThreadRow): ConversationMail {
  return { item, identity, messageKey: message_key, conversationId: conversation_id };
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
