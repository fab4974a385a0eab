import { IntegratorError } from '../domain/errors.ts';
import type { Use } from '../domain/ticket.ts';
import { fileItem } from '../filing/file-item.ts';
import { decidingStored } from '../filing/deciding.ts';
import { hasOtherOfFamily } from '../store/actions.ts';
import { audit } from '../store/audit.ts';
import type { Item } from '../store/items.ts';
import { forgetTakenAway } from '../store/taken-away.ts';
import { storedEnvelopes } from '../store/stored-mails.ts';
import { findTicket, reopenTicket } from '../store/tickets.ts';
import type { TicketRow } from '../store/tickets.ts';
import { logChange, ownAddresses } from './change.ts';
import type { Change } from './change.ts';
import { requireMail } from './find-mail.ts';
import { mailId } from './mail-id.ts';

/** The code of the error that says so: whoever can ask may offer to open it again. */
export const ticketClosed = 'ticket_closed';

/** The ticket mail is to be put on. Throws `not_found`, and `usage` where it is closed and may not be reopened. */
export async function targetTicket(change: Change, name: string, reopen: boolean): Promise<TicketRow> {
  const ticket = await findTicket(change.trx, name);
  if (ticket === undefined) {
    throw new IntegratorError('not_found', `there is no ticket "${name}"`, { hint: 'integrator ticket list' });
  }
  if (ticket.open === 1) return ticket;
  if (!reopen) {
    throw new IntegratorError('usage', `${ticket.id} is closed`, {
      hint: 'add --reopen to open it again',
      code: ticketClosed,
    });
  }
  await reopenTicket(change.trx, ticket.id);
  await audit(change.trx, change.deps.actor, change.nowMs, { verb: 'ticket.reopen', object: ticket.id });
  change.notes.push(`${ticket.id} is open again`);
  return { ...ticket, open: 1, status: 'open' };
}

export interface Putting {
  readonly ticket: TicketRow;
  readonly hideChain: boolean;
  /** The mail opened the ticket. */
  readonly opening?: boolean;
  /** The person knows that another mail with the same message id, sender, date and subject is there. */
  readonly confirmed?: boolean;
  /** More for the audit log. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Puts a mail on a ticket because a person says so: that it, its thread or its conversation was taken away from this
 * ticket before is forgotten, so that answers follow again.
 */
export async function putOnTicket(change: Change, item: Item, { ticket, ...how }: Putting): Promise<void> {
  if (how.confirmed !== true) await refuseSecondOfFamily(change, item, ticket);
  const mail = await requireMail(change.trx, item);
  const deciding = decidingStored(mail);
  const added = await fileItem(change.trx, ownAddresses(change), {
    item,
    mail,
    facts: deciding.facts,
    ticketId: ticket.id,
    opening: how.opening === true,
    hideChain: how.hideChain,
    filedBy: change.filedBy,
    atMs: change.nowMs,
  });
  if (!added) change.notes.push(`${ticket.id} has the mail ${mailId(item.id)} already, from another mailbox`);
  await forgetTakenAway(change.trx, ticket.id, {
    identity: mail.identity,
    conversation: mail.conversationId,
    thread: [mail.messageKey ?? '', ...deciding.facts.inReplyTo, ...deciding.facts.references],
  });
  await logChange(change, item, { ticket: ticket.id, ...how.detail });
}

/** The code of the error that says so: whoever can ask may offer to file it all the same. */
export const secondOfFamily = 'second_of_family';

async function refuseSecondOfFamily({ trx }: Change, item: Item, ticket: TicketRow): Promise<void> {
  if (!(await hasOtherOfFamily(trx, ticket.id, item.message_id))) return;
  const id = mailId(item.id);
  throw new IntegratorError('usage', `${ticket.id} has a mail with the message id, sender, date and subject of ${id}`, {
    hint: `their texts or files differ: compare them (integrator explain ${id}), or add --yes to file ${id} too`,
    code: secondOfFamily,
  });
}

/**
 * Whether a mail that a person did not name goes along with its conversation: none whose sender was found forged, and no
 * second one of a family that is on the ticket.
 */
export async function followsConversation({ trx, notes }: Change, item: Item, ticket: TicketRow): Promise<boolean> {
  const mail = (await storedEnvelopes(trx, [item.message_id])).get(item.message_id);
  const because =
    mail?.trust === 'failed'
      ? `its sender is not verified (${mail.verifiedDetail})`
      : (await hasOtherOfFamily(trx, ticket.id, item.message_id))
        ? `${ticket.id} has another mail with its message id`
        : null;
  if (because !== null)
    notes.push(`${mailId(item.id)} of the same conversation stays out: ${because}; name it to file it`);
  return because === null;
}

/** A ticket of another use than the mailbox is matched to takes the mail, but its answers will not follow. */
export function noteOtherUse(change: Change, items: readonly Item[], ticket: TicketRow): void {
  const [other] = items.filter((item) => useOf(change, item) !== undefined && useOf(change, item) !== ticket.use);
  if (other === undefined) return;
  change.notes.push(
    `${ticket.id} is of the use ${ticket.use}, and ${other.mailbox} is matched to another: answers will not follow by themselves`,
  );
}

function useOf({ contexts }: Change, item: Item): Use | undefined {
  return contexts.get(item.mailbox)?.rules.use;
}
