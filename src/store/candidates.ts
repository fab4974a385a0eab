import type { GivenReference } from '../domain/given-reference.ts';
import type { Candidate, SubjectKeys } from '../domain/ticket.ts';
import type { UnitKeys } from '../domain/unit.ts';
import { givenReferences } from './incident-references.ts';
import { inParts } from './in-parts.ts';
import { ask, list, query } from './query.ts';
import type { Query, Reader } from './query.ts';
import type { TicketTable } from './ticket-schema.ts';

/** What matching needs looked up, for a whole page of mail at once. */
export interface CandidateKeys {
  readonly addresses: readonly string[];
  readonly domains: readonly string[];
  /** Base subject keys, to find closed tickets that would have fitted: `explain` says so. */
  readonly subjects: readonly string[];
  /** Message keys out of In-Reply-To and References. */
  readonly messageKeys: readonly string[];
  /** References of ours in our own header. */
  readonly ourReferences: readonly string[];
  /** Business units whose addresses or domains occur. */
  readonly units: readonly string[];
}

export interface CandidateContext {
  /** Ticket types that the configuration excludes from matching. */
  readonly excludedTypes: ReadonlySet<string>;
  readonly units: readonly UnitKeys[];
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Message key → tickets that mail is on. */
  readonly threads: ReadonlyMap<string, readonly string[]>;
  /** Reference of ours → for what it was given. */
  readonly given: ReadonlyMap<string, GivenReference>;
}

const partSize = 400;

/**
 * Tickets that could have to do with a page of mail, each whole, found by key: the cost does not depend on how many
 * tickets there are. Complete where subject and address fit; of those that share an address or domain only, the newest
 * open ones. Closed tickets come only where the subject or the thread leads to them.
 */
export async function loadCandidates(db: Reader, keys: CandidateKeys, context: CandidateContext): Promise<Candidates> {
  const threads = await threadTickets(db, keys.messageKeys);
  const given = await givenReferences(db, keys.ourReferences, context.units);
  const ids = new Set([...[...threads.values()].flat(), ...[...given.values()].map(({ ticketId }) => ticketId)]);
  for (const id of await ticketsBySubject(db, keys)) ids.add(id);
  for (const id of await ticketsByContact(db, query`contact_address.address`, keys.addresses)) ids.add(id);
  for (const id of await ticketsByContact(db, query`contact_address.domain`, keys.domains)) ids.add(id);
  for (const id of await ticketsByUnit(db, keys)) ids.add(id);
  return { candidates: await candidatesById(db, [...ids], context), threads, given };
}

async function threadTickets(db: Reader, messageKeys: readonly string[]): Promise<Map<string, string[]>> {
  const threads = new Map<string, string[]>();
  for (const part of inParts(messageKeys, partSize)) {
    const rows = await ask<{ key: string; ticketId: string }>(
      db,
      query`
        select message.message_key as key, action.ticket_id as "ticketId"
        from message join action on action.message_id = message.id
        where message.message_key in ${list(part)}`,
    );
    for (const { key, ticketId } of rows) threads.set(key, [...(threads.get(key) ?? []), ticketId]);
  }
  return threads;
}

/** A contact or domain with thousands of open tickets must not cost thousands of rows for every page. */
const newestPerKey = 50;

/** The newest open tickets of each contact address (or domain), of every type: matching says which are eligible. */
async function ticketsByContact(db: Reader, column: Query, values: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const part of inParts(values, partSize)) {
    const ranked = query`
      select ticket.id, row_number() over (
        partition by ${column}, ticket.use, ticket.type, ticket.excluded order by ticket.created_at desc, ticket.id desc) as place
      from contact_address
        join ticket_contact on ticket_contact.contact_id = contact_address.contact_id
        join ticket on ticket.id = ticket_contact.ticket_id
      where ${column} in ${list(part)} and ticket.open = 1`;
    ids.push(
      ...(await askIds(db, query`select distinct id from (${ranked}) as ranked where place <= ${newestPerKey}`)),
    );
  }
  return ids;
}

async function askIds(db: Reader, asked: Query): Promise<string[]> {
  const rows = await ask<{ id: string }>(db, asked);
  return rows.map((row) => row.id);
}

const subjectColumns = [query`ticket.summary_base`, query`ticket.opening_base`];

/** Every ticket, open or closed, with one of these subjects and one of these contacts' addresses. */
async function ticketsBySubject(db: Reader, { subjects, addresses }: CandidateKeys): Promise<string[]> {
  const ids: string[] = [];
  if (addresses.length === 0) return ids;
  const ofAddresses = query`contact_address.address in ${list(addresses.slice(0, manyAddresses))}`;
  for (const part of inParts(subjects, partSize)) {
    for (const column of subjectColumns) {
      const found = await askIds(
        db,
        query`
          select distinct ticket.id
          from ticket
            join ticket_contact on ticket_contact.ticket_id = ticket.id
            join contact_address on contact_address.contact_id = ticket_contact.contact_id
          where ${column} in ${list(part)} and ${ofAddresses}`,
      );
      ids.push(...found);
    }
  }
  return ids;
}

/** Databases limit the parameters of a statement; a page of mail has far fewer other parties. */
const manyAddresses = 20_000;

/** The open incidents of these units, and the closed ones that have one of the subjects. */
async function ticketsByUnit(db: Reader, { units, subjects }: CandidateKeys): Promise<string[]> {
  if (units.length === 0) return [];
  const ofUnits = (condition: Query) =>
    askIds(
      db,
      query`
        select distinct ticket.id
        from ticket_unit join ticket on ticket.id = ticket_unit.ticket_id
        where ticket_unit.unit in ${list(units)} and ${condition}`,
    );
  const ids = await ofUnits(query`ticket.open = 1`);
  for (const part of inParts(subjects, partSize)) {
    for (const column of subjectColumns) {
      ids.push(...(await ofUnits(query`ticket.open = 0 and ${column} in ${list(part)}`)));
    }
  }
  return ids;
}

type TicketRow = Pick<
  TicketTable,
  | 'id'
  | 'summary'
  | 'use'
  | 'type'
  | 'open'
  | 'excluded'
  | 'client_id'
  | 'created_at'
  | 'summary_exact'
  | 'summary_base'
  | 'opening_exact'
  | 'opening_base'
>;

const ticketColumns = query`
  id, summary, use, type, open, excluded, client_id, created_at,
  summary_exact, summary_base, opening_exact, opening_base`;

/** Loads the named tickets in the form that matching reads. */
export async function candidatesById(
  db: Reader,
  ids: readonly string[],
  context: CandidateContext,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const part of inParts(ids, partSize)) {
    const rows = await ask<TicketRow>(db, query`select ${ticketColumns} from ticket where id in ${list(part)}`);
    const contacts = grouped(await contactAddresses(db, part));
    const participants = grouped(await participantAddresses(db, part));
    const units = grouped(await unitNames(db, part));
    candidates.push(
      ...rows.map((row) =>
        candidateOf(row, {
          contacts: contacts.get(row.id) ?? [],
          participants: participants.get(row.id) ?? [],
          units: context.units.filter((unit) => units.get(row.id)?.includes(unit.name)),
          excluded: context.excludedTypes.has(row.type),
        }),
      ),
    );
  }
  return candidates;
}

interface TicketSurroundings {
  readonly contacts: readonly string[];
  readonly participants: readonly string[];
  readonly units: readonly UnitKeys[];
  readonly excluded: boolean;
}

function candidateOf(row: TicketRow, around: TicketSurroundings): Candidate {
  const incident = row.use === 'incident';
  const addresses = incident ? around.units.flatMap((unit) => unit.addresses) : around.contacts;
  return {
    ticketId: row.id,
    summary: row.summary,
    use: row.use,
    open: row.open === 1,
    excluded: row.excluded === 1 || around.excluded,
    clientId: row.client_id === null ? null : String(row.client_id),
    createdAtMs: row.created_at,
    subjects: subjectsOf(row),
    addresses,
    domains: incident ? around.units.flatMap((unit) => unit.domains) : distinct(addresses.map(domainOf)),
    participants: around.participants,
  };
}

function subjectsOf(row: TicketRow): SubjectKeys[] {
  const summary = { exact: row.summary_exact, base: row.summary_base };
  const opening = { exact: row.opening_exact ?? '', base: row.opening_base ?? '' };
  return [summary, opening].filter((keys) => keys.exact !== '' || keys.base !== '');
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
const distinct = (values: readonly string[]): string[] => [...new Set(values)];

interface Pair {
  readonly ticketId: string;
  readonly value: string;
}

function contactAddresses(db: Reader, ticketIds: readonly string[]): Promise<Pair[]> {
  return ask(
    db,
    query`
      select ticket_contact.ticket_id as "ticketId", contact_address.address as value
      from ticket_contact join contact_address on contact_address.contact_id = ticket_contact.contact_id
      where ticket_contact.ticket_id in ${list(ticketIds)}`,
  );
}

function participantAddresses(db: Reader, ticketIds: readonly string[]): Promise<Pair[]> {
  return ask(
    db,
    query`select ticket_id as "ticketId", address as value from ticket_participant where ticket_id in ${list(ticketIds)}`,
  );
}

function unitNames(db: Reader, ticketIds: readonly string[]): Promise<Pair[]> {
  return ask(
    db,
    query`select ticket_id as "ticketId", unit as value from ticket_unit where ticket_id in ${list(ticketIds)}`,
  );
}

function grouped(pairs: readonly Pair[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { ticketId, value } of pairs) {
    const group = groups.get(ticketId);
    if (group) group.push(value);
    else groups.set(ticketId, [value]);
  }
  return groups;
}
