import { sql } from './kysely.ts';
import type { ExpressionBuilder } from 'kysely';
import { subjectKeys } from '../domain/subject.ts';
import type { Use } from '../domain/ticket.ts';
import type { Database } from './schema.ts';
import type { StoreReader } from './store.ts';
import type { TicketRow } from './tickets.ts';

export interface TicketFilter {
  readonly use?: Use;
  readonly open?: boolean;
  readonly clientId?: number;
  readonly contactId?: number;
  /** Its owner. */
  readonly agent?: string;
  /** Part of the summary, the number, the reference, the client's name or a contact's address, in any case. */
  readonly search?: string;
  readonly limit?: number;
}

export type ListedTicket = TicketRow & { readonly client_name: string | null };

/** Touched last comes first. */
export function listTickets(db: StoreReader, filter: TicketFilter): Promise<ListedTicket[]> {
  const { use, open, clientId, contactId, agent, search, limit } = filter;
  return db
    .selectFrom('ticket')
    .leftJoin('client', 'client.id', 'ticket.client_id')
    .selectAll('ticket')
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
    .$if(search !== undefined, (query) => query.where((eb) => matches(eb, search ?? '')))
    .orderBy('ticket.updated_at', 'desc')
    .orderBy('ticket.created_at', 'desc')
    .orderBy('ticket.id')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
}

function matches(eb: ExpressionBuilder<Database, 'ticket' | 'client'>, search: string) {
  const pattern = likePattern(search);
  const contact = eb
    .selectFrom('ticket_contact')
    .innerJoin('contact_address', 'contact_address.contact_id', 'ticket_contact.contact_id')
    .select('contact_address.address')
    .whereRef('ticket_contact.ticket_id', '=', 'ticket.id')
    .where(sql<boolean>`contact_address.address like ${pattern} escape '\\'`);
  return eb.or([
    sql<boolean>`ticket.summary_exact like ${pattern} escape '\\'`,
    sql<boolean>`lower(ticket.id) like ${pattern} escape '\\'`,
    sql<boolean>`lower(ticket.reference) like ${pattern} escape '\\'`,
    sql<boolean>`client.name_key like ${pattern} escape '\\'`,
    eb.exists(contact),
  ]);
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
