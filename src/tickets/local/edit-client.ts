import { IntegratorError } from '../../domain/errors.ts';
import {
  addClientDomains,
  clientDomains,
  ensureClient,
  findClient,
  findClientByName,
  removeClientDomains,
  renameClient,
  touchClient,
} from '../../store/clients.ts';
import type { ClientRow } from '../../store/clients.ts';
import type { Person } from '../../domain/message.ts';
import { changesOf, keyValue, logEdit } from './edit.ts';
import type { StoreReader } from '../../store/store.ts';
import type { Change, Edit, Edited } from './edit.ts';
import { contactOfClient } from './edit-contact.ts';

export interface ClientFields {
  readonly name?: string;
  /** These and no others; normalised. */
  readonly domains?: readonly string[];
  readonly addDomains?: readonly string[];
  readonly removeDomains?: readonly string[];
  /** Become contacts of the client; a contact of another client is refused. */
  readonly contacts?: readonly Person[];
}

/** Throws `not_found` unless there is a client of that id or name. */
export async function requireClient(db: StoreReader, idOrName: string): Promise<ClientRow> {
  const client = await findClient(db, idOrName);
  if (client !== undefined) return client;
  throw new IntegratorError('not_found', `there is no client "${idOrName}"`, { hint: 'integrator client list' });
}

/** For options, where '' takes the client away. Throws `not_found`. */
export async function clientIdOf(db: StoreReader, text: string): Promise<number | null> {
  return text.trim() === '' ? null : (await requireClient(db, text)).id;
}

/** For files, where a client is written by name (or id): one that is not there is made. */
export async function clientNamed(edit: Edit, text: string): Promise<number> {
  const known = (await findClientByName(edit.trx, text)) ?? (await findClient(edit.trx, text));
  return known?.id ?? Number((await putClient(edit, text, {})).id);
}

/** Throws `usage` where the name is taken. */
export async function newClient(edit: Edit, name: string, fields: ClientFields): Promise<Edited> {
  await refuseTakenName(edit, name, null);
  return putClient(edit, name, fields);
}

/** The client of that name, made or changed. */
export async function putClient(edit: Edit, name: string, fields: ClientFields): Promise<Edited> {
  const known = await findClientByName(edit.trx, keyValue('name', name));
  if (known !== undefined) return changeClient(edit, known, { ...fields, name });
  const id = await ensureClient(edit.trx, { name: keyValue('name', name), domains: [], atMs: edit.nowMs });
  const changes = [
    { field: 'name', before: null, after: keyValue('name', name) },
    ...(await changeDomains(edit, id, fields)),
    ...(await addContacts(edit, id, fields.contacts ?? [])),
  ];
  return logEdit(edit, 'client', { id: String(id), outcome: 'created', changes });
}

export async function changeClient(edit: Edit, client: ClientRow, fields: ClientFields): Promise<Edited> {
  const name = fields.name === undefined ? undefined : keyValue('name', fields.name);
  if (name !== undefined) await refuseTakenName(edit, name, client.id);
  const changes = [
    ...changesOf({ name: [client.name, name] }),
    ...(await changeDomains(edit, client.id, fields)),
    ...(await addContacts(edit, client.id, fields.contacts ?? [])),
  ];
  const id = String(client.id);
  if (changes.length === 0) return { id, outcome: 'unchanged', changes };
  if (name !== undefined) await renameClient(edit.trx, client.id, name);
  await touchClient(edit.trx, client.id, edit.nowMs);
  return logEdit(edit, 'client', { id, outcome: 'updated', changes });
}

async function refuseTakenName(edit: Edit, name: string, ownId: number | null): Promise<void> {
  const other = await findClientByName(edit.trx, name);
  if (other === undefined || other.id === ownId) return;
  throw new IntegratorError('usage', `there is a client "${other.name}" already, number ${other.id}`, {
    hint: `integrator client set ${other.id}`,
  });
}

async function changeDomains(edit: Edit, id: number, fields: ClientFields): Promise<Change[]> {
  const before = (await clientDomains(edit.trx, [id])).get(id) ?? [];
  const wanted = new Set([...(fields.domains ?? before), ...(fields.addDomains ?? [])]);
  for (const domain of fields.removeDomains ?? []) wanted.delete(domain);
  const after = [...wanted].sort();
  await addClientDomains(edit.trx, id, after);
  const gone = before.filter((domain) => !wanted.has(domain));
  await removeClientDomains(edit.trx, id, gone);
  return changesOf({ domains: [before.toSorted(), after] });
}

async function addContacts(edit: Edit, clientId: number, people: readonly Person[]): Promise<Change[]> {
  const added: string[] = [];
  for (const person of people) {
    const contact = await contactOfClient(edit, person, clientId);
    if (contact.changed) added.push(person.address);
  }
  return changesOf({ contacts: [[], added] });
}
