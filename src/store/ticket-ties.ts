import type { TicketTies } from '../domain/policy.ts';
import { inParts } from './in-parts.ts';
import { ask, list, query } from './query.ts';
import type { Reader } from './query.ts';
import type { TicketTable } from './ticket-schema.ts';

/**
 * Who has to do with these tickets, by ticket id: their owner, and the mailboxes whose mail is on them. `teamMailboxes`
 * are those that track incidents: they belong to every incident.
 */
export async function ticketTies(
  db: Reader,
  ticketIds: readonly string[],
  teamMailboxes: readonly string[],
): Promise<ReadonlyMap<string, TicketTies>> {
  const ties = new Map<string, TicketTies>();
  for (const part of inParts(ticketIds, 400)) {
    const mailboxes = await mailboxesByTicket(db, part);
    const tickets = await ask<Pick<TicketTable, 'id' | 'use' | 'agent'>>(
      db,
      query`select id, use, agent from ticket where id in ${list(part)}`,
    );
    for (const { id, use, agent } of tickets) {
      const own = mailboxes.get(id) ?? [];
      ties.set(id, { owner: agent, mailboxes: use === 'incident' ? [...own, ...teamMailboxes] : own });
    }
  }
  return ties;
}

/** Of one ticket; of one that is not there, nobody's. */
export async function tiesOf(db: Reader, ticketId: string, teamMailboxes: readonly string[]): Promise<TicketTies> {
  return (await ticketTies(db, [ticketId], teamMailboxes)).get(ticketId) ?? { owner: null, mailboxes: [] };
}

async function mailboxesByTicket(db: Reader, ticketIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await ask<{ ticketId: string; mailbox: string }>(
    db,
    query`select distinct ticket_id as "ticketId", mailbox from item where ticket_id in ${list(ticketIds)}`,
  );
  const mailboxes = new Map<string, string[]>();
  for (const { ticketId, mailbox } of rows) {
    const known = mailboxes.get(ticketId);
    if (known === undefined) mailboxes.set(ticketId, [mailbox]);
    else known.push(mailbox);
  }
  return mailboxes;
}
