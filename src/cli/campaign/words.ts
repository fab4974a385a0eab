import { terminalText } from '../../content/terminal.ts';
import { type IntegratorError, toErrorReport } from '../../domain/errors.ts';
import type { CampaignPlan } from '../../outgoing/campaign/plan.ts';
import type { CampaignRow, CampaignRun } from '../../outgoing/campaign/send.ts';
import { count } from '../format.ts';

/** A row as it is told: planned, or with what became of it. */
export interface ToldRow {
  readonly row: number;
  readonly to: string;
  readonly state: CampaignRow['state'] | 'would_send';
  readonly outboxId: number | null;
  readonly error: IntegratorError | null;
}

export function rowJson({ row, to, state, outboxId, error }: ToldRow) {
  const outbox = outboxId === null ? null : String(outboxId);
  return { row, to, state, outbox, error: error === null ? null : toErrorReport(error) };
}

export function planDocument({ name, template, from, files, job, preview }: CampaignPlan) {
  return {
    campaign: name,
    template: template.name,
    from: from.address,
    rule: from.rule,
    because: from.because,
    ticket: job.ticketId,
    attachments: files.map((file) => file.name),
    preview: preview === null ? [] : [preview],
  };
}

const words: Readonly<Record<ToldRow['state'], string>> = {
  would_send: 'would be sent',
  sent: 'sent',
  already_sent: 'already sent',
  dropped: 'dropped from the outbox',
  duplicate: 'stands above',
  opted_out: 'opted out',
  bad: 'wrong',
  pending: 'waits',
  failed: 'failed',
  unsure: 'unsure',
  under_way: 'being sent',
  not_sent: 'not sent yet',
};

/** Not worth a line each. */
const expected: ReadonlySet<ToldRow['state']> = new Set(['sent', 'would_send', 'already_sent', 'not_sent']);

/** One line for each row that needs a look, or that shares what is wrong with it; with `all`, for every row. */
export function rowLines(rows: readonly ToldRow[], all: boolean): string[] {
  const groups = new Map<string, ToldRow[]>();
  for (const row of rows.filter(({ state }) => all || !expected.has(state))) {
    const key = row.state === 'bad' ? `bad ${row.error?.message}` : String(row.row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) => groupLine(group));
}

function groupLine([first, ...more]: readonly ToldRow[]): string[] {
  if (first === undefined) return [];
  const problem = first.error === null ? '' : `: ${first.error.message}`;
  const advice = first.error?.hint === undefined ? '' : `; ${first.error.hint}`;
  const others = more.length === 0 ? '' : ` and ${count(more.length, 'other row')}`;
  return [terminalText(`row ${first.row}${others}  ${first.to}  ${words[first.state]}${problem}${advice}`)];
}

export function previewLines({ from, preview, files }: CampaignPlan): string[] {
  if (preview === null) return [];
  const attached = files.length === 0 ? [] : [`Attached: ${files.map(({ name }) => name).join(', ')}`];
  const head = [`From: ${from.address}`, `To: ${preview.to}`, `Subject: ${preview.subject}`, ...attached];
  const form = preview.html === null ? [] : ['(sent as HTML; as text it reads)'];
  const body = preview.text.split('\n');
  return ['', ...head, '', ...form, ...body].map((line) => terminalText(line));
}

/** Before anything is sent: how many, from where, who is left out, and how long it takes. */
export function summaryWords({ name, from, rows, perMinute }: CampaignPlan): string {
  const told = rows.map(({ state }) => (state === 'to_send' ? 'would_send' : state));
  const minutes = Math.floor((told.filter((state) => state === 'would_send').length - 1) / perMinute);
  const time = minutes < 1 ? '' : `; at ${perMinute} a minute this takes ${count(minutes, 'minute')} or more`;
  return `campaign ${name}, from ${from.address} (${from.because}): ${counts(told)}${time}`;
}

/** What a tenant may send in a day, beside what this campaign sends; '' where there is no such limit. */
export function tenantLimitWords({ tenantLimit }: CampaignPlan): string {
  if (tenantLimit === null || tenantLimit.recipients === 0) return '';
  const { recipients, external } = tenantLimit;
  return [
    `this campaign writes to ${count(recipients, 'recipient')}, ${external} of them external`,
    'Exchange Online lets all mailboxes of a tenant together reach 500 × licences^0.7 + 9,500 external recipients a day ' +
      '(10,000 with one licence, about 22,000 with a hundred, 5,000 in a trial); beyond that, mail of the whole tenant bounces',
  ].join('\n');
}

export function runWords({ name }: CampaignPlan, { rows, stopped }: CampaignRun): string {
  const said = `campaign ${name}: ${counts(rows.map(({ state }) => state))}`;
  if (stopped === null) return said;
  const why =
    stopped === 'signal' ? '' : `: ${stopped.message}${stopped.hint === undefined ? '' : `; ${stopped.hint}`}`;
  return `${said}\nstopped${why}; the same command goes on where it stopped`;
}

function counts(states: readonly ToldRow['state'][]): string {
  const numbers = new Map<ToldRow['state'], number>();
  for (const state of states) numbers.set(state, (numbers.get(state) ?? 0) + 1);
  if (numbers.size === 0) return 'the file has no rows';
  return [...numbers].map(([state, number]) => `${number} ${words[state]}`).join(', ');
}
