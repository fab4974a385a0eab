import { terminalText } from '../content/terminal.ts';
import type { MailboxReport, RunReport } from '../importer/report.ts';
import type { PlannedFiling } from '../importer/planned-filings.ts';
import { toldAlike } from './alike.ts';
import { count, formatTime } from './format.ts';
import { mailboxErrors } from './mailbox-errors.ts';
import { onlyMailSince } from './only-mail-since.ts';
import type { Page } from './output.ts';
import { plannedLines } from './planned-table.ts';
import { table } from './table.ts';
import type { Column } from './table.ts';

const columns: readonly Column<MailboxReport>[] = [
  { title: 'MAILBOX', value: (row) => row.mailbox, shrinks: true },
  { title: 'NEW', value: (row) => String(row.imported), align: 'right' },
  { title: 'MATCHED', value: (row) => String(row.matched), align: 'right' },
  { title: 'MY INBOX', value: (row) => String(row.to_inbox), align: 'right' },
  { title: 'OPENED', value: (row) => String(row.new_tickets), align: 'right' },
  { title: 'SENT, KEPT', value: (row) => String(row.kept), align: 'right' },
  { title: 'SET ASIDE', value: (row) => String(row.failed), align: 'right' },
];

/** What a run did, mailbox by mailbox, and what went wrong with the next step to take. */
export function renderRun({ mailboxes, totals }: RunReport, page: Page, { timezone, planned }: RunWords): string[] {
  const { style } = page;
  const lines = planned === null ? [] : plannedLines(planned, page, timezone);
  lines.push(...table(columns, mailboxes, { width: page.width, paintTitle: (title) => style.dim(title) }));
  const verb = planned === null ? 'imported' : 'would be imported';
  lines.push(
    '',
    `${count(totals.imported, 'mail')} ${verb}, ${totals.matched} matched, ${totals.to_inbox} to My Inbox`,
  );
  if (totals.duplicates > 0) lines.push(`${totals.duplicates} found again in another mailbox or folder`);
  if (totals.skipped > 0)
    lines.push(`${totals.skipped} skipped: before the import_from date, under ignore, or no mail`);
  if (totals.failed > 0) lines.push(`${totals.failed} set aside, tried again later: integrator status`);
  return [
    ...lines,
    ...mailboxes.flatMap(listedAnewLines),
    ...onlyMailSinceLines(mailboxes, timezone),
    ...mailboxErrors(mailboxes, page),
  ];
}

export interface RunWords {
  readonly timezone: string;
  /** Of a dry run: each mail and what would become of it. */
  readonly planned: readonly PlannedFiling[] | null;
}

/** Mailboxes whose first run could bring nothing. */
function onlyMailSinceLines(mailboxes: readonly MailboxReport[], timezone: string): string[] {
  const told = mailboxes.flatMap(({ mailbox, only_mail_since: since }) => {
    return since === null ? [] : [{ mailbox, lines: [formatTime(Date.parse(since), timezone)] }];
  });
  return toldAlike(told, mailboxes.length).flatMap(({ who, lines: [time = ''] }) => onlyMailSince(who, time));
}

/** Folders whose cursor was given up in this run. */
function listedAnewLines({ mailbox, folders }: MailboxReport): string[] {
  return folders.flatMap(({ folder, listed_anew: because }) => {
    if (because === null) return [];
    return [terminalText(`${mailbox}, ${folder}: listed anew, because its cursor fails: ${because.message}`)];
  });
}

/** One line for one turn of a mailbox, for the service in the foreground. */
export function mailboxLine(report: MailboxReport, { style }: Page, timezone: string): string {
  if (report.error !== null) return style.red(`${report.mailbox}: ${terminalText(report.error.message)}`);
  const { imported, matched, to_inbox, new_tickets, only_mail_since: since } = report;
  if (since !== null) return onlyMailSince(report.mailbox, formatTime(Date.parse(since), timezone)).join('\n');
  const opened = new_tickets > 0 ? `, ${new_tickets} opened tickets` : '';
  return `${report.mailbox}: ${imported} new, ${matched} matched, ${to_inbox} to My Inbox${opened}`;
}
