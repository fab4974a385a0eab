import { terminalText } from '../../content/terminal.ts';
import type { ErrorReport } from '../../domain/errors.ts';
import { toErrorReport } from '../../domain/errors.ts';
import { planNotify } from '../../incidents/notify.ts';
import type { NotifyPlan, PlannedNotification } from '../../incidents/notify.ts';
import { queueNotifications } from '../../incidents/queue-notifications.ts';
import type { CommandContext } from '../context.ts';
import { exitCodeOfFailures } from '../exit-codes.ts';
import { count } from '../format.ts';
import type { Page } from '../output.ts';
import type { Outgoing } from '../outgoing/with-outgoing.ts';
import { withOutgoing } from '../outgoing/with-outgoing.ts';
import { table } from '../table.ts';
import { unitList } from '../ticketing/edit-store.ts';
import { withKey } from './with-key.ts';

export interface NotifyFlags {
  readonly template: string;
  readonly units?: string;
  readonly unit?: readonly string[];
  readonly from?: string;
  readonly dryRun?: boolean;
}

/** What became of one unit's mail; the names are those of the JSON. */
interface NotifiedUnit {
  readonly unit: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** would_send with --dry-run; the last five are the outbox's words. */
  readonly state: 'sent' | 'already_sent' | 'would_send' | 'pending' | 'sending' | 'unsure' | 'dead' | 'elsewhere';
  readonly outbox: string | null;
  readonly error: ErrorReport | null;
}

export async function notify(context: CommandContext, incident: string, flags: NotifyFlags): Promise<void> {
  await withOutgoing(context, async (outgoing) => {
    const deps = withKey(context, outgoing);
    const units = [...unitList(flags.units), ...(flags.unit ?? [])];
    const plan = await planNotify(deps, { incident, template: flags.template, units, from: flags.from ?? null });
    if (flags.dryRun === true) {
      const would = plan.notifications.map((each) => line(each, foreseen(each.state)));
      const mails = plan.notifications.map(({ mail }) => ({ text: mail.text, html: mail.html }));
      const shown = would.map((each, at) => ({ ...each, ...mails[at] }));
      context.output.print(documentOf(plan, true, shown), (page) => dryRunLines(plan, would, page));
      return;
    }
    const queued = await queueNotifications(deps, plan);
    const notified = await deliverAll(context, outgoing, plan, queued);
    report(context, plan, notified);
  });
}

async function deliverAll(
  context: CommandContext,
  outgoing: Outgoing,
  plan: NotifyPlan,
  queued: ReadonlyMap<string, number>,
): Promise<NotifiedUnit[]> {
  const notified: NotifiedUnit[] = [];
  for (const each of plan.notifications) {
    const id = queued.get(each.unit);
    if (id === undefined) {
      notified.push(line(each, 'already_sent'));
      continue;
    }
    context.output.progress(`${each.unit} (${notified.length + 1} of ${plan.notifications.length})`);
    const delivery = await outgoing.deliver(id);
    const error = 'error' in delivery ? toErrorReport(delivery.error) : null;
    const state = delivery.state === 'done' ? 'sent' : delivery.state;
    notified.push({ ...line(each, state), outbox: String(id), error });
  }
  context.output.progress('');
  return notified;
}

function foreseen(state: PlannedNotification['state']): NotifiedUnit['state'] {
  if (state === 'new') return 'would_send';
  return state === 'sent' ? 'already_sent' : state;
}

function line({ unit, job, mail, outbox }: PlannedNotification, state: NotifiedUnit['state']): NotifiedUnit {
  const to = job.to.map(({ address }) => address);
  return { unit, to, subject: mail.subject, state, outbox: outbox === null ? null : String(outbox), error: null };
}

function documentOf(plan: NotifyPlan, dryRun: boolean, units: readonly unknown[]) {
  const { address, rule, because } = plan.from;
  return { dry_run: dryRun, incident: plan.incident.id, template: plan.template, from: address, rule, because, units };
}

function report(context: CommandContext, plan: NotifyPlan, notified: readonly NotifiedUnit[]): void {
  const { output } = context;
  output.print(documentOf(plan, false, notified), (page) => unitTable(notified, page));
  const failed = notified.flatMap(({ unit, state, outbox, error }) =>
    state === 'sent' || state === 'already_sent' ? [] : [{ unit, state, outbox, error }],
  );
  for (const { unit, outbox, error } of failed) {
    if (error !== null) output.warn(`${unit}: ${error.message}`);
    output.warn(error?.hint ?? `integrator outbox retry ${outbox ?? ''}`);
  }
  const sent = notified.filter(({ state }) => state === 'sent').length;
  output.say(`${plan.incident.id}: ${count(sent, 'unit')} notified from ${plan.from.address} (${plan.from.because})`);
  if (failed.length === 0) return;
  // What still waits may go out yet, whatever keeps it now.
  const reasons = failed.map(({ state, error }) => (state === 'dead' ? (error?.kind ?? null) : null));
  context.setExitCode(exitCodeOfFailures(reasons, notified.length));
}

const words: Readonly<Record<NotifiedUnit['state'], string>> = {
  sent: 'sent',
  already_sent: 'already sent',
  would_send: 'would be sent',
  pending: 'waits in the outbox',
  sending: 'is being sent',
  unsure: 'unsure whether it was sent',
  dead: 'refused',
  elsewhere: 'being sent by another process',
};

function unitTable(units: readonly NotifiedUnit[], { width, style }: Page): string[] {
  return table(
    [
      { title: 'UNIT', value: ({ unit }: NotifiedUnit) => unit, shrinks: true },
      { title: 'STATE', value: ({ state }) => words[state] },
      { title: 'TO', value: ({ to }) => to.join(', '), shrinks: true },
      { title: 'SUBJECT', value: ({ subject }) => subject, shrinks: true },
    ],
    units,
    { width, paintTitle: style.dim },
  );
}

/** From where and why, then each mail as it would go out. */
function dryRunLines(plan: NotifyPlan, units: readonly NotifiedUnit[], page: Page): string[] {
  const { style } = page;
  const mails = plan.notifications.flatMap(({ unit, mail }, at) => [
    '',
    style.bold(terminalText(`${unit}: ${words[units[at]?.state ?? 'would_send']}`)),
    `${style.dim('To      ')} ${terminalText(units[at]?.to.join(', ') ?? '')}`,
    `${style.dim('Subject ')} ${terminalText(mail.subject)}`,
    '',
    terminalText(mail.text.trimEnd(), { multiline: true }),
    ...(mail.html === null ? [] : ['', style.dim('HTML'), terminalText(mail.html.trimEnd(), { multiline: true })]),
  ]);
  const from = `${plan.from.address} (${plan.from.because})`;
  return [`${style.dim('From    ')} ${terminalText(from)}`, `${style.dim('Rule    ')} ${plan.from.rule}`, ...mails];
}
