import type { MailTemplate, RenderedMail } from '../content/template.ts';
import { loadTemplate, renderTemplate } from '../content/template.ts';
import type { BusinessUnitConfig } from '../config/schema.ts';
import { IntegratorError } from '../domain/errors.ts';
import { recipientsOf } from '../outgoing/compose.ts';
import { agentVariables, sentBody } from '../outgoing/fill-template.ts';
import type { ChosenFrom } from '../outgoing/from.ts';
import { completingAgent, sendingMailbox } from '../outgoing/from.ts';
import type { MailJob } from '../outgoing/mail-job.ts';
import { blankJob } from '../outgoing/send-mail.ts';
import type { OutboxRow } from '../store/outbox.ts';
import { outboxRowOf } from '../store/outbox.ts';
import type { TicketRow } from '../store/tickets.ts';
import { ticketUnits } from '../store/tickets.ts';
import type { SendingDeps } from './deps.ts';
import { requireOpenIncident } from './find-incident.ts';
import { teamFrom } from './team-from.ts';
import { requireUnits } from './units.ts';

export const notifyAction = 'incident_notification';

export interface NotifyRequest {
  readonly incident: string;
  /** A template of `outgoing.templates_dir`. */
  readonly template: string;
  /** Names; none: those that the incident has already. */
  readonly units: readonly string[];
  /** What `--from` said. */
  readonly from: string | null;
}

export interface PlannedNotification {
  readonly unit: string;
  /** new: to be sent · sent: it was · else it is in the outbox, in that state. */
  readonly state: 'new' | 'sent' | 'pending' | 'sending' | 'unsure';
  /** One row per incident, unit and template, for ever. */
  readonly key: string;
  readonly outbox: number | null;
  readonly mail: RenderedMail;
  readonly job: MailJob;
}

export interface NotifyPlan {
  readonly incident: TicketRow;
  readonly template: string;
  readonly from: ChosenFrom;
  readonly notifications: readonly PlannedNotification[];
}

/**
 * Decides and renders everything, and changes nothing: one mail for each unit, to all its recipients. Throws `usage`
 * (a variable without a value, an unknown unit, a closed incident), `not_found`, `not_allowed`.
 */
export async function planNotify(deps: SendingDeps, request: NotifyRequest): Promise<NotifyPlan> {
  const incident = await requireOpenIncident(deps.store.db, request.incident);
  const names = request.units.length > 0 ? request.units : await ticketUnits(deps.store.db, incident.id);
  if (names.length === 0) {
    throw new IntegratorError('usage', `${incident.id} has no business unit yet`, { hint: 'add --units with names' });
  }
  const units = requireUnits(deps.config, names);
  const from = await teamFrom(deps, notifyAction, request.from);
  const template = await loadTemplate(deps.config.outgoing.templates_dir, request.template);
  const notifications: PlannedNotification[] = [];
  for (const unit of units) notifications.push(await planOne(deps, { incident, unit, from, template }));
  return { incident, template: template.name, from, notifications };
}

interface ToPlan {
  readonly incident: TicketRow;
  readonly unit: BusinessUnitConfig;
  readonly from: ChosenFrom;
  readonly template: MailTemplate;
}

async function planOne(deps: SendingDeps, { incident, unit, from, template }: ToPlan): Promise<PlannedNotification> {
  const key = `notify:${JSON.stringify([incident.id, unit.name, template.name])}`;
  const agent = completingAgent(deps).id;
  const variables = { ...about(incident, unit), agent: agentVariables(deps.config, agent) };
  const mail = await renderTemplate(template, variables);
  const row = await outboxRowOf(deps.store.db, key);
  const mailbox = sendingMailbox(deps.config, from.address);
  const job: MailJob = {
    ...blankJob(deps, { mailbox, agent, action: notifyAction, ticketId: incident.id }),
    // A team writes under the name that its directory entry has.
    from: { name: '', address: mailbox.address },
    to: recipientsOf(unit.recipients),
    subject: mail.subject,
    body: sentBody(mail),
  };
  return { unit: unit.name, state: stateOf(row), key, outbox: row?.id ?? null, mail, job };
}

/** A mail that was refused for good was not sent: it is made anew, from the template as it is now. */
function stateOf(row: OutboxRow | undefined): PlannedNotification['state'] {
  if (row === undefined || row.state === 'dead') return 'new';
  return row.state === 'done' ? 'sent' : row.state;
}

/** What a template can name, beside the agent; see the README. */
function about(incident: TicketRow, unit: BusinessUnitConfig) {
  return {
    incident: {
      id: incident.id,
      reference: incident.reference,
      summary: incident.summary,
      details: incident.details,
      type: incident.type,
      status: incident.status,
      created_at: new Date(incident.created_at).toISOString(),
    },
    unit: { name: unit.name },
  };
}
