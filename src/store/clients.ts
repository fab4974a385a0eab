import type { Selectable } from 'kysely';
import { inParts } from './in-parts.ts';
import type { StoreReader, StoreWriter } from './store.ts';
import type { ClientTable } from './ticket-schema.ts';

export type ClientRow = Selectable<ClientTable>;

export interface NewClient {
  readonly name: string;
  /** Normalised. */
  readonly domains: readonly string[];
  readonly atMs: number;
}

/** Names of clients are compared without regard to case, width and spaces. */
export function clientNameKey(name: string): string {
  return name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase();
}

/** The client of that name, made where there is none; domains are added to the ones it has. */
export async function ensureClient(trx: StoreWriter, client: NewClient): Promise<number> {
  const known = await findClientByName(trx, client.name);
  const id = known?.id ?? (await insertClient(trx, client));
  const added = await addClientDomains(trx, id, client.domains);
  if (known && added > 0) await touchClient(trx, id, client.atMs);
  return id;
}

async function insertClient(trx: StoreWriter, client: NewClient): Promise<number> {
  const row = await trx
    .insertInto('client')
    .values({
      remote_id: null,
      name: client.name.trim(),
      name_key: clientNameKey(client.name),
      created_at: client.atMs,
      updated_at: client.atMs,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** By our id or, where no client has it, by name. */
export async function findClient(db: StoreReader, idOrName: string): Promise<ClientRow | undefined> {
  const byId = /^\d{1,9}$/.test(idOrName)
    ? await db.selectFrom('client').selectAll().where('id', '=', Number(idOrName)).executeTakeFirst()
    : undefined;
  return byId ?? findClientByName(db, idOrName);
}

export function findClientByName(db: StoreReader, name: string): Promise<ClientRow | undefined> {
  return db.selectFrom('client').selectAll().where('name_key', '=', clientNameKey(name)).executeTakeFirst();
}

/** Throws nothing where the new name is taken: the caller looks first, in the same transaction. */
export async function renameClient(trx: StoreWriter, id: number, name: string): Promise<void> {
  await trx
    .updateTable('client')
    .set({ name: name.trim(), name_key: clientNameKey(name) })
    .where('id', '=', id)
    .execute();
}

export async function touchClient(trx: StoreWriter, id: number, atMs: number): Promise<void> {
  await trx.updateTable('client').set({ updated_at: atMs }).where('id', '=', id).execute();
}

/** How many of them the client did not have. */
export async function addClientDomains(trx: StoreWriter, id: number, domains: readonly string[]): Promise<number> {
  if (domains.length === 0) return 0;
  const result = await trx
    .insertInto('client_domain')
    .values([...new Set(domains)].map((domain) => ({ client_id: id, domain })))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0n);
}

export async function removeClientDomains(trx: StoreWriter, id: number, domains: readonly string[]): Promise<void> {
  if (domains.length === 0) return;
  await trx.deleteFrom('client_domain').where('client_id', '=', id).where('domain', 'in', domains).execute();
}

/** The domains of each of these clients, sorted. */
export async function clientDomains(db: StoreReader, ids: readonly number[]): Promise<Map<number, string[]>> {
  const domains = new Map<number, string[]>(ids.map((id) => [id, []]));
  for (const part of inParts(ids, 500)) {
    const rows = await db
      .selectFrom('client_domain')
      .selectAll()
      .where('client_id', 'in', part)
      .orderBy('domain')
      .execute();
    for (const row of rows) domains.get(row.client_id)?.push(row.domain);
  }
  return domains;
}

/** Ticket → its client, for those of these tickets that have one. */
export async function clientsOfTickets(
  db: StoreReader | StoreWriter,
  tickets: readonly string[],
): Promise<Map<string, { readonly id: string; readonly name: string }>> {
  const clients = new Map<string, { readonly id: string; readonly name: string }>();
  for (const part of inParts(tickets, 500)) {
    const rows = await db
      .selectFrom('ticket')
      .innerJoin('client', 'client.id', 'ticket.client_id')
      .select(['ticket.id as ticket', 'client.id', 'client.name'])
      .where('ticket.id', 'in', part)
      .execute();
    for (const { ticket, id, name } of rows) clients.set(ticket, { id: String(id), name });
  }
  return clients;
}

/** null for no client. */
export async function clientName(db: StoreReader, id: number | null): Promise<string | null> {
  if (id === null) return null;
  const row = await db.selectFrom('client').select('name').where('id', '=', id).executeTakeFirst();
  return row?.name ?? null;
}
