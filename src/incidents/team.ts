import { decideAccess, seesAll } from '../domain/policy.ts';
import { teamMailboxes } from '../filing/organisation.ts';
import { noteForeignReading, requireAccess } from '../inbox/access.ts';
import type { TicketRow } from '../store/tickets.ts';
import type { IncidentDeps } from './deps.ts';
import { isReadable, mailboxesOf, trackedMails } from './tracked-mails.ts';

/** Those of these mailboxes whose mail the actor may read. */
export function readableMailboxes({ actor }: IncidentDeps, mailboxes: Iterable<string>): ReadonlySet<string> {
  return new Set([...mailboxes].filter((mailbox) => decideAccess(actor, 'mail.read', mailbox).allowed));
}

export interface TeamAsk {
  readonly command: string;
  readonly incident: string;
  /** Those in which mail of the incident lies. */
  readonly mailboxes: readonly string[];
}

/**
 * An incident's mail is listed and answered by the team, whose mailboxes track incidents, by the agents of the mailboxes
 * it lies in, and by administrators. Throws `not_allowed`, written down, for anybody else.
 */
export async function requireInvolved(deps: IncidentDeps, ask: TeamAsk): Promise<void> {
  await requireOneOf(deps, ask, involvedMailboxes(deps, ask.mailboxes));
  await noteForeignReading(deps, { command: ask.command, object: ask.incident, mailboxes: ask.mailboxes });
}

function involvedMailboxes({ config }: IncidentDeps, mailboxes: readonly string[]): readonly string[] {
  return [...new Set([...mailboxes, ...teamMailboxes(config)])];
}

export interface WithheldMails {
  /** Ids of the incident's actions that are mail which the actor may not read. */
  readonly actions: ReadonlySet<number>;
  /** One of them opened the incident: its text is the incident's details too. */
  readonly opening: boolean;
  /** Whose agents may read them. */
  readonly mailboxes: readonly string[];
}

/** Mail that is on a ticket and not for the actor. Agents share the tickets of sales, and all that is on them. */
export async function withheldMails(deps: IncidentDeps, ticket: Pick<TicketRow, 'id' | 'use'>): Promise<WithheldMails> {
  if (ticket.use !== 'incident' || seesAll(deps.actor)) return { actions: new Set(), opening: false, mailboxes: [] };
  const tracked = await trackedMails(deps, ticket.id);
  const mailboxes = involvedMailboxes(deps, mailboxesOf(tracked));
  const readable = readableMailboxes(deps, mailboxes);
  const withheld = tracked
    .filter((each) => readable.size === 0 || !isReadable(each, readable))
    .map(({ action }) => action);
  return {
    actions: new Set(withheld.map(({ id }) => id)),
    opening: withheld.some(({ opening }) => opening),
    mailboxes,
  };
}

/**
 * Mail of an incident is for the agents of the mailboxes it lies in (before there is any: of those that track incidents)
 * and for administrators. Throws `not_allowed`, written down, where none of them is the actor's.
 */
export async function requireTeam(deps: IncidentDeps, ask: TeamAsk): Promise<void> {
  await requireOneOf(deps, ask, ask.mailboxes.length > 0 ? ask.mailboxes : teamMailboxes(deps.config));
  await noteForeignReading(deps, { command: ask.command, object: ask.incident, mailboxes: ask.mailboxes });
}

async function requireOneOf(
  deps: IncidentDeps,
  ask: Pick<TeamAsk, 'command' | 'incident'>,
  mailboxes: readonly string[],
): Promise<void> {
  if (readableMailboxes(deps, mailboxes).size > 0) return;
  const [mailbox = 'a mailbox that tracks incidents'] = mailboxes;
  await requireAccess(deps, { verb: 'mail.read', mailbox, command: ask.command, object: ask.incident });
}
