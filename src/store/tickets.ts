import type { Selectable } from 'kysely';
import { subjectKeys } from '../domain/subject.ts';
import { idPrefixOf } from '../domain/ticket.ts';
import type { Use } from '../domain/ticket.ts';
import { addToCounter } from './counters.ts';
import type { StoreReader, StoreWriter } from './store.ts';
import type { TicketTable } from './ticket-schema.ts';

export type TicketRow = Selectable<TicketTable>;

export interface NewTicket {
  readonly use: Use;
  readonly type: string;
  readonly summary: string;
  /** Default `open`. */
  readonly status?: string;
  /** Default: whether the status is not `closed`. */
  readonly open?: boolean;
  readonly clientId: number | null;
  readonly contactIds: readonly number[];
  readonly reference?: string;
  readonly openingSubject?: string;
  readonly details?: string;
  /** Business units an incident touches. */
  readonly units?: readonly string[];
  /** The owner. */
  readonly agent?: string | null;
  readonly atMs: number;
}

/** What is absent stays as it is. */
export interface TicketChanges {
  readonly type?: string;
  readonly summary?: string;
  readonly status?: string;
  readonly open?: boolean;
  readonly clientId?: number | null;
  readonly reference?: string | null;
  readonly openingSubject?: string;
  readonly details?: string;
  readonly agent?: string | null;
}

/** Ours look like OPP-12; references may not, so that a ticket can be named by either. */
export const ticketIdPattern: RegExp = new RegExp(`^(?:${Object.values(idPrefixOf).join('|')})-\\d+$`, 'i');

/** Returns the new id. The reference must be nobody's: the caller looks first, in the same transaction. */
export async function createTicket(trx: StoreWriter, ticket: NewTicket): Promise<string> {
  const id = await nextTicketId(trx, ticket.use);
  const status = ticket.status ?? 'open';
  await trx
    .insertInto('ticket')
    .values({
      id,
      reference: ticket.reference ?? null,
      use: ticket.use,
      type: ticket.type,
      ...summaryColumns(ticket.summary),
      ...openingColumns(ticket.openingSubject),
      status,
      open: (ticket.open ?? status !== 'closed') ? 1 : 0,
      excluded: 0,
      client_id: ticket.clientId,
      details: ticket.details ?? '',
      agent: ticket.agent ?? null,
      created_at: ticket.atMs,
      updated_at: ticket.atMs,
    })
    .execute();
  await addTicketContacts(trx, id, ticket.contactIds);
  await setTicketUnits(trx, id, ticket.units ?? []);
  return id;
}

async function nextTicketId(trx: StoreWriter, use: Use): Promise<string> {
  return `${idPrefixOf[use]}-${await addToCounter(trx, `ticket.${use}`, 1)}`;
}

function summaryColumns(summary: string) {
  const keys = subjectKeys(summary);
  return { summary, summary_exact: keys.exact, summary_base: keys.base };
}

function openingColumns(subject: string | undefined) {
  if (subject === undefined) return { opening_subject: null, opening_exact: null, opening_base: null };
  const keys = subjectKeys(subject);
  return { opening_subject: subject, opening_exact: keys.exact, opening_base: keys.base };
}

/** By our id (in any case) or by its reference. */
export async function findTicket(db: StoreReader, idOrReference: string): Promise<TicketRow | undefined> {
  const name = idOrReference.trim();
  const id = ticketIdPattern.test(name) ? name.toUpperCase() : name;
  return (await findTicketById(db, id)) ?? findTicketByReference(db, name);
}

export function findTicketById(db: StoreReader, id: string): Promise<TicketRow | undefined> {
  return db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirst();
}

export function findTicketByReference(db: StoreReader, reference: string): Promise<TicketRow | undefined> {
  return db.selectFrom('ticket').selectAll().where('reference', '=', reference).executeTakeFirst();
}

/** Does not touch `updated_at`: see touchTicket. */
export async function setTicket(trx: StoreWriter, id: string, changes: TicketChanges): Promise<void> {
  const { type, summary, status, open, clientId, reference, openingSubject, details, agent } = changes;
  const set = {
    ...(type === undefined ? {} : { type }),
    ...(summary === undefined ? {} : summaryColumns(summary)),
    ...(openingSubject === undefined ? {} : openingColumns(openingSubject)),
    ...(status === undefined ? {} : { status, open: status === 'closed' ? 0 : 1 }),
    ...(open === undefined ? {} : { open: open ? 1 : 0 }),
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(reference === undefined ? {} : { reference }),
    ...(details === undefined ? {} : { details }),
    ...(agent === undefined ? {} : { agent }),
  };
  if (Object.keys(set).length > 0) await trx.updateTable('ticket').set(set).where('id', '=', id).execute();
}

export async function closeTicket(trx: StoreWriter, id: string): Promise<void> {
  await setTicket(trx, id, { status: 'closed' });
}

export async function reopenTicket(trx: StoreWriter, id: string): Promise<void> {
  await setTicket(trx, id, { status: 'open' });
}

/** Something happened on the ticket: it moves to the top of the list. Never back in time. */
export async function touchTicket(trx: StoreWriter, id: string, atMs: number): Promise<void> {
  await trx
    .updateTable('ticket')
    .set({ updated_at: atMs })
    .where('id', '=', id)
    .where('updated_at', '<', atMs)
    .execute();
}

export async function addTicketContacts(trx: StoreWriter, id: string, contactIds: readonly number[]): Promise<void> {
  if (contactIds.length === 0) return;
  await trx
    .insertInto('ticket_contact')
    .values([...new Set(contactIds)].map((contact_id) => ({ ticket_id: id, contact_id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function removeTicketContacts(trx: StoreWriter, id: string, contactIds: readonly number[]): Promise<void> {
  if (contactIds.length === 0) return;
  await trx.deleteFrom('ticket_contact').where('ticket_id', '=', id).where('contact_id', 'in', contactIds).execute();
}

/** These units and no others. */
export async function setTicketUnits(trx: StoreWriter, id: string, units: readonly string[]): Promise<void> {
  await trx.deleteFrom('ticket_unit').where('ticket_id', '=', id).execute();
  if (units.length === 0) return;
  await trx
    .insertInto('ticket_unit')
    .values([...new Set(units)].map((unit) => ({ ticket_id: id, unit })))
    .execute();
}

export async function ticketUnits(db: StoreReader, id: string): Promise<string[]> {
  const rows = await db.selectFrom('ticket_unit').select('unit').where('ticket_id', '=', id).orderBy('unit').execute();
  return rows.map((row) => row.unit);
}

/** Its contacts with each of their addresses, sorted by address. */
export function ticketContacts(
  db: StoreReader,
  id: string,
): Promise<{ readonly id: number; readonly name: string; readonly address: string }[]> {
  return db
    .selectFrom('ticket_contact')
    .innerJoin('contact', 'contact.id', 'ticket_contact.contact_id')
    .innerJoin('contact_address', 'contact_address.contact_id', 'contact.id')
    .select(['contact.id', 'contact.name', 'contact_address.address'])
    .where('ticket_contact.ticket_id', '=', id)
    .orderBy('contact_address.address')
    .execute();
}
