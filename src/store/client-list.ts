import { sql } from './kysely.ts';
import { clientDomains } from './clients.ts';
import type { ClientRow } from './clients.ts';
import { contactAddresses } from './contacts.ts';
import type { StoreReader } from './store.ts';
import { likePattern } from './ticket-list.ts';

export interface ListFilter {
  /** Part of the name, a domain or an address, in any case. */
  readonly search?: string;
  readonly limit?: number;
}

export interface ListedClient extends ClientRow {
  readonly domains: readonly string[];
}

/** By name. */
export async function listClients(db: StoreReader, filter: ListFilter): Promise<ListedClient[]> {
  const { search, limit } = filter;
  const rows = await db
    .selectFrom('client')
    .selectAll()
    .$if(search !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          sql<boolean>`client.name_key like ${likePattern(search ?? '')} escape '\\'`,
          eb.exists(
            eb
              .selectFrom('client_domain')
              .select('client_domain.domain')
              .whereRef('client_domain.client_id', '=', 'client.id')
              .where(sql<boolean>`client_domain.domain like ${likePattern(search ?? '')} escape '\\'`),
          ),
        ]),
      ),
    )
    .orderBy('name_key')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
  const domains = await clientDomains(
    db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ ...row, domains: domains.get(row.id) ?? [] }));
}

export interface ListedContact {
  readonly id: number;
  readonly name: string;
  readonly client_id: number | null;
  readonly client_name: string | null;
  readonly addresses: readonly string[];
}

/** By name, those of one client or all. */
export async function listContacts(
  db: StoreReader,
  filter: ListFilter & { readonly clientId?: number; readonly contactId?: number },
): Promise<ListedContact[]> {
  const { search, limit, clientId, contactId } = filter;
  const pattern = likePattern(search ?? '');
  const rows = await db
    .selectFrom('contact')
    .leftJoin('client', 'client.id', 'contact.client_id')
    .select(['contact.id', 'contact.name', 'contact.client_id', 'client.name as client_name'])
    .$if(clientId !== undefined, (query) => query.where('contact.client_id', '=', clientId ?? 0))
    .$if(contactId !== undefined, (query) => query.where('contact.id', '=', contactId ?? 0))
    .$if(search !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          sql<boolean>`lower(contact.name) like ${pattern} escape '\\'`,
          eb.exists(
            eb
              .selectFrom('contact_address')
              .select('contact_address.address')
              .whereRef('contact_address.contact_id', '=', 'contact.id')
              .where(sql<boolean>`contact_address.address like ${pattern} escape '\\'`),
          ),
        ]),
      ),
    )
    .orderBy('contact.name')
    .orderBy('contact.id')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
  const addresses = await contactAddresses(
    db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ ...row, addresses: addresses.get(row.id) ?? [] }));
}
