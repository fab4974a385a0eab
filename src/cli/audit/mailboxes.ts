import type { Command } from 'commander';
import { terminalText } from '../../content/terminal.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { AuditedMail, MailboxAudit, MissingMail } from '../../importer/audit-report.ts';
import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitCodeOfFailures, exitCodes } from '../exit-codes.ts';
import { count, formatTime } from '../format.ts';
import type { Page } from '../output.ts';

interface AuditFlags {
  readonly mailbox?: string;
  readonly since?: string;
  readonly whole?: boolean;
}

export function addAuditMailboxes(noun: Command, context: CommandContext): void {
  noun
    .command('mailboxes')
    .description('list the mailboxes again, read only, and compare with the store')
    .option('--mailbox <address>', 'only this mailbox')
    .option('--since <time>', 'only mail received since then (30d, 12h, 2026-11-01)')
    .option('--whole', 'also name mail in other folders that was moved away before it was seen')
    .action((flags: AuditFlags) => auditAll(context, flags));
}

async function auditAll(context: CommandContext, flags: AuditFlags): Promise<void> {
  const { config } = await context.loadConfig();
  const { narrowing } = await import('../narrowing.ts');
  const { timeFlag } = await import('../time-flag.ts');
  const { mailboxJobs } = await import('../../importer/run-once.ts');
  const { auditMailboxes } = await import('../../importer/audit-mailboxes.ts');
  const { requireAccess } = await import('../../inbox/access.ts');
  const { openApp } = await import('../../app.ts');
  const sinceMs = flags.since === undefined ? null : timeFlag('--since', flags.since, config.timezone);
  const jobs = mailboxJobs(config, narrowing({ mailbox: flags.mailbox }, config));
  if (jobs.length === 0) throw new IntegratorError('config', 'no mailbox to audit: no connection is enabled');
  const app = await openApp({ config, env: context.env, say: context.output.say });
  try {
    const { store, now, provider } = app;
    const actor = await context.actor();
    const asked = { verb: 'audit.read', command: 'audit.mailboxes', object: flags.mailbox ?? 'mailboxes' } as const;
    await requireAccess({ store, config, now, actor }, asked);
    const onMailbox = (audit: MailboxAudit) => context.output.progress(`compared ${audit.mailbox}`);
    const audits = await auditMailboxes(
      jobs,
      { store, now, provider, sinceMs, whole: flags.whole === true, onMailbox },
      { concurrency: config.concurrency, signal: context.signal },
    );
    context.output.progress('');
    context.output.print(audits, (page) => audits.flatMap((audit) => auditLines(audit, page, config.timezone)));
    context.setExitCode(exitCodeOfAudit(audits));
  } finally {
    await app.close();
  }
}

/** 1 where mail is missing; where mailboxes could not be compared, as `run` does. */
export function exitCodeOfAudit(audits: readonly MailboxAudit[]): ExitCode {
  if (audits.some((audit) => audit.missing.length > 0)) return exitCodes.failure;
  const reasons = audits.flatMap(({ error }) => error?.kind ?? []);
  return reasons.length === 0 ? exitCodes.ok : exitCodeOfFailures(reasons, audits.length);
}

const mostLines = 50;

export function auditLines(audit: MailboxAudit, { style }: Page, timezone: string): string[] {
  const { mailbox, folders, missing, extra, moved_away: away, accounted, hint, error } = audit;
  const title = style.bold(terminalText(mailbox));
  if (error !== null) {
    const advice = error.hint === null ? [] : [`  → ${terminalText(error.hint)}`];
    return [title, style.red(`  ${terminalText(error.message)}`), ...advice];
  }
  const since = audit.since === null ? '' : `, received since ${formatTime(Date.parse(audit.since), timezone)}`;
  const { ignored, deleted, drafts, below_floor: below } = accounted;
  const left = [
    [ignored, 'ignored as configured'],
    [deleted, 'deleted by an administrator'],
    [drafts, 'drafts'],
    [below, 'received before import_from'],
  ] as const;
  return [
    title,
    ...folders.map((each) =>
      terminalText(`  ${each.folder}: ${count(each.listed, 'mail')} on the server${since}: ${verdict(each)}`),
    ),
    ...left.flatMap(([number, what]) => (number === 0 ? [] : [`  ${number} not stored, ${what}`])),
    ...section(style.red('  missing'), missing, (mail) => missingLine(mail, timezone)),
    ...section(
      '  extra: in the store, no longer in the folder',
      extra,
      (mail) => `${mail.id}  ${mailLine(mail, timezone)}`,
    ),
    ...section('  moved away before it was seen', away, (mail) => mailLine(mail, timezone)),
    ...(hint === null ? [] : [terminalText(`  → ${hint}`)]),
  ];
}

function verdict({ missing, extra }: { readonly missing: number; readonly extra: number }): string {
  if (missing === 0 && extra === 0) return 'all stored';
  return `${missing} missing, ${extra} extra`;
}

function section<Mail>(title: string, mails: readonly Mail[], line: (mail: Mail) => string): string[] {
  if (mails.length === 0) return [];
  const more = mails.length > mostLines ? [`    and ${mails.length - mostLines} more; --json has them all`] : [];
  return [title, ...mails.slice(0, mostLines).map((mail) => terminalText(`    ${line(mail)}`)), ...more];
}

function missingLine(mail: MissingMail, timezone: string): string {
  return `${mailLine(mail, timezone)}${mail.because === null ? '' : ` (${mail.because})`}`;
}

function mailLine({ folder, received_at, from, subject }: AuditedMail, timezone: string): string {
  return `${formatTime(Date.parse(received_at), timezone)}  ${folder}  ${from}  ${subject === '' ? '(no subject)' : subject}`;
}
