import { inParts } from './in-parts.ts';
import type { MailResponseTable } from './outgoing-schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';
import { touchTicket } from './tickets.ts';

export type NewMailResponse = Omit<MailResponseTable, 'id'>;

/** Each once, however often it is read; what it is about need not be known yet. Gives the keys of bounces that are new. */
export async function addMailResponses(trx: StoreWriter, responses: readonly NewMailResponse[]): Promise<string[]> {
  const bounced: string[] = [];
  for (const part of inParts(responses, 400)) {
    const added = await trx
      .insertInto('mail_response')
      .values(part)
      .onConflict((conflict) => conflict.columns(['message_key', 'identity']).doNothing())
      .returning(['kind', 'message_key'])
      .execute();
    bounced.push(...added.flatMap(({ kind, message_key: key }) => (kind === 'bounce' ? [key] : [])));
  }
  return bounced;
}

/**
 * Tickets change by mail on them that this mailbox sent and that came back now. An id that somebody guessed or saw
 * elsewhere leads to none: the mailbox itself must have sent the mail.
 */
export async function touchTicketsOfSent(
  trx: StoreWriter,
  mailbox: string,
  keys: readonly string[],
  nowMs: number,
): Promise<void> {
  const tickets = new Set<string>();
  for (const part of inParts([...new Set(keys)], 400)) {
    const rows = await trx
      .selectFrom('message')
      .innerJoin('item', 'item.message_id', 'message.id')
      .innerJoin('action', 'action.message_id', 'message.id')
      .select('action.ticket_id')
      .where('message.message_key', 'in', part)
      .where('item.mailbox', '=', mailbox)
      .where('item.sent', '=', 1)
      .where('action.direction', '=', 'out')
      .execute();
    for (const row of rows) tickets.add(row.ticket_id);
  }
  for (const ticketId of tickets) await touchTicket(trx, ticketId, nowMs);
}

export interface MailResponseRow {
  readonly kind: MailResponseTable['kind'];
  readonly atMs: number;
  readonly recipient: string;
  readonly reason: string;
  /** The bounce or reply itself, as an item of that mailbox; null where it is not stored (any more). */
  readonly itemId: number | null;
}

/** When the first bounce came; null where none did. */
export function bouncedAt(responses: readonly MailResponseRow[]): number | null {
  return responses.find(({ kind }) => kind === 'bounce')?.atMs ?? null;
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
