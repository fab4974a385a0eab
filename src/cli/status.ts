import type { Command } from 'commander';
import type { Connection } from '../config/schema.ts';
import { terminalText } from '../content/terminal.ts';
import type { ConnectionStatus, FolderInTrouble, MailboxStatus, Status } from '../daemon/status.ts';
import type { CommandContext } from './context.ts';
import { count, formatDuration, formatTime } from './format.ts';
import { mailboxErrors } from './mailbox-errors.ts';
import { onlyMailSince } from './only-mail-since.ts';
import type { Page } from './output.ts';
import { table } from './table.ts';
import type { Column } from './table.ts';
import { withStoreToRead } from './with-store.ts';

export function register(status: Command, context: CommandContext): void {
  status.action(() => printStatus(context));
}

async function printStatus(context: CommandContext): Promise<void> {
  const { readStatus } = await import('../daemon/status.ts');
  await withStoreToRead(context, async ({ config, store }) => {
    const delegated = config.connections.some((connection) => connection.auth === 'delegated');
    const tokens = delegated ? await openTokens(config.state_dir) : null;
    const isSignedIn = (connection: Connection) =>
      connection.auth !== 'delegated' || (tokens?.read(connection.name)?.box ?? null) !== null;
    const status = await readStatus({ config, store, isSignedIn, nowMs: Date.now() });
    context.output.print(status, (page) => render(status, page, config.timezone));
  });
}

async function openTokens(stateDir: string) {
  const { TokenStore } = await import('../auth/token-store.ts');
  return new TokenStore(stateDir);
}

function render(status: Status, page: Page, timezone: string): string[] {
  if (status.connections.length === 0) return ['no connection is configured yet'];
  return [
    ...status.connections.flatMap((connection) => renderConnection(connection, page, timezone)),
    ...renderSetAside(status, timezone),
    `outbox: ${status.outbox.pending} pending, ${status.outbox.sending} sending, ${status.outbox.unsure} unsure, ${status.outbox.dead} dead`,
    `requests that were not reads, on the import path: ${status.mutating_requests}`,
  ];
}

function renderConnection(connection: ConnectionStatus, page: Page, timezone: string): string[] {
  const { style } = page;
  const facts = [connection.type, connection.enabled ? 'enabled' : 'disabled'];
  if (!connection.signed_in) facts.push('not signed in');
  const lines = [`${style.bold(terminalText(connection.name))}  ${facts.join(', ')}`];
  if (!connection.signed_in) lines.push(`  → integrator auth login ${terminalText(connection.name)}`);
  lines.push(
    ...table(mailboxColumns(timezone), connection.mailboxes, {
      width: page.width,
      paintTitle: (title) => style.dim(title),
    }),
  );
  const outcomes = connection.mailboxes.map(({ mailbox, last_error: error }) => ({ mailbox, error }));
  return [
    ...lines,
    ...mailboxErrors(outcomes, page),
    ...connection.mailboxes.flatMap((mailbox) => mailboxRemarks(mailbox, timezone)),
    '',
  ];
}

/** What explains why mail is missing, or came again, although nothing is wrong now. */
function mailboxRemarks(status: MailboxStatus, timezone: string): string[] {
  const { mailbox, imports_from, only_mail_since, folders_in_trouble } = status;
  const time = (iso: string) => formatTime(Date.parse(iso), timezone);
  const floor =
    imports_from === null
      ? []
      : [
          `${mailbox}: import_from lies ahead: only mail received from ${time(imports_from)} on is imported`,
          '  → if that is not meant, set import_from to an earlier time',
        ];
  // A time to come says it all.
  const since = imports_from === null && only_mail_since !== null ? onlyMailSince(mailbox, time(only_mail_since)) : [];
  return [...floor, ...since, ...folders_in_trouble.flatMap((folder) => folderRemarks(mailbox, folder, time))];
}

function folderRemarks(mailbox: string, trouble: FolderInTrouble, time: (iso: string) => string): string[] {
  const { folder, failed_runs, error, listed_anew_at, listed_anew_because } = trouble;
  const name = `${mailbox}, ${terminalText(folder)}`;
  const lines: string[] = [];
  if (listed_anew_at !== null) {
    const why = terminalText(listed_anew_because?.message ?? 'unknown');
    lines.push(`${name}: listed anew on ${time(listed_anew_at)}, because its cursor failed run after run: ${why}`);
  }
  if (failed_runs > 0) {
    const why = terminalText(error?.message ?? 'unknown');
    lines.push(`${name}: its cursor failed in ${count(failed_runs, 'run', 'runs')} in a row: ${why}`);
    lines.push(
      `  → listed anew by itself after three; at once with: integrator run --once --mailbox ${mailbox} --since 1d`,
    );
  }
  return lines;
}

function mailboxColumns(timezone: string): Column<MailboxStatus>[] {
  const time = (iso: string | null) => (iso === null ? '–' : formatTime(Date.parse(iso), timezone));
  return [
    { title: 'MAILBOX', value: (row) => row.mailbox, shrinks: true },
    { title: 'LAST SUCCESS', value: (row) => time(row.last_success_at) },
    {
      title: 'AGE',
      value: (row) => (row.age_seconds === null ? '–' : formatDuration(row.age_seconds * 1000)),
      align: 'right',
    },
    { title: 'NEXT RUN', value: (row) => time(row.next_run_at) },
    { title: 'MAIL', value: (row) => String(row.imported_total), align: 'right' },
    { title: 'MY INBOX', value: (row) => String(row.inbox_count), align: 'right' },
  ];
}

function renderSetAside({ set_aside: lines }: Status, timezone: string): string[] {
  if (lines.length === 0) return [];
  return [
    `${count(lines.length, 'mail or attachment', 'mails or attachments')} set aside:`,
    ...lines.map(({ mailbox, folder, what, subject, attempts, next_try_at, error }) => {
      const next = formatTime(Date.parse(next_try_at), timezone);
      const why = terminalText(error?.message ?? 'unknown');
      const which = subject === null ? what : `${what} "${terminalText(subject)}"`;
      return `  ${mailbox}, ${terminalText(folder)}: ${which}: ${why} (${count(attempts, 'try', 'tries')}, next ${next})`;
    }),
    '  → tried again by itself at that time; at once with: integrator run --once',
    '',
  ];
}
