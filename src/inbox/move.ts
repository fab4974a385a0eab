import { conversationOf } from '../store/conversations.ts';
import type { ConversationMail } from '../store/conversations.ts';
import type { Item } from '../store/items.ts';
import type { TicketRow } from '../store/tickets.ts';
import { hidesChain, refuseFiled } from './assign.ts';
import { changeMails } from './change.ts';
import type { Change, ChangedMail, ChangeReport } from './change.ts';
import type { InboxDeps } from './deps.ts';
import { mailId } from './mail-id.ts';
import { followsConversation, noteOtherUse, putOnTicket, targetTicket } from './put-on-ticket.ts';
import { settleOrphaned, takeOffTicket } from './take-off.ts';

export interface MoveRequest {
  readonly ids: readonly string[];
  readonly ticket: string;
  readonly reopen: boolean;
  /** Also where another mail of the same family is on the ticket. */
  readonly confirmed?: boolean;
  readonly dryRun: boolean;
}

/**
 * Moves whole conversations: what is on the same ticket as the mail named, and what waits. Answers that come later
 * follow, since the thread is on the new ticket and was taken away from the old one.
 */
export function moveMails(deps: InboxDeps, request: MoveRequest): Promise<ChangeReport> {
  const { ids, dryRun } = request;
  return changeMails(deps, { ids, dryRun, verb: 'mail.file', command: 'inbox.move' }, async (change) => {
    const ticket = await targetTicket(change, request.ticket, request.reopen);
    const mails = new Map<number, ChangedMail>();
    for (const item of change.items) {
      for (const each of await conversationOf(change.trx, item)) {
        if (!mails.has(each.item.id) && (await goesAlong(change, each.item, { named: item, ticket }))) {
          mails.set(each.item.id, await move(change, each, ticket, request.confirmed ?? false));
        }
      }
    }
    await settleOrphaned(change);
    noteOtherUse(change, change.items, ticket);
    return { ticket: ticket.id, mails: [...mails.values()] };
  });
}

interface Along {
  readonly named: Item;
  readonly ticket: TicketRow;
}

/** Mail of the conversation on a third ticket was filed there on purpose: it stays. */
async function goesAlong(change: Change, item: Item, { named, ticket }: Along): Promise<boolean> {
  const { items, notes } = change;
  if (items.some(({ id }) => id === item.id)) return true;
  if (item.state === 'inbox' || item.state === 'kept') return followsConversation(change, item, ticket);
  if (item.state !== 'filed') return false;
  if (item.ticket_id !== null && item.ticket_id === named.ticket_id) return true;
  notes.push(
    `${mailId(item.id)} of the same conversation stays ${item.ticket_id === null ? 'a CRM note' : `on ${item.ticket_id}`}`,
  );
  return false;
}

async function move(
  change: Change,
  mail: ConversationMail,
  ticket: TicketRow,
  confirmed: boolean,
): Promise<ChangedMail> {
  const { item } = mail;
  const id = mailId(item.id);
  const from = item.ticket_id;
  if (from === null) refuseFiled(item, 'moved');
  if (from === ticket.id) return { id, outcome: 'unchanged', ticket: ticket.id };
  const hidden = from === null ? null : await takeOffTicket(change, mail, { ticketId: from, scope: 'conversation' });
  await putOnTicket(change, item, {
    ticket,
    confirmed,
    hideChain: hidden ?? hidesChain(change, item),
    ...(from === null ? {} : { detail: { from_ticket: from } }),
  });
  return { id, outcome: 'moved', ticket: ticket.id, ...(from === null ? {} : { from_ticket: from }) };
}
