import { audit } from '../store/audit.ts';
import { hasActions, mailActionOf, removeMailAction } from '../store/actions.ts';
import type { ConversationMail } from '../store/conversations.ts';
import { itemsOfMessage } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import { rememberTakenAway } from '../store/taken-away.ts';
import type { TakenAway } from '../store/taken-away.ts';
import { closeTicket } from '../store/tickets.ts';
import type { Change } from './change.ts';
import { mailId } from './mail-id.ts';

/** What of a mail is never filed on the ticket again by itself. */
export type TakenScope = 'mail' | 'conversation';

/**
 * Takes a mail's action off its ticket. It stays where another mailbox filed the same mail there too. Returns whether
 * the action had its chain hidden; null where there was none, or it stays.
 */
export async function takeOffTicket(
  change: Change,
  { item, ...mail }: ConversationMail,
  { ticketId, scope }: { readonly ticketId: string; readonly scope: TakenScope },
): Promise<boolean | null> {
  const { trx, nowMs } = change;
  await rememberTakenAway(trx, tombstones(mail, ticketId, scope), nowMs);
  const action = await mailActionOf(trx, ticketId, item.message_id);
  const other = await otherFiling(change, item, ticketId);
  if (other !== undefined) {
    change.notes.push(
      `${ticketId} keeps ${mailId(item.id)}: it is filed there from ${other.mailbox} too (${mailId(other.id)})`,
    );
    return null;
  }
  await removeMailAction(trx, ticketId, item.message_id);
  if (action?.opening === true) change.orphaned.set(ticketId, item);
  return action?.chainHidden ?? null;
}

function tombstones(
  { identity, messageKey, conversationId }: Omit<ConversationMail, 'item'>,
  ticketId: string,
  scope: TakenScope,
): TakenAway[] {
  const rows: TakenAway[] = [{ ticketId, kind: 'message', key: identity }];
  if (scope === 'mail') return rows;
  if (conversationId !== null) rows.push({ ticketId, kind: 'conversation', key: conversationId });
  if (messageKey !== null) rows.push({ ticketId, kind: 'thread', key: messageKey });
  return rows;
}

async function otherFiling({ trx }: Change, item: Item, ticketId: string): Promise<Item | undefined> {
  const items = await itemsOfMessage(trx, item.message_id);
  return items.find((each) => each.id !== item.id && each.ticket_id === ticketId);
}

/**
 * At the end of a change: a ticket is never deleted because the mail that opened it was taken back; one that holds
 * nothing else is closed.
 */
export async function settleOrphaned({ trx, deps, nowMs, notes, orphaned }: Change): Promise<void> {
  for (const [ticketId, { id }] of orphaned) {
    if (await hasActions(trx, ticketId)) {
      notes.push(`${ticketId} was opened by ${mailId(id)} and stays open: it has other actions`);
      continue;
    }
    await closeTicket(trx, ticketId);
    await audit(trx, deps.actor, nowMs, { verb: 'ticket.close', object: ticketId, detail: { mail: mailId(id) } });
    notes.push(`${ticketId} was opened by ${mailId(id)} and holds nothing else: it is closed, not deleted`);
  }
}
