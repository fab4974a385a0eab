import { z } from 'zod';
import type { StoreReader } from './store.ts';

export interface FiledMail {
  readonly mailbox: string;
  readonly sent: boolean;
  readonly fromName: string;
  readonly fromAddress: string;
  readonly subject: string;
  readonly ticketId: string;
  readonly ticketSummary: string;
  /** The rule that filed it: reply, address_and_subject, domain; null where a person did, or it opened the ticket. */
  readonly rule: string | null;
}

const decisionSchema = z.object({ decision: z.object({ rule: z.string().optional() }) });

/** Mail on tickets, newest first. */
export async function listFiled(db: StoreReader, limit: number): Promise<FiledMail[]> {
  const rows = await db
    .selectFrom('item')
    .innerJoin('message', 'message.id', 'item.message_id')
    .innerJoin('ticket', 'ticket.id', 'item.ticket_id')
    .select(['item.mailbox', 'item.sent', 'item.decision_json', 'message.from_name', 'message.from_address'])
    .select(['message.subject', 'ticket.id as ticketId', 'ticket.summary as ticketSummary'])
    .where('item.state', '=', 'filed')
    .orderBy('item.received_at', 'desc')
    .orderBy('item.id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    mailbox: row.mailbox,
    sent: row.sent === 1,
    fromName: row.from_name,
    fromAddress: row.from_address,
    subject: row.subject,
    ticketId: row.ticketId,
    ticketSummary: row.ticketSummary,
    rule: decisionSchema.parse(JSON.parse(row.decision_json)).decision.rule ?? null,
  }));
}
