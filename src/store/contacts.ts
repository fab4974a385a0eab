import type { Selectable } from 'kysely';
import { domainOf } from '../domain/address.ts';
import { inParts } from './in-parts.ts';
import type { StoreReader, StoreWriter } from './store.ts';
import type { ContactTable } from './ticket-schema.ts';

export type ContactRow = Selectable<ContactTable>;

/** Longer ones are no addresses (RFC 5321: 254), and would not fit into an index. */
export const longestAddress = 320;

export interface NewContact {
  /** Normalised. */
  readonly address: string;
  readonly name: string;
  readonly clientId: number | null;
}

/**
 * The contact with that address, made where there is none. An address belongs to one contact: one that is known keeps
 * its client and name, and only learns what it lacks.
 */
export async function ensureContact(trx: StoreWriter, contact: NewContact): Promise<number> {
  const known = await findContactByAddress(trx, contact.address);
  if (known) {
    await learn(trx, known, contact);
    return known.id;
  }
  return createContact(trx, { name: contact.name, clientId: contact.clientId, addresses: [contact.address] });
}

async function learn(trx: StoreWriter, known: ContactRow, contact: NewContact): Promise<void> {
  const name = known.name === '' ? contact.name : known.name;
  const clientId = known.client_id ?? contact.clientId;
  if (name === known.name && clientId === known.client_id) return;
  await setContact(trx, known.id, { name, clientId });
}

export async function createContact(
  trx: StoreWriter,
  contact: { readonly name: string; readonly clientId: number | null; readonly addresses: readonly string[] },
): Promise<number> {
  const row = await trx
    .insertInto('contact')
    .values({ client_id: contact.clientId, name: contact.name })
    .returning('id')
    .executeTakeFirstOrThrow();
  await addContactAddresses(trx, row.id, contact.addresses);
  return row.id;
}

export async function setContact(
  trx: StoreWriter,
  id: number,
  changes: { readonly name?: string; readonly clientId?: number | null },
): Promise<void> {
  const set = {
    ...(changes.name === undefined ? {} : { name: changes.name }),
    ...(changes.clientId === undefined ? {} : { client_id: changes.clientId }),
  };
  if (Object.keys(set).length > 0) await trx.updateTable('contact').set(set).where('id', '=', id).execute();
}

/** The addresses must be nobody's: the caller looks first, in the same transaction. */
export async function addContactAddresses(trx: StoreWriter, id: number, addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  const rows = [...new Set(addresses)].map((address) => ({ address, domain: domainOf(address), contact_id: id }));
  await trx.insertInto('contact_address').values(rows).execute();
}

export async function removeContactAddresses(
  trx: StoreWriter,
  id: number,
  addresses: readonly string[],
): Promise<void> {
  if (addresses.length === 0) return;
  await trx.deleteFrom('contact_address').where('contact_id', '=', id).where('address', 'in', addresses).execute();
}

export function findContactByAddress(db: StoreReader, address: string): Promise<ContactRow | undefined> {
  return db
    .selectFrom('contact')
    .innerJoin('contact_address', 'contact_address.contact_id', 'contact.id')
    .selectAll('contact')
    .where('contact_address.address', '=', address)
    .executeTakeFirst();
}

/** By our id or an address of theirs (normalised). */
export async function findContact(db: StoreReader, idOrAddress: string): Promise<ContactRow | undefined> {
  if (!/^\d{1,9}$/.test(idOrAddress)) return findContactByAddress(db, idOrAddress);
  return db.selectFrom('contact').selectAll().where('id', '=', Number(idOrAddress)).executeTakeFirst();
}

/** The addresses of each of these contacts, sorted. */
export async function contactAddresses(db: StoreReader, ids: readonly number[]): Promise<Map<number, string[]>> {
  const addresses = new Map<number, string[]>(ids.map((id) => [id, []]));
  for (const part of inParts(ids, 500)) {
    const rows = await db
      .selectFrom('contact_address')
      .select(['contact_id', 'address'])
      .where('contact_id', 'in', part)
      .orderBy('address')
      .execute();
    for (const row of rows) addresses.get(row.contact_id)?.push(row.address);
  }
  return addresses;
}
