import { IntegratorError } from '../domain/errors.ts';
import { conversationOf } from '../store/conversations.ts';
import type { Item } from '../store/items.ts';
import type { TicketRow } from '../store/tickets.ts';
import { changeMails } from './change.ts';
import type { Change, ChangedMail, ChangeReport } from './change.ts';
import type { InboxDeps } from './deps.ts';
import { mailId } from './mail-id.ts';
import { followsConversation, noteOtherUse, putOnTicket, targetTicket } from './put-on-ticket.ts';

export interface AssignRequest {
  readonly ids: readonly string[];
  readonly ticket: string;
  /** With everything of their conversations that is on no ticket. */
  readonly conversation: boolean;
  /** undefined: as the connection says. */
  readonly hideChain?: boolean | undefined;
  /** A closed ticket is opened again instead of refused. */
  readonly reopen: boolean;
  /** Also where another mail of the same family is on the ticket. */
  readonly confirmed?: boolean;
  readonly dryRun: boolean;
}

/** "Add to Existing Opp": the mails become e-mail actions of the ticket. */
export function assignMails(deps: InboxDeps, request: AssignRequest): Promise<ChangeReport> {
  return changeMails(
    deps,
    { ids: request.ids, verb: 'mail.file', command: 'inbox.assign', dryRun: request.dryRun },
    async (change) => {
      const ticket = await targetTicket(change, request.ticket, request.reopen);
      const mails: ChangedMail[] = [];
      for (const item of change.items) mails.push(await assign(change, item, ticket, request));
      const related = request.conversation ? await restOfConversations(change) : [];
      for (const item of related) {
        if (await followsConversation(change, item, ticket)) mails.push(await assign(change, item, ticket, request));
      }
      const items = [...change.items, ...related];
      noteOtherUse(change, items, ticket);
      return { ticket: ticket.id, mails };
    },
  );
}

async function assign(
  change: Change,
  item: Item,
  ticket: TicketRow,
  { hideChain, confirmed = false }: Pick<AssignRequest, 'hideChain' | 'confirmed'>,
): Promise<ChangedMail> {
  const id = mailId(item.id);
  if (item.ticket_id === ticket.id) return { id, outcome: 'unchanged', ticket: ticket.id };
  refuseFiled(item, 'assigned');
  await putOnTicket(change, item, { ticket, confirmed, hideChain: hideChain ?? hidesChain(change, item) });
  return { id, outcome: 'filed', ticket: ticket.id };
}

export function hidesChain({ contexts }: Change, item: Item): boolean {
  return contexts.get(item.mailbox)?.hideChain ?? false;
}

/** Throws `usage` for mail that is on a ticket or a client: it has to be taken back or moved first. */
export function refuseFiled(item: Item, done: string): void {
  if (item.state !== 'filed') return;
  const id = mailId(item.id);
  if (item.ticket_id === null) {
    throw new IntegratorError('usage', `${id} is a CRM note; it cannot be ${done}`, {
      hint: `integrator inbox undo ${id}`,
    });
  }
  throw new IntegratorError('usage', `${id} is on ${item.ticket_id}; it cannot be ${done}`, {
    hint: `integrator inbox undo ${id}, or integrator inbox move ${id} --ticket …`,
  });
}

/** What waits of the conversations of the mails named, without these. */
async function restOfConversations({ trx, items }: Change): Promise<Item[]> {
  const named = new Set(items.map(({ id }) => id));
  const rest = new Map<number, Item>();
  for (const item of items) {
    for (const related of await conversationOf(trx, item)) {
      const waits = related.item.state === 'inbox' || related.item.state === 'kept';
      if (waits && !named.has(related.item.id)) rest.set(related.item.id, related.item);
    }
  }
  return [...rest.values()];
}
