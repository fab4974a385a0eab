import type { Use } from '../domain/ticket.ts';
import { inParts } from './in-parts.ts';
import { ask, list, query } from './query.ts';
import type { Query, Reader } from './query.ts';

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
export async function ticketsNear(db: Reader, { use, domains, clientIds, subjects }: NearKeys): Promise<Set<string>> {
  const ids = new Set<string>();
  const near = [
    ...domains.map(ofDomain),
    ...clientIds.map((clientId) => query`client_id = ${clientId}`),
    ...subjects.map((subject) => query`(summary_base = ${subject} or opening_base = ${subject})`),
  ];
  for (const condition of near) {
    for (const id of await newest(db, use, condition)) ids.add(id);
  }
  return ids;
}

function ofDomain(domain: string): Query {
  return query`id in (
    select ticket_contact.ticket_id
    from contact_address join ticket_contact on ticket_contact.contact_id = contact_address.contact_id
    where contact_address.domain = ${domain})`;
}

async function newest(db: Reader, use: Use, condition: Query): Promise<string[]> {
  const rows = await ask<{ id: string }>(
    db,
    query`
      select id from ticket where use = ${use} and open = 1 and ${condition}
      order by created_at desc limit ${mostPerKey}`,
  );
  return rows.map((row) => row.id);
}

export interface KnownClient {
  readonly clientId: number;
  readonly name: string;
}

/** Address → the client of the contact who has it. */
export async function clientsOfAddresses(db: Reader, addresses: readonly string[]): Promise<Map<string, KnownClient>> {
  const found = new Map<string, KnownClient>();
  for (const part of inParts(addresses, 400)) {
    const rows = await ask<KnownClient & { address: string }>(
      db,
      query`
        select contact_address.address, client.id as "clientId", client.name
        from contact_address
          join contact on contact.id = contact_address.contact_id
          join client on client.id = contact.client_id
        where contact_address.address in ${list(part)}`,
    );
    for (const { address, clientId, name } of rows) found.set(address, { clientId, name });
  }
  return found;
}

/** Domain → the clients that have it as theirs. */
export async function clientsOfDomains(db: Reader, domains: readonly string[]): Promise<Map<string, KnownClient[]>> {
  const found = new Map<string, KnownClient[]>();
  for (const part of inParts(domains, 400)) {
    const rows = await ask<KnownClient & { domain: string }>(
      db,
      query`
        select client_domain.domain, client.id as "clientId", client.name
        from client_domain join client on client.id = client_domain.client_id
        where client_domain.domain in ${list(part)}
        order by client.id`,
    );
    for (const { domain, clientId, name } of rows) {
      found.set(domain, [...(found.get(domain) ?? []), { clientId, name }]);
    }
  }
  return found;
}

/** Domain → the clients whose contacts have addresses there, at most a few of each. */
export async function clientsByContacts(db: Reader, domains: readonly string[]): Promise<Map<string, KnownClient[]>> {
  const found = new Map<string, KnownClient[]>();
  for (const domain of domains) {
    const rows = await ask<KnownClient>(
      db,
      query`
        select distinct client.id as "clientId", client.name
        from contact_address
          join contact on contact.id = contact_address.contact_id
          join client on client.id = contact.client_id
        where contact_address.domain = ${domain}
        limit 2`,
    );
    found.set(domain, rows);
  }
  return found;
}
