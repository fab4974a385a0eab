import { IntegratorError } from '../domain/errors.ts';
import { referenceHeader } from '../domain/given-reference.ts';
import { mailId, parseMailId } from '../inbox/mail-id.ts';
import { planReply } from '../outgoing/reply.ts';
import type { ReplyRequest } from '../outgoing/reply.ts';
import type { SendPlan } from '../outgoing/send-mail.ts';
import { referencesOf } from '../store/incident-references.ts';
import type { Item } from '../store/items.ts';
import type { TicketRow } from '../store/tickets.ts';
import type { SendingDeps } from './deps.ts';
import { requireIncident } from './find-incident.ts';
import { readableMailboxes, requireTeam, teamMailboxes } from './team.ts';
import { mailboxesOf, trackedMails } from './tracked-mails.ts';
import type { TrackedMail } from './tracked-mails.ts';
import { requireUnits } from './units.ts';

export interface IncidentReplyRequest extends Pick<ReplyRequest, 'all' | 'cc' | 'body' | 'files'> {
  readonly incident: string;
  /** A unit (its newest mail is answered), or the id of a mail on the incident; null where there is one unit only. */
  readonly to: string | null;
}

export interface IncidentReplyPlan {
  readonly plan: SendPlan;
  /** Which mail is answered. */
  readonly answered: TrackedMail;
  readonly unit: string | null;
}

/**
 * An answer in the thread, from the team mailbox that has the mail. Decides everything and changes nothing. Throws
 * `usage` where it is not clear what is answered, `not_found`, `not_allowed` (written down).
 */
export async function planIncidentReply(deps: SendingDeps, request: IncidentReplyRequest): Promise<IncidentReplyPlan> {
  const incident = await requireIncident(deps.store.db, request.incident);
  const tracked = await trackedMails(deps, incident.id);
  await requireTeam(deps, { command: 'incident.reply', incident: incident.id, mailboxes: mailboxesOf(tracked) });
  const answered = await mailToAnswer(deps, { incident, tracked, to: request.to });
  const item = ownItem(deps, answered);
  const { all, cc, body, files } = request;
  const alsoFrom = [...readableMailboxes(deps, teamMailboxes(deps.config))];
  const planned = await planReply(deps, { item, name: mailId(item.id), all, cc, body, files, alsoFrom });
  const unit = answered.units[0] ?? null;
  const reference = unit === null ? undefined : (await referencesOf(deps.store.db, incident.id)).get(unit);
  const headers = reference === undefined ? [] : [{ name: referenceHeader, value: reference }];
  const job = { ...planned.job, from: { ...planned.job.from, name: '' }, ticketId: incident.id, headers };
  return { plan: { ...planned, job }, answered, unit };
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
  const newest = incoming.findLast(({ units }) => units.includes(wanted));
  if (newest !== undefined) return newest;
  throw notThere(incident, `there is no mail of ${wanted} to answer`);
}

function namesUnit({ config }: SendingDeps, name: string): boolean {
  return config.business_units.some((unit) => unit.name.toLowerCase() === name.trim().toLowerCase());
}

function onlyUnit(incident: TicketRow, incoming: readonly TrackedMail[]): string {
  const units = [...new Set(incoming.flatMap(({ units: [first] }) => first ?? []))];
  const [unit] = units;
  if (unit === undefined) throw notThere(incident, 'there is no mail of a unit to answer');
  if (units.length === 1) return unit;
  throw new IntegratorError(
    'usage',
    `${incident.id}: which unit is answered? There is mail of ${units.toSorted().join(', ')}`,
    {
      hint: 'add --to with a unit, or with the id of a mail (integrator incident mails)',
    },
  );
}

function notThere({ id }: TicketRow, what: string): IntegratorError {
  return new IntegratorError('not_found', `${id}: ${what}`, { hint: `integrator incident mails ${id}` });
}

/** The view of a team mailbox that is the actor's, if there is one; else whichever there is, which is refused later. */
function ownItem(deps: SendingDeps, { items }: TrackedMail): Item {
  const team = readableMailboxes(deps, teamMailboxes(deps.config));
  const item = items.find(({ mailbox }) => team.has(mailbox)) ?? items[0];
  if (item !== undefined) return item;
  throw new IntegratorError('not_found', 'no mailbox has this mail any more, so that it cannot be answered there', {
    hint: 'write a new mail: integrator incident notify',
  });
}
