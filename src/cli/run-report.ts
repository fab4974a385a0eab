import { terminalText } from '../content/terminal.ts';
import type { MailboxReport, RunReport } from '../importer/report.ts';
import { count } from './format.ts';
import { mailboxErrors } from './mailbox-errors.ts';
import type { Page } from './output.ts';
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
export function renderRun(
  { mailboxes, totals }: RunReport,
  page: Page,
  options: { readonly dryRun: boolean },
): string[] {
  const { style } = page;
  const lines = table(columns, mailboxes, { width: page.width, paintTitle: (title) => style.dim(title) });
  const verb = options.dryRun ? 'would be imported' : 'imported';
  lines.push(
    '',
    `${count(totals.imported, 'mail')} ${verb}, ${totals.matched} matched, ${totals.to_inbox} to My Inbox`,
  );
  if (totals.duplicates > 0) lines.push(`${totals.duplicates} found again in another mailbox or folder`);
  if (totals.skipped > 0)
    lines.push(`${totals.skipped} skipped: before the import_from date, under ignore, or no mail`);
  if (totals.failed > 0) lines.push(`${totals.failed} set aside, tried again later: integrator status`);
  return [...lines, ...mailboxes.flatMap(listedAnewLines), ...mailboxErrors(mailboxes, page)];
}

/** Folders whose cursor was given up in this run. */
function listedAnewLines({ mailbox, folders }: MailboxReport): string[] {
  return folders.flatMap(({ folder, listed_anew: because }) => {
    if (because === null) return [];
    return [terminalText(`${mailbox}, ${folder}: listed anew, because its cursor fails: ${because.message}`)];
  });
}

/** One line for one turn of a mailbox, for the service in the foreground. */
export function mailboxLine(report: MailboxReport, { style }: Page): string {
  if (report.error !== null) return style.red(`${report.mailbox}: ${terminalText(report.error.message)}`);
  const { imported, matched, to_inbox, new_tickets } = report;
  const opened = new_tickets > 0 ? `, ${new_tickets} opened tickets` : '';
  return `${report.mailbox}: ${imported} new, ${matched} matched, ${to_inbox} to My Inbox${opened}`;
}
