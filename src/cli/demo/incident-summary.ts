import { terminalText } from '../../content/terminal.ts';
import type { InboxEntry } from '../../inbox/list.ts';
import type { ExportReport } from '../../incidents/export/export-incident.ts';
import type { Verification } from '../../incidents/export/verify.ts';
import type { IncidentMail } from '../../incidents/mails.ts';
import { count, formatBytes } from '../format.ts';
import { mailsTable } from '../incident/mails-table.ts';
import type { Page } from '../output.ts';
import { waitingLines } from './summary.ts';

export interface IncidentSummary {
  readonly account: string;
  readonly incident: { readonly id: string; readonly reference: string; readonly summary: string };
  readonly notified: readonly { readonly unit: string; readonly to: readonly string[]; readonly state: string }[];
  readonly mails: readonly IncidentMail[];
  readonly replied: { readonly unit: string | null; readonly to: string; readonly state: string };
  readonly waiting: readonly InboxEntry[];
  readonly exported: ExportReport;
  readonly verified: Verification;
}

/** The story of an incident as a person enjoys reading it, with commands to go on with. */
export function renderIncident(summary: IncidentSummary, page: Page, command: string, timezone: string): string[] {
  const { style } = page;
  const { incident, notified, mails, waiting } = summary;
  const agents = waiting[0]?.agents ?? [];
  return [
    style.bold('integrator, a security incident on a made-up Exchange'),
    '',
    terminalText(`${incident.id}  ${incident.summary} (${incident.reference})`),
    '',
    style.bold(`${count(notified.length, 'business unit')} notified, one mail each`),
    ...notified.map(({ unit, to, state }) =>
      terminalText(`  ${unit.padEnd(18)} ${to.join(', ').padEnd(30)} ${sentWord(state)}`),
    ),
    '',
    style.bold(`On ${incident.id}: ${count(mails.length, 'mail')}`),
    ...mailsTable(mails, { ...page, width: page.width === undefined ? undefined : page.width - 2 }, timezone).map(
      (line) => `  ${line}`,
    ),
    style.dim(
      `  the reply to ${terminalText(summary.replied.to)} went out in its thread (${sentWord(summary.replied.state)})`,
    ),
    '',
    style.bold(
      `Waiting in My Inbox${agents.length === 0 ? '' : ` of ${agents.join(' and ')}`}: ${count(waiting.length, 'mail')}`,
    ),
    ...waiting.flatMap((mail) => waitingLines(mail, page)),
    '',
    ...exportLines(summary, page),
    '',
    style.bold('Go on with what is in ./demo:'),
    ...nextCommands(summary, command).map((line) => `  ${style.cyan(line)}`),
  ];
}

function sentWord(state: string): string {
  return state === 'done' ? 'sent' : state;
}

function exportLines({ exported, verified }: IncidentSummary, { style }: Page): string[] {
  const { mails, originals, files, bytes } = exported;
  const whole = verified.problems.length === 0;
  return [
    style.bold('Exported to ./demo/evidence'),
    `  ${count(mails, 'mail')}, ${count(originals, 'original')}, ${count(files, 'file')}, ${formatBytes(bytes)}; checked: ${
      whole ? 'whole and unchanged' : style.red(count(verified.problems.length, 'problem'))
    }`,
    style.dim(`  ${exported.manifest_sha256}  manifest.json`),
  ];
}

function nextCommands({ incident, waiting }: IncidentSummary, command: string): string[] {
  const config = '-c demo/integrator.yaml';
  const forged = waiting.find(({ reason }) => reason === 'unverified_sender')?.id ?? 'm1';
  return [
    `${command} incident mails ${incident.id} ${config}`,
    `${command} explain ${forged} ${config}`,
    `${command} incident export --verify demo/evidence`,
    '(cd demo/evidence && sha256sum -c SHA256SUMS)',
  ];
}
