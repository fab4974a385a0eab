import type { ExpressionBuilder } from 'kysely';
import type { Use } from '../domain/ticket.ts';
import { inParts } from './messages.ts';
import type { Database } from './schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';

type Db = StoreReader | StoreWriter;

/** The tickets of one domain or client that may be worth suggesting: nobody looks at more. */
const mostPerKey = 8;

export interface NearKeys {
  readonly use: Use;
  readonly domains: readonly string[];
  readonly clientIds: readonly number[];
  /** Base subject keys. */
  readonly subjects: readonly string[];
}

/** Ids of open tickets of that use that share a domain, a client or the subject: the newest of each key. */
export async function ticketsNear(db: Db, keys: NearKeys): Promise<Set<string>> {
  const ids = new Set<string>();
  const add = async (rows: Promise<{ readonly id: string }[]>) => {
    for (const { id } of await rows) ids.add(id);
  };
  for (const domain of keys.domains) {
    const ofDomain = db
      .selectFrom('contact_address')
      .innerJoin('ticket_contact', 'ticket_contact.contact_id', 'contact_address.contact_id')
      .select('ticket_contact.ticket_id')
      .where('contact_address.domain', '=', domain);
    await add(newest(db, keys.use, (eb) => eb('ticket.id', 'in', ofDomain)).execute());
  }
  for (const clientId of keys.clientIds) {
    await add(newest(db, keys.use, (eb) => eb('ticket.client_id', '=', clientId)).execute());
  }
  for (const subject of keys.subjects) {
    const named = (eb: ExpressionBuilder<Database, 'ticket'>) =>
      eb.or([eb('ticket.summary_base', '=', subject), eb('ticket.opening_base', '=', subject)]);
    await add(newest(db, keys.use, named).execute());
  }
  return ids;
}

function newest(db: Db, use: Use, where: (eb: ExpressionBuilder<Database, 'ticket'>) => ReturnType<typeof eb>) {
  return db
    .selectFrom('ticket')
    .select('ticket.id')
    .where('ticket.use', '=', use)
    .where('ticket.open', '=', 1)
    .where(where)
    .orderBy('ticket.created_at', 'desc')
    .limit(mostPerKey);
}

export interface KnownClient {
  readonly clientId: number;
  readonly name: string;
}

/** Address → the client of the contact who has it. */
export async function clientsOfAddresses(db: Db, addresses: readonly string[]): Promise<Map<string, KnownClient>> {
  const found = new Map<string, KnownClient>();
  for (const part of inParts(addresses, 400)) {
    const rows = await db
      .selectFrom('contact_address')
      .innerJoin('contact', 'contact.id', 'contact_address.contact_id')
      .innerJoin('client', 'client.id', 'contact.client_id')
      .select(['contact_address.address', 'client.id as clientId', 'client.name'])
      .where('contact_address.address', 'in', part)
      .execute();
    for (const { address, clientId, name } of rows) found.set(address, { clientId, name });
  }
  return found;
}

/** Domain → the clients that have it as theirs. */
export async function clientsOfDomains(db: Db, domains: readonly string[]): Promise<Map<string, KnownClient[]>> {
  const found = new Map<string, KnownClient[]>();
  for (const part of inParts(domains, 400)) {
    const rows = await db
      .selectFrom('client_domain')
      .innerJoin('client', 'client.id', 'client_domain.client_id')
      .select(['client_domain.domain', 'client.id as clientId', 'client.name'])
      .where('client_domain.domain', 'in', part)
      .orderBy('client.id')
      .execute();
    for (const { domain, clientId, name } of rows) {
      found.set(domain, [...(found.get(domain) ?? []), { clientId, name }]);
    }
  }
  return found;
}

/** Domain → the clients whose contacts have addresses there, at most a few of each. */
export async function clientsByContacts(db: Db, domains: readonly string[]): Promise<Map<string, KnownClient[]>> {
  const found = new Map<string, KnownClient[]>();
  for (const domain of domains) {
    const rows = await db
      .selectFrom('contact_address')
      .innerJoin('contact', 'contact.id', 'contact_address.contact_id')
      .innerJoin('client', 'client.id', 'contact.client_id')
      .select(['client.id as clientId', 'client.name'])
      .distinct()
      .where('contact_address.domain', '=', domain)
      .limit(2)
      .execute();
    found.set(domain, rows);
  }
  return found;
}
