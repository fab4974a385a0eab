import { inParts } from './in-parts.ts';
import type { MailResponseTable } from './outgoing-schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';
import { touchTicket } from './tickets.ts';

export type NewMailResponse = Omit<MailResponseTable, 'id'>;

/** Each once, however often it is read. What it is about need not be known yet. */
export async function addMailResponses(trx: StoreWriter, responses: readonly NewMailResponse[]): Promise<void> {
  for (const part of inParts(responses, 400)) {
    await trx
      .insertInto('mail_response')
      .values(part)
      .onConflict((conflict) => conflict.columns(['message_key', 'identity']).doNothing())
      .execute();
  }
}

/**
 * Marks the actions whose mail came back to this mailbox, as long as the mailbox itself sent that mail: an id that
 * somebody guessed or saw elsewhere marks nothing. `keys`: of mail that was sent or came back just now.
 */
export async function tieBounces(
  trx: StoreWriter,
  mailbox: string,
  keys: readonly string[],
  nowMs: number,
): Promise<void> {
  for (const part of inParts([...new Set(keys)], 400)) {
    const bounced = await trx
      .selectFrom('mail_response')
      .innerJoin('message', 'message.message_key', 'mail_response.message_key')
      .innerJoin('item', 'item.message_id', 'message.id')
      .innerJoin('action', 'action.message_id', 'message.id')
      .select(['action.id as actionId', 'action.ticket_id as ticketId', 'mail_response.at as at'])
      .where('mail_response.message_key', 'in', part)
      .where('mail_response.mailbox', '=', mailbox)
      .where('mail_response.kind', '=', 'bounce')
      .where('item.mailbox', '=', mailbox)
      .where('item.sent', '=', 1)
      .where('action.direction', '=', 'out')
      .where('action.bounced_at', 'is', null)
      .orderBy('mail_response.at')
      .orderBy('mail_response.id')
      .execute();
    for (const { actionId, ticketId, at } of bounced) {
      const marking = trx.updateTable('action').set({ bounced_at: at }).where('id', '=', actionId);
      await marking.where('bounced_at', 'is', null).execute();
      await touchTicket(trx, ticketId, nowMs);
    }
  }
}

export interface MailResponseRow {
  readonly kind: MailResponseTable['kind'];
  readonly atMs: number;
  readonly recipient: string;
  readonly reason: string;
  /** The bounce or reply itself, as an item of that mailbox; null where it is not stored (any more). */
  readonly itemId: number | null;
}

/** What came back on these mails that we sent, by message id, oldest first. */
export async function responsesTo(
  db: StoreReader,
  messageIds: readonly number[],
): Promise<Map<number, MailResponseRow[]>> {
  const found = new Map<number, MailResponseRow[]>();
  for (const part of inParts([...new Set(messageIds)], 400)) {
    const rows = await db
      .selectFrom('message')
      .innerJoin('mail_response', 'mail_response.message_key', 'message.message_key')
      .innerJoin('item as ours', (join) =>
        join.onRef('ours.message_id', '=', 'message.id').onRef('ours.mailbox', '=', 'mail_response.mailbox'),
      )
      .leftJoin('item as theirs', (join) =>
        join
          .onRef('theirs.message_id', '=', 'mail_response.message_id')
          .onRef('theirs.mailbox', '=', 'mail_response.mailbox'),
      )
      .select(['message.id as messageId', 'theirs.id as itemId'])
      .select(['mail_response.kind', 'mail_response.at', 'mail_response.recipient', 'mail_response.reason'])
      .where('message.id', 'in', part)
      .where('ours.sent', '=', 1)
      .orderBy('mail_response.at')
      .orderBy('mail_response.id')
      .execute();
    for (const { messageId, at, ...row } of rows) {
      found.set(messageId, [...(found.get(messageId) ?? []), { ...row, atMs: at }]);
    }
  }
  return found;
}

/** The same for mail of the outbox, which need not be on a ticket; by mailbox and message key, newline between. */
export async function responsesToSent(
  db: StoreReader,
  messageKeys: readonly string[],
): Promise<Map<string, MailResponseRow[]>> {
  const found = new Map<string, MailResponseRow[]>();
  for (const part of inParts([...new Set(messageKeys)], 400)) {
    const rows = await db
      .selectFrom('mail_response')
      .leftJoin('item', (join) =>
        join
          .onRef('item.message_id', '=', 'mail_response.message_id')
          .onRef('item.mailbox', '=', 'mail_response.mailbox'),
      )
      .select(['item.id as itemId', 'mail_response.message_key', 'mail_response.mailbox'])
      .select(['mail_response.kind', 'mail_response.at', 'mail_response.recipient', 'mail_response.reason'])
      .where('mail_response.message_key', 'in', part)
      .orderBy('mail_response.at')
      .orderBy('mail_response.id')
      .execute();
    for (const { message_key: key, mailbox, at, ...row } of rows) {
      const name = `${mailbox}\n${key}`;
      found.set(name, [...(found.get(name) ?? []), { ...row, atMs: at }]);
    }
  }
  return found;
}
