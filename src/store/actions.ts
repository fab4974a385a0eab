import { sql } from './kysely.ts';
import { z } from 'zod';
import { longestAddress } from './contacts.ts';
import { inParts } from './in-parts.ts';
import type { StoreReader, StoreWriter } from './store.ts';
import { touchTicket } from './tickets.ts';

export interface NewMailAction {
  readonly ticketId: string;
  readonly messageId: number;
  /** The mail that logged the ticket. */
  readonly opening: boolean;
  readonly direction: 'in' | 'out';
  /** When the mail was received or sent. */
  readonly atMs: number;
  readonly chainHidden: boolean;
  /** `rule`, `thread`, an agent or `operator`. */
  readonly filedBy: string;
  readonly filedAtMs: number;
  /** Addresses in From, To and Cc without our own mailboxes; normalised. */
  readonly participants: readonly string[];
}

/** false where that message already is an action of that ticket: it never gets a second one. Nothing changes then. */
export async function addMailAction(trx: StoreWriter, action: NewMailAction): Promise<boolean> {
  const inserted = await trx
    .insertInto('action')
    .values({
      ticket_id: action.ticketId,
      message_id: action.messageId,
      kind: 'email',
      opening: action.opening ? 1 : 0,
      direction: action.direction,
      at: action.atMs,
      body: null,
      chain_hidden: action.chainHidden ? 1 : 0,
      filed_by: action.filedBy,
      filed_at: action.filedAtMs,
    })
    .onConflict((conflict) => conflict.columns(['ticket_id', 'message_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted === undefined) return false;
  await addParticipants(trx, action.ticketId, action.participants);
  await touchTicket(trx, action.ticketId, action.filedAtMs);
  return true;
}

export interface NewNote {
  readonly ticketId: string;
  readonly text: string;
  /** An agent or `operator`. */
  readonly filedBy: string;
  readonly atMs: number;
}

/** What a person has to say of a ticket, open or closed. Returns the id of the action. */
export async function addNote(trx: StoreWriter, { ticketId, text, filedBy, atMs }: NewNote): Promise<number> {
  const { id } = await trx
    .insertInto('action')
    .values({
      ticket_id: ticketId,
      message_id: null,
      kind: 'note',
      opening: 0,
      direction: null,
      at: atMs,
      body: text,
      chain_hidden: 0,
      filed_by: filedBy,
      filed_at: atMs,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await touchTicket(trx, ticketId, atMs);
  return id;
}

async function addParticipants(trx: StoreWriter, ticketId: string, addresses: readonly string[]): Promise<void> {
  for (const part of inParts([...new Set(addresses.filter((address) => address.length <= longestAddress))], 500)) {
    await trx
      .insertInto('ticket_participant')
      .values(part.map((address) => ({ ticket_id: ticketId, address })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Takes the action of that message off the ticket, with participants who came by it alone. false: there was none. */
export async function removeMailAction(trx: StoreWriter, ticketId: string, messageId: number): Promise<boolean> {
  const removed = await trx
    .deleteFrom('action')
    .where('ticket_id', '=', ticketId)
    .where('message_id', '=', messageId)
    .returning('id')
    .executeTakeFirst();
  if (removed === undefined) return false;
  await dropParticipantsWithoutMail(trx, ticketId);
  return true;
}

/** Another copy of a mail is shown: its tickets have the people of this one as participants. */
export async function moveParticipants(
  trx: StoreWriter,
  messageId: number,
  participants: readonly string[],
): Promise<void> {
  const actions = await trx.selectFrom('action').select('ticket_id').where('message_id', '=', messageId).execute();
  for (const { ticket_id: ticketId } of actions) {
    await addParticipants(trx, ticketId, participants);
    await dropParticipantsWithoutMail(trx, ticketId);
  }
}

const personSchema = z.object({ address: z.string() });
const peopleSchema = z.object({ to: z.array(personSchema), cc: z.array(personSchema) });

async function dropParticipantsWithoutMail(trx: StoreWriter, ticketId: string): Promise<void> {
  const rows = await trx
    .selectFrom('action')
    .innerJoin('message', 'message.id', 'action.message_id')
    .select(['message.from_address', 'message.people_json'])
    .where('action.ticket_id', '=', ticketId)
    .execute();
  const present = new Set(
    rows.flatMap((row) => {
      const people = peopleSchema.parse(JSON.parse(row.people_json));
      return [row.from_address, ...people.to.map((to) => to.address), ...people.cc.map((cc) => cc.address)];
    }),
  );
  const known = await trx
    .selectFrom('ticket_participant')
    .select('address')
    .where('ticket_id', '=', ticketId)
    .execute();
  const gone = known.map((row) => row.address).filter((address) => !present.has(address));
  for (const addresses of inParts(gone, 500)) {
    await trx
      .deleteFrom('ticket_participant')
      .where('ticket_id', '=', ticketId)
      .where('address', 'in', addresses)
      .execute();
  }
}

export interface ActionRow {
  readonly id: number;
  readonly messageId: number | null;
  readonly kind: 'email' | 'note' | 'system';
  readonly opening: boolean;
  readonly direction: 'in' | 'out' | null;
  readonly atMs: number;
  readonly body: string | null;
  readonly chainHidden: boolean;
  readonly filedBy: string;
}

/** In the order things happened; the opening action is first among equals. */
export async function listActions(db: StoreReader, ticketId: string): Promise<ActionRow[]> {
  const rows = await db
    .selectFrom('action')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .orderBy('at')
    .orderBy(sql`opening desc`)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    messageId: row.message_id,
    kind: row.kind,
    opening: row.opening === 1,
    direction: row.direction,
    atMs: row.at,
    body: row.body,
    chainHidden: row.chain_hidden === 1,
    filedBy: row.filed_by,
  }));
}

/** The ticket that this mail opened, or null. */
export async function openingTicketOf(db: StoreReader | StoreWriter, messageId: number): Promise<string | null> {
  const row = await db
    .selectFrom('action')
    .select('ticket_id')
    .where('message_id', '=', messageId)
    .where('opening', '=', 1)
    .executeTakeFirst();
  return row?.ticket_id ?? null;
}

/** The action that this mail is on the ticket. */
export async function mailActionOf(
  db: StoreReader | StoreWriter,
  ticketId: string,
  messageId: number,
): Promise<{ readonly opening: boolean; readonly chainHidden: boolean } | null> {
  const row = await db
    .selectFrom('action')
    .select(['opening', 'chain_hidden'])
    .where('ticket_id', '=', ticketId)
    .where('message_id', '=', messageId)
    .executeTakeFirst();
  return row === undefined ? null : { opening: row.opening === 1, chainHidden: row.chain_hidden === 1 };
}

/** Whether another mail of the same family is on the ticket. */
export async function hasOtherOfFamily(
  db: StoreReader | StoreWriter,
  ticketId: string,
  messageId: number,
): Promise<boolean> {
  const row = await db
    .selectFrom('message as this')
    .innerJoin('message as other', 'other.family', 'this.family')
    .innerJoin('action', 'action.message_id', 'other.id')
    .select('action.id')
    .where('this.id', '=', messageId)
    .where('action.ticket_id', '=', ticketId)
    .whereRef('other.id', '<>', 'this.id')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function hasActions(db: StoreReader | StoreWriter, ticketId: string): Promise<boolean> {
  const row = await db.selectFrom('action').select('id').where('ticket_id', '=', ticketId).limit(1).executeTakeFirst();
  return row !== undefined;
}
