import { hostname } from 'node:os';
import type { Command } from 'commander';
import { notBuilt } from '../config/not-built.ts';
import { IntegratorError, toIntegratorError } from '../domain/errors.ts';
import type { App } from '../app.ts';
import type { ImportDeps } from '../importer/run-once.ts';
import type { MailboxJob } from '../importer/mailbox-job.ts';
import type { PlannedFiling } from '../importer/planned-filings.ts';
import type { MailboxReport, RunReport } from '../importer/report.ts';
import type { WaitingCounts } from '../outgoing/deliver-waiting.ts';
import type { CommandContext } from './context.ts';
import { type ExitCode, exitCodeOfFailures, exitCodes } from './exit-codes.ts';
import { count } from './format.ts';
import { indexBehind } from './index-behind.ts';
import { narrowing } from './narrowing.ts';
import { plannedJson } from './planned-table.ts';
import { dryRunOption } from './program.ts';
import { timeFlag } from './time-flag.ts';
import { openWaitingMail, outcomeTeller, type WaitingMail, waitingLines } from './outgoing/waiting-mail.ts';
import { mailboxLine, renderRun } from './run-report.ts';
import { refuseUnlessAllowed } from './with-store.ts';

interface RunFlags {
  readonly once?: boolean;
  readonly connection?: string;
  readonly mailbox?: string;
  readonly since?: string;
  readonly dryRun?: boolean;
}

export function register(run: Command, context: CommandContext): void {
  run
    .option('--once', 'import every enabled mailbox now and exit (for cron)')
    .option('--connection <name>', 'only this connection')
    .option('--mailbox <address>', 'only this mailbox')
    .option('--since <time>', 'also list again from then (30d, 12h, 2026-11-01); the cursor does not move')
    .addOption(dryRunOption())
    .addHelpText('after', about)
    .action((flags: RunFlags) => runMailboxes(flags, context));
}

const about = `
--dry-run imports once into a copy of the store that nobody else sees (on PostgreSQL: page by page, each taken back at
once) and names every mail with what would become of it; with --json in "filings". A copy needs as much room as the
store. Nothing is changed or sent.
-q prints nothing when all went well, also with --dry-run: the exit code says it. --json prints always.

Examples:
  integrator run                                       the service, until Ctrl-C
  integrator run --once -q                             a line of crontab: silent unless something went wrong
  integrator run --once --dry-run                      which mail would come in, and onto which ticket
  integrator run --once --dry-run --since 30d --json   the same for the mail of the last 30 days, for programs
  integrator run --once --since 30d                    brings in older mail, also below import_from`;

async function runMailboxes(flags: RunFlags, context: CommandContext): Promise<void> {
  const loaded = await context.loadConfig();
  const { config } = loaded;
  for (const warning of notBuilt(loaded)) context.output.say(warning);
  await refuseUnlessAllowed(context, 'import.run');
  const service = flags.once !== true && flags.dryRun !== true;
  const sinceMs = sinceOf(flags, service, config.timezone);
  const { mailboxJobs } = await import('../importer/run-once.ts');
  const jobs = mailboxJobs(config, narrowing(flags, config));
  if (jobs.length === 0) throw nothingToDo(config.connections.length);

  const copy = flags.dryRun === true;
  const lock = copy ? null : await holdStore(config.state_dir);
  const { openApp } = await import('../app.ts');
  const app = await openApp({ config, env: context.env, copy, say: copy ? () => {} : context.output.say });
  const waiting = copy ? null : await openWaitingMail(context, app);
  if (lock !== null) await app.store.files.clearLeftovers(app.now());
  try {
    const deps = await importDeps(app, sinceMs);
    if (waiting === null) await rehearseOnce(jobs, deps, context);
    else if (service) await runUntilStopped(jobs, deps, { context, waiting });
    else await runJobsOnce(jobs, deps, { context, deliver: () => waiting.round(flags) });
  } finally {
    waiting?.close();
    await app.close();
    lock?.release();
  }
}

function sinceOf({ since }: RunFlags, service: boolean, timezone: string): number | null {
  if (since === undefined) return null;
  if (service) {
    throw new IntegratorError('usage', '--since goes with --once', { hint: 'integrator run --once --since 30d' });
  }
  return timeFlag('--since', since, timezone);
}

async function holdStore(stateDir: string) {
  const { acquireRunLock } = await import('../store/run-lock.ts');
  return acquireRunLock(stateDir, { pid: process.pid, host: hostname(), since: new Date().toISOString() });
}

async function importDeps({ store, provider, now }: App, sinceMs: number | null): Promise<ImportDeps> {
  const { storePages } = await import('../importer/page-writer.ts');
  return { pages: storePages(store), provider, now, sinceMs, retryAll: true };
}

/** --dry-run: what a run would do, mail by mail. */
async function rehearseOnce(jobs: readonly MailboxJob[], deps: ImportDeps, context: CommandContext): Promise<void> {
  const { dryRunPages } = await import('../importer/page-writer.ts');
  const { PlannedFilings } = await import('../importer/planned-filings.ts');
  const planned = new PlannedFilings();
  const report = await importOnce(jobs, { ...deps, pages: dryRunPages(deps.pages.store), planned }, context);
  const code = exitCodeOfRun(report);
  const filings = planned.list();
  await printRun(context, code, {
    document: { ...report, outbox: nothingWaited, filings: filings.map(plannedJson) },
    report,
    planned: filings,
    further: [],
  });
}

const nothingWaited: WaitingCounts = { done: 0, pending: 0, unsure: 0, dead: 0 };

async function runJobsOnce(
  jobs: readonly MailboxJob[],
  deps: ImportDeps,
  { context, deliver }: { readonly context: CommandContext; readonly deliver: () => Promise<WaitingCounts> },
): Promise<void> {
  const report = await importOnce(jobs, deps, context);
  const outbox = await deliver();
  const someWait = outbox.pending + outbox.unsure + outbox.dead > 0;
  const ofImport = exitCodeOfRun(report);
  const code = ofImport === exitCodes.ok && someWait ? exitCodes.tryAgain : ofImport;
  const further = waitingLines(outbox);
  await printRun(context, code, { document: { ...report, outbox }, report, planned: null, further });
  await indexBehind(deps.pages.store, context.signal).step();
}

async function importOnce(jobs: readonly MailboxJob[], deps: ImportDeps, context: CommandContext): Promise<RunReport> {
  const { runOnce } = await import('../importer/run-once.ts');
  const { RunProgress } = await import('./run-progress.ts');
  const { config } = await context.loadConfig();
  const progress = new RunProgress(context.output, jobs.length);
  const report = await runOnce(
    jobs,
    {
      ...deps,
      onPage: ({ mailbox }, counts) => progress.page(mailbox, counts),
      onMailbox: ({ mailbox }) => progress.mailboxDone(mailbox),
    },
    { concurrency: config.concurrency, signal: context.signal },
  );
  progress.end();
  return report;
}

interface PrintedRun {
  readonly document: unknown;
  readonly report: RunReport;
  readonly planned: readonly PlannedFiling[] | null;
  readonly further: readonly string[];
}

/** cron mails whatever is printed: with --quiet a run is worth words only where something went wrong. */
async function printRun(context: CommandContext, code: ExitCode, run: PrintedRun): Promise<void> {
  const { output } = context;
  context.signal.throwIfAborted();
  const { timezone } = await context.config();
  if (output.json || !output.quiet || code !== exitCodes.ok) {
    const words = { timezone, planned: run.planned };
    output.print(run.document, (page) => [...renderRun(run.report, page, words), ...run.further]);
  }
  context.setExitCode(code);
}

async function runUntilStopped(
  jobs: readonly MailboxJob[],
  deps: ImportDeps,
  { context, waiting }: { readonly context: CommandContext; readonly waiting: WaitingMail },
): Promise<void> {
  const { runService } = await import('../daemon/service.ts');
  const { deliverWaitingMail } = await import('../daemon/deliver-waiting-mail.ts');
  const { systemdNotifier } = await import('../daemon/systemd-notify.ts');
  const { config } = await context.loadConfig();
  const notifier = systemdNotifier(context.env, deps.now);
  const report = await reporter(context, deps.now);
  const index = indexBehind(deps.pages.store, context.signal);
  context.takeOverSignals();
  context.output.say(`importing ${count(jobs.length, 'mailbox', 'mailboxes')} on schedule; stop with Ctrl-C`);
  notifier.ready();
  const onDelivery = await outcomeTeller(context, deps.now);
  const warn = (thrown: unknown) => context.output.warn(`the outbox: ${toIntegratorError(thrown).message}`);
  const outbox = deliverWaitingMail(() => waiting.round({ onDelivery }), warn, context.signal);
  await runService(
    jobs,
    { ...deps, retryAll: false },
    {
      concurrency: config.concurrency,
      signal: context.signal,
      onTurn: () => notifier.alive(),
      onReport: (turn) => {
        report(turn);
        void index.step();
      },
    },
  );
  await outbox;
  await index.step();
  notifier.stopping();
  context.output.say('stopped');
}

/** On a terminal and with --json each turn is a line of output; under a service manager it is a line of the log. */
async function reporter(context: CommandContext, now: () => number): Promise<(report: MailboxReport) => void> {
  const { output } = context;
  const { timezone } = await context.config();
  if (output.json || output.interactive) {
    return (report) => {
      const at = new Date(now()).toISOString();
      output.stream({ at, ...report }, (page) => mailboxLine(report, page, timezone));
    };
  }
  const { createLogger } = await import('../log/logger.ts');
  const logger = await createLogger({ level: output.verbose ? 'debug' : 'info', stream: process.stderr });
  return ({ error, ...report }) => {
    for (const { folder, listed_anew: because } of report.folders) {
      if (because !== null)
        logger.warn('folder listed anew, because its cursor fails', { mailbox: report.mailbox, folder, because });
    }
    const { mailbox, only_mail_since: since } = report;
    if (since !== null) logger.info('no mail yet: import_from is now', { mailbox, only_mail_since: since });
    if (error !== null) logger.error('mailbox failed', { ...report, error });
    else if (report.imported + report.failed > 0) logger.info('mailbox imported', report);
    else logger.debug('mailbox had nothing new', report);
  };
}

function nothingToDo(connections: number): IntegratorError {
  return new IntegratorError('config', 'no mailbox to import: no connection is enabled, or none has mailboxes', {
    hint: connections === 0 ? 'add a connection to integrator.yaml; see integrator.example.yaml' : 'set enabled: true',
  });
}

/**
 * 0 where everything succeeded; the reason's own code where all mailboxes failed for one reason; 75 where some
 * mailboxes or mails failed while the rest succeeded.
 */
export function exitCodeOfRun({ mailboxes, totals }: RunReport): ExitCode {
  const reasons = mailboxes.flatMap(({ error }) => error?.kind ?? []);
  if (reasons.length === 0) return totals.failed === 0 ? exitCodes.ok : exitCodes.tryAgain;
  return exitCodeOfFailures(reasons, mailboxes.length);
}
