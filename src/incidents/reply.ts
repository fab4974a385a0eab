import { IntegratorError } from '../domain/errors.ts';
import type { Person } from '../domain/message.ts';
import { referenceHeader } from '../domain/given-reference.ts';
import { mailId, parseMailId } from '../inbox/mail-id.ts';
import type { MailJob } from '../outgoing/mail-job.ts';
import { planReply } from '../outgoing/reply.ts';
import type { ReplyPlan, ReplyRequest } from '../outgoing/reply.ts';
import { unitsOf } from '../domain/unit.ts';
import { referencesOf } from '../store/incident-references.ts';
import type { Item } from '../store/items.ts';
import type { TicketRow } from '../store/tickets.ts';
import type { SendingDeps } from './deps.ts';
import { requireOpenIncident } from './find-incident.ts';
import { teamMailboxes } from '../filing/organisation.ts';
import { readableMailboxes, requireInvolved } from './team.ts';
import { isReadable, mailboxesOf, trackedMails } from './tracked-mails.ts';
import type { TrackedMail } from './tracked-mails.ts';
import { requireUnits, unitKeys } from './units.ts';

export interface IncidentReplyRequest extends Pick<ReplyRequest, 'all' | 'cc' | 'body' | 'files'> {
  readonly incident: string;
  /** A Reply-To outside the answered unit was looked at, and is meant. */
  readonly toReplyAddress?: boolean;
  /** A unit (its newest mail is answered), or the id of a mail on the incident; null where there is one unit only. */
  readonly to: string | null;
}

export interface IncidentReplyPlan {
  readonly plan: ReplyPlan;
  /** Which mail is answered. */
  readonly answered: TrackedMail;
  readonly unit: string | null;
}

/**
 * An answer in the thread, from the team mailbox that has the mail. Decides everything and changes nothing. Throws
 * `usage` where it is not clear what is answered, where the incident is closed, and where the mail asks for its answer
 * outside the unit; `not_found`, `not_allowed` (written down).
 */
export async function planIncidentReply(deps: SendingDeps, request: IncidentReplyRequest): Promise<IncidentReplyPlan> {
  const incident = await requireOpenIncident(deps.store.db, request.incident);
  const tracked = await trackedMails(deps, incident.id);
  await requireInvolved(deps, { command: 'incident.reply', incident: incident.id, mailboxes: mailboxesOf(tracked) });
  const answered = await mailToAnswer(deps, { incident, tracked, to: request.to });
  const item = ownItem(deps, answered);
  const { all, cc, body, files } = request;
  const alsoFrom = [...readableMailboxes(deps, teamMailboxes(deps.config))];
  const planned = await planReply(deps, { item, name: mailId(item.id), all, cc, body, files, alsoFrom });
  const unit = answered.units[0] ?? null;
  const { addressing } = planned;
  const outside = addressing.replyTo.filter((one) => !isExpected(deps, answered, one));
  if (outside.length > 0 && request.toReplyAddress !== true) throw diverted(mailId(item.id), unit, outside);
  const reference = unit === null ? undefined : (await referencesOf(deps.store.db, incident.id)).get(unit);
  const headers = reference === undefined ? [] : [{ name: referenceHeader, value: reference }];
  const job = {
    ...planned.job,
    from: { ...planned.job.from, name: '' },
    ticketId: incident.id,
    headers,
    reply: onlyTo(planned, request.toReplyAddress === true),
  };
  return { plan: { ...planned, job }, answered, unit };
}

/** What the store says of Reply-To is of one copy of the mail; the copy answered must not say otherwise. */
function onlyTo({ job: { reply }, addressing: { to, cc } }: ReplyPlan, anywhere: boolean): MailJob['reply'] {
  if (reply === null || anywhere) return reply;
  return { ...reply, only: [...to, ...cc].map(({ address }) => address) };
}

/** Whether it is the sender, or somebody of the sender's units. */
function isExpected({ config }: SendingDeps, { mail, units }: TrackedMail, { address }: Person): boolean {
  if (address === mail.from?.address) return true;
  const keys = config.business_units.filter(({ name }) => units.includes(name)).map(unitKeys);
  return unitsOf([address], keys).length > 0;
}

function diverted(name: string, unit: string | null, outside: readonly Person[]): IntegratorError {
  const where = outside.map(({ address }) => address).join(', ');
  return new IntegratorError(
    'usage',
    `${name} asks for its answer to ${where}, which is not of ${unit ?? 'its sender'}`,
    {
      hint: 'ask its sender in another way whether that is meant; to answer there all the same: --to-reply-address',
    },
  );
}

interface Choice {
  readonly incident: TicketRow;
  readonly tracked: readonly TrackedMail[];
  readonly to: string | null;
}

async function mailToAnswer(deps: SendingDeps, { incident, tracked, to }: Choice): Promise<TrackedMail> {
  const incoming = tracked.filter(({ action }) => action.direction === 'in');
  const id = to === null || namesUnit(deps, to) ? null : parseMailId(to);
  if (id !== null) {
    const named = tracked.find(({ items }) => items.some((item) => item.id === id));
    if (named === undefined) throw notThere(incident, `${mailId(id)} is not on it`);
    if (named.action.direction === 'out') throw notThere(incident, `${mailId(id)} went out from here`);
    return named;
  }
  const wanted = to === null ? onlyUnit(incident, incoming) : (requireUnits(deps.config, [to])[0]?.name ?? '');
  const theirs = incoming.filter(({ units }) => units.includes(wanted));
  const readable = readableMailboxes(deps, mailboxesOf(theirs));
  const newest = theirs.findLast((each) => isReadable(each, readable)) ?? theirs.at(-1);
  if (newest !== undefined) return newest;
  throw neverWrote(incident, wanted);
}

function namesUnit({ config }: SendingDeps, name: string): boolean {
  return config.business_units.some((unit) => unit.name.toLowerCase() === name.trim().toLowerCase());
}

function onlyUnit(incident: TicketRow, incoming: readonly TrackedMail[]): string {
  const units = [...new Set(incoming.flatMap(({ units: [first] }) => first ?? []))];
  const [unit] = units;
  if (unit === undefined) throw neverWrote(incident, null);
  if (units.length === 1) return unit;
  throw new IntegratorError(
    'usage',
    `${incident.id}: which unit is answered? There is mail of ${units.toSorted().join(', ')}`,
    {
      hint: 'add --to with a unit, or with the id of a mail (integrator incident mails)',
    },
  );
}

function neverWrote({ id }: TicketRow, unit: string | null): IntegratorError {
  const units = unit === null ? '' : ` --units ${JSON.stringify(unit)}`;
  return new IntegratorError(
    'not_found',
    `${id}: ${unit ?? 'no unit'} has not written, so there is nothing to answer`,
    {
      hint: `to write to it first: integrator incident notify ${id} --template <name>${units}`,
    },
  );
}

function notThere({ id }: TicketRow, what: string): IntegratorError {
  return new IntegratorError('not_found', `${id}: ${what}`, { hint: `integrator incident mails ${id}` });
}

/** The view of a mailbox that is the actor's, a team's if there is one; else whichever there is, which is refused later. */
function ownItem(deps: SendingDeps, { items }: TrackedMail): Item {
  const team = readableMailboxes(deps, teamMailboxes(deps.config));
  const own = readableMailboxes(
    deps,
    items.map(({ mailbox }) => mailbox),
  );
  const item =
    items.find(({ mailbox }) => team.has(mailbox)) ?? items.find(({ mailbox }) => own.has(mailbox)) ?? items[0];
  if (item !== undefined) return item;
  throw new IntegratorError('not_found', 'no mailbox has this mail any more, so that it cannot be answered there', {
    hint: 'write a new mail: integrator incident notify',
  });
}
