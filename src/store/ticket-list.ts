import { subjectKeys } from '../domain/subject.ts';
import { missingParts } from '../domain/ticket-search.ts';
import type { Use } from '../domain/ticket.ts';
import { inParts } from './in-parts.ts';
import type { StoreReader } from './store.ts';
import type { TicketRow } from './tickets.ts';

export interface TicketFilter {
  readonly use?: Use;
  readonly open?: boolean;
  readonly clientId?: number;
  readonly contactId?: number;
  /** Its owner. */
  readonly agent?: string;
  readonly limit?: number;
}

export type ListedTicket = Pick<
  TicketRow,
  'id' | 'reference' | 'use' | 'type' | 'summary' | 'open' | 'client_id' | 'agent' | 'updated_at'
> & { readonly client_name: string | null };

/** Touched last comes first. */
export function listTickets(db: StoreReader, filter: TicketFilter): Promise<ListedTicket[]> {
  const { use, open, clientId, contactId, agent, limit } = filter;
  return db
    .selectFrom('ticket')
    .leftJoin('client', 'client.id', 'ticket.client_id')
    .select(['ticket.id', 'reference', 'use', 'type', 'summary', 'open', 'client_id', 'agent', 'ticket.updated_at'])
    .select('client.name as client_name')
    .$if(use !== undefined, (query) => query.where('ticket.use', '=', use ?? 'opportunity'))
    .$if(open !== undefined, (query) => query.where('ticket.open', '=', open === true ? 1 : 0))
    .$if(clientId !== undefined, (query) => query.where('ticket.client_id', '=', clientId ?? 0))
    .$if(agent !== undefined, (query) => query.where('ticket.agent', '=', agent ?? ''))
    .$if(contactId !== undefined, (query) =>
      query.where('ticket.id', 'in', (eb) =>
        eb
          .selectFrom('ticket_contact')
          .select('ticket_id')
          .where('contact_id', '=', contactId ?? 0),
      ),
    )
    .orderBy('ticket.updated_at', 'desc')
    .orderBy('ticket.created_at', 'desc')
    .orderBy('ticket.id')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
}

export interface TicketSearch {
  /** As `searchParts` gives them. */
  readonly parts: readonly string[];
  /** Of these tickets, those whose contacts may be looked at; null: all. */
  readonly contactsMayBeRead: (ticketIds: readonly string[]) => Promise<ReadonlySet<string> | null>;
}

/** Listed alike, those in which every part occurs: in id, reference, summary, client's name, contacts' names or addresses. */
export async function searchTickets(
  db: StoreReader,
  { limit = Infinity, ...filter }: TicketFilter,
  { parts, contactsMayBeRead }: TicketSearch,
): Promise<ListedTicket[]> {
  const found: ListedTicket[] = [];
  for (const page of inParts(await listTickets(db, filter), 400)) {
    const missing = new Map(page.map((ticket) => [ticket.id, missingParts(parts, namesOf(ticket))]));
    const unsure = [...missing].flatMap(([id, left]) => (left.length > 0 ? [id] : []));
    const readable = await contactsMayBeRead(unsure);
    const contacts = await contactTexts(db, readable === null ? unsure : [...readable]);
    for (const ticket of page) {
      const left = missing.get(ticket.id) ?? [];
      if (missingParts(left, contacts.get(ticket.id) ?? []).length === 0) found.push(ticket);
      if (found.length >= limit) return found;
    }
  }
  return found;
}

function namesOf({ id, reference, summary, client_name: client }: ListedTicket): string[] {
  return [id, reference ?? '', summary, client ?? ''];
}

/** Names and addresses of the contacts, by ticket. */
async function contactTexts(db: StoreReader, ticketIds: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const texts = new Map<string, string[]>();
  if (ticketIds.length === 0) return texts;
  const rows = await db
    .selectFrom('ticket_contact')
    .innerJoin('contact', 'contact.id', 'ticket_contact.contact_id')
    .leftJoin('contact_address', 'contact_address.contact_id', 'contact.id')
    .select(['ticket_contact.ticket_id', 'contact.name', 'contact_address.address'])
    .where('ticket_contact.ticket_id', 'in', ticketIds)
    .execute();
  for (const { ticket_id: id, name, address } of rows) {
    const known = texts.get(id) ?? [];
    texts.set(id, known);
    known.push(name, address ?? '');
  }
  return texts;
}

/** Whether any ticket has this owner. */
export async function ownsTickets(db: StoreReader, agent: string): Promise<boolean> {
  return (await listTickets(db, { agent, limit: 1 })).length > 0;
}

/** `%` and `_` in what a person looks for are meant as they are. */
export function likePattern(search: string): string {
  return `%${subjectKeys(search).exact.replace(/[\\%_]/g, '\\$&')}%`;
}

export interface NamesInUse {
  readonly types: readonly { readonly name: string; readonly use: Use; readonly tickets: number }[];
  readonly units: readonly { readonly name: string; readonly tickets: number }[];
}

/** The ticket types and business units that open tickets name, and how many do. */
export async function typesAndUnitsInUse(db: StoreReader): Promise<NamesInUse> {
  const types = await db
    .selectFrom('ticket')
    .select((eb) => ['type as name', 'use', eb.fn.countAll<number>().as('tickets')])
    .where('open', '=', 1)
    .groupBy(['type', 'use'])
    .orderBy('type')
    .execute();
  const units = await db
    .selectFrom('ticket_unit')
    .innerJoin('ticket', 'ticket.id', 'ticket_unit.ticket_id')
    .select((eb) => ['ticket_unit.unit as name', eb.fn.countAll<number>().as('tickets')])
    .where('ticket.open', '=', 1)
    .groupBy('ticket_unit.unit')
    .orderBy('ticket_unit.unit')
    .execute();
  return { types, units };
}
