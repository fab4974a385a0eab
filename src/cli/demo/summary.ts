import type { App } from '../../app.ts';
import { terminalText } from '../../content/terminal.ts';
import type { Actor } from '../../domain/policy.ts';
import { listInbox } from '../../inbox/list.ts';
import type { InboxEntry } from '../../inbox/list.ts';
import type { RunReport } from '../../importer/report.ts';
import { listFiled } from '../../store/filed-list.ts';
import type { FiledMail } from '../../store/filed-list.ts';
import type { Page } from '../output.ts';
import { count } from '../format.ts';

export interface DemoSummary {
  readonly account: string;
  readonly run: RunReport;
  readonly matched: readonly FiledMail[];
  readonly waiting: readonly InboxEntry[];
  /** Requests that the sandbox counted on its mailboxes that were not reads. */
  readonly changed_mailboxes: number;
}

export interface DemoOutcome {
  readonly app: App;
  readonly actor: Actor;
  readonly account: string;
  readonly report: RunReport;
  readonly changedMailboxes: number;
}

export async function summarize({ app, actor, account, report, changedMailboxes }: DemoOutcome): Promise<DemoSummary> {
  const { store, config, now } = app;
  return {
    account,
    run: report,
    matched: await listFiled(store.db, 50),
    waiting: await listInbox({ store, config, actor, now }, { limit: 50 }),
    changed_mailboxes: changedMailboxes,
  };
}

const shown = 8;

/** The summary as a person enjoys reading it, with three commands to go on with. */
export function renderSummary(summary: DemoSummary, page: Page, command: string): string[] {
  const { style } = page;
  const { run } = summary;
  return [
    style.bold('integrator, tried on a made-up Microsoft 365'),
    '',
    `${summary.account} signed in once and read ${count(run.mailboxes.length, 'mailbox', 'mailboxes')} with ${count(run.totals.requests, 'request')};`,
    summary.changed_mailboxes === 0
      ? 'none of them changed anything in a mailbox.'
      : style.red(`${summary.changed_mailboxes} of them were no reads!`),
    '',
    ...run.mailboxes.flatMap((mailbox) =>
      mailbox.error === null
        ? [`  ${mailbox.mailbox.padEnd(24)} ${mailboxWords(mailbox)}`]
        : [
            style.yellow(`  ${mailbox.mailbox.padEnd(24)} ${terminalText(mailbox.error.message, widthOf(page, 27))}`),
            ...(mailbox.error.hint === null ? [] : [`    → ${terminalText(mailbox.error.hint)}`]),
          ],
    ),
    '',
    style.bold(`On tickets: ${count(summary.matched.length, 'mail')}`),
    ...summary.matched.slice(0, shown).flatMap((mail) => matchedLines(mail, page)),
    ...more(summary.matched.length),
    '',
    style.bold(`Waiting in My Inbox: ${count(summary.waiting.length, 'mail')}`),
    ...summary.waiting.slice(0, shown).flatMap((mail) => waitingLines(mail, page)),
    ...more(summary.waiting.length),
    '',
    style.bold('Go on with what is in ./demo:'),
    ...nextCommands(summary, command).map((line) => `  ${style.cyan(line)}`),
  ];
}

function mailboxWords(mailbox: RunReport['mailboxes'][number]): string {
  const { imported, matched, to_inbox, kept, failed } = mailbox;
  const parts = [`${imported} new`, `${matched} matched`, `${to_inbox} to My Inbox`];
  if (kept > 0) parts.push(`${kept} sent, on no ticket`);
  if (failed > 0) parts.push(`${failed} set aside`);
  return parts.join(', ');
}

const ruleWords: Readonly<Record<string, string>> = {
  reply: 'answers mail that is on it',
  address_and_subject: 'address and subject fit',
  domain: 'the domain fits',
};

function matchedLines(mail: FiledMail, page: Page): string[] {
  const who = mail.sent ? `sent by ${mail.fromAddress}` : mail.fromAddress;
  const ticket = `${mail.ticketId} ${mail.ticketSummary}`;
  const why = ruleWords[mail.rule ?? ''] ?? 'filed';
  return [
    `  ${terminalText(mail.subject, widthOf(page, 2))}`,
    page.style.dim(`    ${terminalText(`${who} → ${ticket} (${why})`, widthOf(page, 4))}`),
  ];
}

const reasonWords: Readonly<Record<string, string>> = {
  matching_off: 'matching is off for this mailbox',
  unmatched: 'fits no open ticket',
  ambiguous: 'fits several tickets',
  automatic: 'automatic mail',
  calendar: 'meeting mail',
  unverified_sender: 'the sender is not who it says: held back',
};

export function waitingLines(mail: InboxEntry, page: Page): string[] {
  const candidates = mail.candidates.slice(0, 2).map(({ ticket }) => ticket);
  const maybe = candidates.length > 0 ? `; perhaps ${candidates.join(' or ')}` : '';
  const why = `${reasonWords[mail.reason ?? ''] ?? mail.reason ?? ''}${maybe}`;
  const from = mail.from?.address ?? 'nobody';
  return [
    `  ${mail.id.padEnd(5)}${terminalText(mail.subject || '(no subject)', widthOf(page, 7))}`,
    page.style.dim(`       ${terminalText(`${from} (${why})`, widthOf(page, 7))}`),
  ];
}

function more(total: number): string[] {
  return total > shown ? [`  … and ${total - shown} more`] : [];
}

export function widthOf(page: Page, indent: number): { width: number } | undefined {
  return page.width === undefined ? undefined : { width: Math.max(20, page.width - indent) };
}

function nextCommands({ waiting, matched }: DemoSummary, command: string): string[] {
  const config = '-c demo/integrator.yaml';
  const id = waiting.find((mail) => mail.reason === 'unmatched')?.id ?? waiting[0]?.id ?? 'm1';
  const ticket = matched[0]?.ticketId ?? 'OPP-1';
  return [
    `${command} inbox list ${config}`,
    `${command} explain ${id} ${config}`,
    `${command} ticket show ${ticket} ${config}`,
  ];
}
