import { holdsAddress } from '../content/person-text.ts';
import { domainOf, isOwnDomain } from '../domain/address.ts';
import { isFreeMail } from '../domain/free-mail.ts';
import type { MessageBody, Person } from '../domain/message.ts';
import type { Use } from '../domain/ticket.ts';
import { ensureContact, findContactByAddress, longestAddress } from '../store/contacts.ts';
import type { StoreWriter } from '../store/store.ts';
import { clientsOfDomains } from '../store/suggestions.ts';
import { createTicket } from '../store/tickets.ts';

export interface Opening {
  readonly use: Use;
  readonly type: string;
  readonly subject: string;
  /** The whole body as text. */
  readonly details: string;
  readonly from: Person | null;
  /** Given by a person; otherwise found from the sender. */
  readonly clientId?: number;
  readonly summary?: string;
  readonly ownDomains: ReadonlySet<string>;
  readonly atMs: number;
}

/** Opens a ticket for a mail. The sender becomes its contact; the client is the sender's, or that of the domain. */
export async function openTicket(trx: StoreWriter, opening: Opening): Promise<string> {
  const { from } = opening;
  // A name that shows the address of somebody else is none to remember a contact by.
  const name = from === null || holdsAddress(from) ? '' : from.name;
  const clientId = opening.clientId ?? (from === null ? null : await clientOf(trx, from.address, opening.ownDomains));
  const contactIds =
    from === null || from.address === '' || from.address.length > longestAddress
      ? []
      : [await ensureContact(trx, { address: from.address, name, clientId })];
  return createTicket(trx, {
    use: opening.use,
    type: opening.type,
    summary: opening.summary ?? (opening.subject === '' ? '(no subject)' : opening.subject),
    openingSubject: opening.subject,
    details: opening.details,
    clientId,
    contactIds,
    atMs: opening.atMs,
  });
}

/** Address → contact → client, then the domain; free-mail and own domains name nobody. */
async function clientOf(trx: StoreWriter, address: string, ownDomains: ReadonlySet<string>): Promise<number | null> {
  const contact = await findContactByAddress(trx, address);
  if (contact !== undefined && contact.client_id !== null) return contact.client_id;
  const domain = domainOf(address);
  if (domain === '' || isFreeMail(domain) || isOwnDomain(domain, ownDomains)) return null;
  const clients = (await clientsOfDomains(trx, [domain])).get(domain) ?? [];
  return clients.length === 1 ? (clients[0]?.clientId ?? null) : null;
}

/** Longer bodies are cut: details are for reading, the mail itself keeps everything. */
const longestDetails = 100_000;

/** The body as text, for a ticket's details. The parser of HTML loads when the first ticket is opened. */
export async function detailsText(body: MessageBody): Promise<string> {
  const { bodyText } = await import('../content/text.ts');
  const start = { ...body, content: body.content.slice(0, 4 * longestDetails) };
  return bodyText(start, { maxBytes: 4 * longestDetails }).slice(0, longestDetails);
}
