import { didYouMean } from '../../config/suggest.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { Person } from '../../domain/message.ts';
import type { Use } from '../../domain/ticket.ts';
import { clientName } from '../../store/clients.ts';
import {
  addTicketContacts,
  createTicket,
  findTicket,
  findTicketByReference,
  removeTicketContacts,
  setTicket,
  setTicketUnits,
  ticketContacts,
  ticketIdPattern,
  ticketUnits,
  touchTicket,
} from '../../store/tickets.ts';
import type { TicketRow } from '../../store/tickets.ts';
import { contactOfClient, requireContact } from './edit-contact.ts';
import { changesOf, keyValue, lineValue, logEdit, requireChangeable, textValue } from './edit.ts';
import type { StoreReader } from '../../store/store.ts';
import type { Change, Edit, Edited } from './edit.ts';
import { ticketTypeFor } from './ticket-types.ts';

/** What a person can say of a ticket; what is absent stays as it is. */
export interface TicketFields {
  readonly type?: string;
  readonly summary?: string;
  readonly status?: 'open' | 'closed';
  readonly clientId?: number | null;
  /** These and no others. */
  readonly contacts?: readonly Person[];
  readonly addContacts?: readonly Person[];
  /** Ids or addresses. */
  readonly removeContacts?: readonly string[];
  readonly reference?: string | null;
  readonly openingSubject?: string;
  readonly details?: string;
  /** These and no others; for incidents. */
  readonly units?: readonly string[];
  /** The owner's id; null for none. */
  readonly agent?: string | null;
}

/** Throws `not_found` unless there is a ticket of that id or reference. */
export async function requireTicket(db: StoreReader, idOrReference: string): Promise<TicketRow> {
  const ticket = await findTicket(db, idOrReference);
  if (ticket !== undefined) return ticket;
  throw new IntegratorError('not_found', `there is no ticket "${idOrReference}"`, { hint: 'integrator ticket list' });
}

export async function newTicket(edit: Edit, use: Use, fields: TicketFields): Promise<Edited> {
  const checked = await checkFields(edit, { use, id: null }, { agent: ownerOf(edit), ...fields });
  const type = ticketTypeFor(edit.ticketTypes, use, fields.type);
  if (checked.summary === undefined) throw new IntegratorError('usage', 'summary is empty');
  const clientId = fields.clientId ?? null;
  const people = [...(fields.contacts ?? []), ...(fields.addContacts ?? [])];
  const contactIds: number[] = [];
  for (const person of people) contactIds.push((await contactOfClient(edit, person, clientId)).id);
  const { summary, reference, ...rest } = checked;
  const id = await createTicket(edit.trx, {
    ...rest,
    ...(reference == null ? {} : { reference }),
    use,
    type,
    summary,
    clientId,
    contactIds,
    atMs: edit.nowMs,
  });
  const changes = [
    ...scalarChanges(nothingYet, { ...checked, type, client: await clientName(edit.trx, clientId) }),
    ...changesOf({
      units: [[], checked.units],
      contacts: [[], (await ticketContacts(edit.trx, id)).map((contact) => contact.address)],
    }),
  ];
  return logEdit(edit, 'ticket', { id, outcome: 'created', changes });
}

/** An agent who opens a ticket owns it, unless somebody is named: without mail on it nobody else could open it. */
function ownerOf({ actor }: Edit): string | null {
  return actor.kind === 'agent' ? actor.id : null;
}

/** Throws `usage`, and `not_allowed` where the actor may not change it. */
export async function changeTicket(edit: Edit, ticket: TicketRow, fields: TicketFields): Promise<Edited> {
  await requireChangeable(edit, ticket.id);
  const checked = await checkFields(edit, ticket, fields);
  const type = fields.type === undefined ? undefined : ticketTypeFor(edit.ticketTypes, ticket.use, fields.type);
  const before = { ...ticket, client: await clientName(edit.trx, ticket.client_id) };
  const client = fields.clientId === undefined ? undefined : await clientName(edit.trx, fields.clientId);
  const changes = [
    ...scalarChanges(before, { ...checked, type, client }),
    ...(await changeUnits(edit, ticket, checked.units)),
    ...(await changeContacts(edit, ticket, fields)),
  ];
  if (changes.length === 0) return { id: ticket.id, outcome: 'unchanged', changes };
  await setTicket(edit.trx, ticket.id, {
    ...checked,
    ...(type === undefined ? {} : { type }),
    ...(fields.clientId === undefined ? {} : { clientId: fields.clientId }),
  });
  await touchTicket(edit.trx, ticket.id, edit.nowMs);
  return logEdit(edit, 'ticket', { id: ticket.id, outcome: 'updated', changes });
}

interface CheckedFields {
  readonly summary?: string;
  readonly status?: 'open' | 'closed';
  readonly reference?: string | null;
  readonly openingSubject?: string;
  readonly details?: string;
  readonly units?: readonly string[];
  readonly agent?: string | null;
}

async function checkFields(
  edit: Edit,
  ticket: { readonly use: Use; readonly id: string | null },
  fields: TicketFields,
): Promise<CheckedFields> {
  const { summary, status, reference, openingSubject, details, units, agent } = fields;
  return {
    ...(summary === undefined ? {} : { summary: lineValue('summary', summary) }),
    ...(status === undefined ? {} : { status }),
    ...(reference === undefined ? {} : { reference: await checkReference(edit, reference, ticket.id) }),
    ...(openingSubject === undefined ? {} : { openingSubject: lineValue('opening_subject', openingSubject) }),
    ...(details === undefined ? {} : { details: textValue('details', details) }),
    ...(units === undefined ? {} : { units: checkUnits(edit, ticket.use, units) }),
    ...(agent === undefined ? {} : { agent: agent === null ? null : agentNamed(edit.agents, agent) }),
  };
}

/** A reference names one ticket, and is no id of ours. Throws `usage`. */
async function checkReference(edit: Edit, text: string | null, ownId: string | null): Promise<string | null> {
  if (text === null) return null;
  const reference = keyValue('reference', text);
  if (ticketIdPattern.test(reference)) {
    throw new IntegratorError('usage', `the reference ${reference} looks like one of our own ticket numbers`, {
      hint: 'choose another, such as CRM-12',
    });
  }
  const owner = await findTicketByReference(edit.trx, reference);
  if (owner !== undefined && owner.id !== ownId) {
    throw new IntegratorError('usage', `the reference ${reference} already is that of ${owner.id}`);
  }
  return reference;
}

function checkUnits(edit: Edit, use: Use, names: readonly string[]): string[] {
  if (names.length > 0 && use !== 'incident') {
    throw new IntegratorError(
      'usage',
      `only incidents have business units, this is ${use === 'opportunity' ? 'an' : 'a'} ${use}`,
    );
  }
  return [...new Set(names.map((name) => unitNamed(edit.units, name)))].sort();
}

/** A business unit as configured, from what a person typed. Throws `usage`. */
export function unitNamed(units: readonly string[], text: string): string {
  const name = lineValue('unit', text);
  const unit = units.find((known) => known.toLowerCase() === name.toLowerCase());
  if (unit !== undefined) return unit;
  const there = units.length === 0 ? 'none is configured' : `units are: ${units.toSorted().join(', ')}`;
  throw new IntegratorError('usage', `there is no business unit "${name}"${didYouMean(name, units, 'there are')}`, {
    hint: `${there}; they are configured under business_units`,
  });
}

/** An agent of the configuration by id, from what a person typed. Throws `usage`. */
export function agentNamed(agents: readonly string[], text: string): string {
  const id = lineValue('agent', text);
  const agent =
    agents.find((known) => known === id) ?? agents.find((known) => known.toLowerCase() === id.toLowerCase());
  if (agent !== undefined) return agent;
  throw new IntegratorError('usage', `there is no agent "${id}"${didYouMean(id, agents, 'agents are')}`, {
    hint: 'agents are those of the configuration, under agents',
  });
}

type ScalarFields = Pick<TicketRow, 'reference' | 'opening_subject' | 'agent'> &
  Readonly<Record<'summary' | 'type' | 'status' | 'client' | 'details', string | null>>;

const nothingYet: ScalarFields = {
  summary: null,
  type: null,
  status: null,
  client: null,
  agent: null,
  reference: null,
  opening_subject: null,
  details: null,
};

function scalarChanges(
  before: ScalarFields,
  after: CheckedFields & { readonly type: string | undefined; readonly client: string | null | undefined },
): Change[] {
  return changesOf({
    summary: [before.summary, after.summary],
    type: [before.type, after.type],
    status: [before.status, after.status],
    client: [before.client, after.client],
    agent: [before.agent, after.agent],
    reference: [before.reference, after.reference],
    opening_subject: [before.opening_subject, after.openingSubject],
    details: [before.details, after.details],
  });
}

async function changeUnits(edit: Edit, ticket: TicketRow, units: readonly string[] | undefined): Promise<Change[]> {
  const changes = changesOf({ units: [await ticketUnits(edit.trx, ticket.id), units] });
  if (units !== undefined && changes.length > 0) await setTicketUnits(edit.trx, ticket.id, units);
  return changes;
}

async function changeContacts(edit: Edit, ticket: TicketRow, fields: TicketFields): Promise<Change[]> {
  const { contacts, addContacts = [], removeContacts = [] } = fields;
  const clientId = fields.clientId === undefined ? ticket.client_id : fields.clientId;
  const before = await ticketContacts(edit.trx, ticket.id);
  const wanted = new Set(contacts === undefined ? before.map((contact) => contact.id) : []);
  for (const person of [...(contacts ?? []), ...addContacts]) {
    wanted.add((await contactOfClient(edit, person, clientId)).id);
  }
  for (const name of removeContacts) wanted.delete((await requireContact(edit.trx, name)).id);
  await addTicketContacts(edit.trx, ticket.id, [...wanted]);
  const gone = before.map((contact) => contact.id).filter((id) => !wanted.has(id));
  await removeTicketContacts(edit.trx, ticket.id, gone);
  const after = await ticketContacts(edit.trx, ticket.id);
  return changesOf({ contacts: [before.map((one) => one.address), after.map((one) => one.address)] });
}
