import type { Config } from '../config/schema.ts';
import { IntegratorError } from '../domain/errors.ts';
import { domainOf } from '../domain/address.ts';
import type { Person } from '../domain/message.ts';
import { isNoReply } from '../domain/no-reply.ts';
import type { Use } from '../domain/ticket.ts';
import { detailsText, openTicket } from '../filing/open-ticket.ts';
import { ensureClient, findClient } from '../store/clients.ts';
import { findContactByAddress } from '../store/contacts.ts';
import { conversationOf } from '../store/conversations.ts';
import type { Item } from '../store/items.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import { findTicket } from '../store/tickets.ts';
import type { TicketRow } from '../store/tickets.ts';
import { ticketTypeFor } from '../tickets/local/ticket-types.ts';
import { hidesChain, refuseFiled } from './assign.ts';
import { changeMails } from './change.ts';
import type { Change, ChangedMail, ChangeReport } from './change.ts';
import type { InboxDeps } from './deps.ts';
import { requireMail } from './find-mail.ts';
import { mailId } from './mail-id.ts';
import { namesClient, offeredContact, otherParty } from './other-party.ts';
import { followsConversation, putOnTicket } from './put-on-ticket.ts';
import { clientFinder } from './suggest-client.ts';

export interface OpenRequest {
  readonly id: string;
  /** Default: the subject. */
  readonly summary?: string | undefined;
  /** Default: the mailbox's `new_ticket_type`, else the first type of what it is matched to. */
  readonly type?: string | undefined;
  /** Number or name; default: found or made from the sender. */
  readonly client?: string | undefined;
  /** Instead of the sender. */
  readonly contact?: Person | undefined;
  /** What waits of the conversation is filed on the new ticket too. */
  readonly conversation: boolean;
  readonly dryRun: boolean;
}

type Client = NonNullable<ChangeReport['client']>;

/** "Add New Opp": a ticket with the mail as its opening action, always with the whole chain; the body is the details. */
export function openFromMail(deps: InboxDeps, request: OpenRequest): Promise<ChangeReport> {
  const { id, dryRun } = request;
  return changeMails(deps, { ids: [id], dryRun, verb: 'mail.file', command: 'inbox.new' }, async (change) => {
    const [item] = change.items;
    if (item === undefined) throw new IntegratorError('usage', 'name a mail');
    refuseFiled(item, 'opened as a new ticket');
    const mail = await requireMail(change.trx, item);
    const contact = await contactOf(change, { item, mail }, request.contact);
    const client = await clientOf(change, { contact, party: otherParty(item, mail) }, request.client);
    const ticket = await open(change, { item, mail, contact, client }, request);
    await putOnTicket(change, item, {
      ticket,
      opening: true,
      hideChain: false,
      detail: { opened: true, ...(client === null ? {} : { client: client.id }) },
    });
    const mails: ChangedMail[] = [{ id: mailId(item.id), outcome: 'filed', ticket: ticket.id }];
    if (request.conversation) mails.push(...(await fileConversation(change, item, ticket)));
    return { ticket: ticket.id, client, mails };
  });
}

interface Opening {
  readonly item: Item;
  readonly mail: StoredMail;
  readonly contact: Person | null;
  readonly client: Client | null;
}

async function open(
  change: Change,
  { item, mail, contact, client }: Opening,
  request: OpenRequest,
): Promise<TicketRow> {
  const { use, type } = typeOf(change, item, request.type);
  const id = await openTicket(change.trx, {
    use,
    type,
    subject: mail.subject,
    details: await detailsText(mail.body),
    from: contact,
    ...(client === null ? {} : { clientId: Number(client.id) }),
    ...(request.summary === undefined ? {} : { summary: summaryLine(request.summary) }),
    ownDomains: ownDomains(change),
    atMs: change.nowMs,
  });
  const ticket = await findTicket(change.trx, id);
  if (ticket === undefined) throw new IntegratorError('bug', `${id} was made and is not there`);
  return ticket;
}

function summaryLine(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  if (line === '') throw new IntegratorError('usage', 'the summary is empty');
  return line;
}

function typeOf({ deps, contexts }: Change, item: Item, name: string | undefined): { use: Use; type: string } {
  const types = deps.config.ticket_types;
  const use = contexts.get(item.mailbox)?.rules.use ?? 'opportunity';
  if (name === undefined)
    return { use, type: newTicketType(deps.config, item.mailbox) ?? ticketTypeFor(types, use, undefined) };
  const named = types.filter((type) => type.name.toLowerCase() === name.trim().toLowerCase());
  const type = named.find((each) => each.use === use) ?? named[0];
  return type === undefined ? { use, type: ticketTypeFor(types, use, name) } : { use: type.use, type: type.name };
}

function newTicketType(config: Config, mailbox: string): string | undefined {
  const mailboxes = config.connections.flatMap((connection) => connection.mailboxes);
  return mailboxes.find((each) => each.address === mailbox)?.new_ticket_type;
}

/** The person named, else the sender; a no-reply sender only where it is known as a contact already. */
async function contactOf(
  change: Change,
  { item, mail }: Pick<Opening, 'item' | 'mail'>,
  named: Person | undefined,
): Promise<Person | null> {
  if (named !== undefined) return named;
  const { trx, notes } = change;
  const party = otherParty(item, mail);
  if (party === null || (await findContactByAddress(trx, party.address)) !== undefined) return party;
  const offer = offeredContact(item, mail, ownDomains(change));
  const advice = offer === null ? '' : `; its Reply-To is ${offer.address}: --contact ${offer.address} would take it`;
  if (!isNoReply(party.address)) {
    if (offer !== null) notes.push(`${party.address} passed the mail on${advice}`);
    return party;
  }
  notes.push(`${party.address} takes no replies, so it became no contact${advice}`);
  return null;
}

/** The client named; else that of the contact or sender; else one made from the contact's domain, where that says something. */
async function clientOf(
  change: Change,
  { contact, party }: { readonly contact: Person | null; readonly party: Person | null },
  named: string | undefined,
): Promise<Client | null> {
  const { trx, nowMs, notes } = change;
  if (named !== undefined) return requireNamedClient(change, named);
  const own = ownDomains(change);
  const addresses = [contact, party].flatMap((person) => person?.address ?? []);
  const found = (await clientFinder(trx, addresses, own))(addresses);
  if (found !== null) return { id: found.id, name: found.name };
  if (contact === null || !namesClient(contact.address, own)) return null;
  const domain = domainOf(contact.address);
  const id = await ensureClient(trx, { name: domain, domains: [domain], atMs: nowMs });
  notes.push(`the client ${domain} (number ${id}) is new: integrator client set ${id} --name … gives it a better name`);
  return { id: String(id), name: domain };
}

/** Throws `not_found`. */
export async function requireNamedClient({ trx }: Pick<Change, 'trx'>, named: string): Promise<Client> {
  const client = await findClient(trx, named);
  if (client !== undefined) return { id: String(client.id), name: client.name };
  throw new IntegratorError('not_found', `there is no client "${named}"`, { hint: 'integrator client list' });
}

function ownDomains({ contexts }: Change): ReadonlySet<string> {
  const [any] = contexts.values();
  return any?.rules.ownDomains ?? new Set();
}

async function fileConversation(change: Change, opened: Item, ticket: TicketRow): Promise<ChangedMail[]> {
  const mails: ChangedMail[] = [];
  for (const { item } of await conversationOf(change.trx, opened)) {
    if (item.id === opened.id || (item.state !== 'inbox' && item.state !== 'kept')) continue;
    if (!(await followsConversation(change, item, ticket))) continue;
    await putOnTicket(change, item, { ticket, hideChain: hidesChain(change, item) });
    mails.push({ id: mailId(item.id), outcome: 'filed', ticket: ticket.id });
  }
  return mails;
}
