import { IntegratorError } from '../../domain/errors.ts';
import type { Person } from '../../domain/message.ts';
import {
  addContactAddresses,
  contactAddresses,
  createContact,
  ensureContact,
  findContact,
  findContactByAddress,
  removeContactAddresses,
  setContact,
} from '../../store/contacts.ts';
import type { ContactRow } from '../../store/contacts.ts';
import { clientName } from '../../store/clients.ts';
import { normalizeAddress } from '../../config/addresses.ts';
import { changesOf, lineValue, logEdit } from './edit.ts';
import type { StoreReader } from '../../store/store.ts';
import type { Change, Edit, Edited } from './edit.ts';

export interface ContactFields {
  readonly name?: string;
  readonly clientId?: number | null;
  /** These and no others; normalised. */
  readonly addresses?: readonly string[];
  readonly addAddresses?: readonly string[];
  readonly removeAddresses?: readonly string[];
}

/** Throws `not_found` unless there is a contact of that id or address. */
export async function requireContact(db: StoreReader, idOrAddress: string): Promise<ContactRow> {
  const contact = await findContact(db, normalizeAddress(idOrAddress) ?? idOrAddress.trim());
  if (contact !== undefined) return contact;
  throw new IntegratorError('not_found', `there is no contact "${idOrAddress}"`, { hint: 'integrator contact list' });
}

/**
 * The contact with that address, made where there is none, and told its client and name where it lacks them. Throws
 * `usage` where it is a contact of another client.
 */
export async function contactOfClient(
  edit: Edit,
  person: Person,
  clientId: number | null,
): Promise<{ readonly id: number; readonly changed: boolean }> {
  const known = await findContactByAddress(edit.trx, person.address);
  if (known?.client_id != null && clientId !== null && known.client_id !== clientId) {
    const [theirs, ours] = [await clientName(edit.trx, known.client_id), await clientName(edit.trx, clientId)];
    throw new IntegratorError('usage', `${person.address} is a contact of ${theirs}, not of ${ours}`, {
      hint: `integrator contact set ${person.address} --client …`,
    });
  }
  const id = await ensureContact(edit.trx, { ...person, clientId });
  const learns = known?.client_id === null && clientId !== null;
  return { id, changed: known === undefined || learns || (known.name === '' && person.name !== '') };
}

/** Throws `usage` where one of the addresses is another contact's. */
export async function newContact(edit: Edit, fields: ContactFields): Promise<Edited> {
  const addresses = [...new Set([...(fields.addresses ?? []), ...(fields.addAddresses ?? [])])].sort();
  if (addresses.length === 0) throw new IntegratorError('usage', 'a contact needs an address');
  await refuseTakenAddresses(edit, addresses, null);
  const name = fields.name === undefined ? '' : lineValue('name', fields.name);
  const clientId = fields.clientId ?? null;
  const id = await createContact(edit.trx, { name, clientId, addresses });
  const changes = changesOf({
    name: ['', name],
    client: [null, await clientName(edit.trx, clientId)],
    addresses: [[], addresses],
  });
  return logEdit(edit, 'contact', { id: String(id), outcome: 'created', changes });
}

export async function changeContact(edit: Edit, contact: ContactRow, fields: ContactFields): Promise<Edited> {
  const name = fields.name === undefined ? undefined : lineValue('name', fields.name);
  const client =
    fields.clientId === undefined
      ? undefined
      : ([await clientName(edit.trx, contact.client_id), await clientName(edit.trx, fields.clientId)] as const);
  const changes = [
    ...changesOf({ name: [contact.name, name], client: client ?? [null, undefined] }),
    ...(await changeAddresses(edit, contact.id, fields)),
  ];
  const id = String(contact.id);
  if (changes.length === 0) return { id, outcome: 'unchanged', changes };
  await setContact(edit.trx, contact.id, {
    ...(name === undefined ? {} : { name }),
    ...(fields.clientId === undefined ? {} : { clientId: fields.clientId }),
  });
  return logEdit(edit, 'contact', { id, outcome: 'updated', changes });
}

/** The contact who has one of the addresses, made or changed. Throws `usage` where they are several people's. */
export async function putContact(edit: Edit, addresses: readonly string[], fields: ContactFields): Promise<Edited> {
  const known = new Map<number, ContactRow>();
  for (const address of addresses) {
    const contact = await findContactByAddress(edit.trx, address);
    if (contact !== undefined) known.set(contact.id, contact);
  }
  const [first, ...others] = known.values();
  if (first === undefined) return newContact(edit, { ...fields, addresses });
  if (others.length > 0) {
    throw new IntegratorError('usage', `${addresses.join(', ')} belong to ${known.size} contacts`, {
      hint: 'give each contact a row of its own',
    });
  }
  return changeContact(edit, first, { ...fields, addresses });
}

async function changeAddresses(edit: Edit, id: number, fields: ContactFields): Promise<Change[]> {
  const before = (await contactAddresses(edit.trx, [id])).get(id) ?? [];
  const wanted = new Set([...(fields.addresses ?? before), ...(fields.addAddresses ?? [])]);
  for (const address of fields.removeAddresses ?? []) wanted.delete(address);
  if (wanted.size === 0) throw new IntegratorError('usage', 'a contact needs an address');
  const added = [...wanted].filter((address) => !before.includes(address));
  await refuseTakenAddresses(edit, added, id);
  const gone = before.filter((address) => !wanted.has(address));
  await removeContactAddresses(edit.trx, id, gone);
  await addContactAddresses(edit.trx, id, added);
  return changesOf({ addresses: [before.toSorted(), [...wanted].sort()] });
}

async function refuseTakenAddresses(edit: Edit, addresses: readonly string[], ownId: number | null): Promise<void> {
  for (const address of addresses) {
    const owner = await findContactByAddress(edit.trx, address);
    if (owner === undefined || owner.id === ownId) continue;
    const whose = owner.name === '' ? `contact ${owner.id}` : `${owner.name}, contact ${owner.id}`;
    throw new IntegratorError('usage', `${address} already is an address of ${whose}`, {
      hint: `integrator contact show ${owner.id}`,
    });
  }
}
