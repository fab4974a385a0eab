import { hostname } from 'node:os';
import type { Command } from 'commander';
import { notBuilt } from '../config/not-built.ts';
import { IntegratorError, toIntegratorError } from '../domain/errors.ts';
import type { App } from '../app.ts';
import type { ImportDeps } from '../importer/run-once.ts';
import type { MailboxJob } from '../importer/mailbox-job.ts';
import type { MailboxReport, RunReport } from '../importer/report.ts';
import type { WaitingCounts } from '../outgoing/deliver-waiting.ts';
import type { CommandContext } from './context.ts';
import { type ExitCode, exitCodeOfFailures, exitCodes } from './exit-codes.ts';
import { count } from './format.ts';
import { indexBehind } from './index-behind.ts';
import { narrowing } from './narrowing.ts';
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
    .action((flags: RunFlags) => runMailboxes(flags, context));
}

async function runMailboxes(flags: RunFlags, context: CommandContext): Promise<void> {
  const loaded = await context.loadConfig();
  const { config } = loaded;
  for (const warning of notBuilt(loaded)) context.output.say(warning);
  await refuseUnlessAllowed(context, 'import.run');
  const service = flags.once !== true && flags.dryRun !== true;
  if (service && flags.since !== undefined) {
    throw new IntegratorError('usage', '--since goes with --once', { hint: 'integrator run --once --since 30d' });
  }
  const sinceMs = flags.since === undefined ? null : timeFlag('--since', flags.since, config.timezone);
  const { mailboxJobs } = await import('../importer/run-once.ts');
  const jobs = mailboxJobs(config, narrowing(flags, config));
  if (jobs.length === 0) throw nothingToDo(config.connections.length);

  const { acquireRunLock } = await import('../store/run-lock.ts');
  const since = new Date().toISOString();
  const lock =
    flags.dryRun === true ? null : acquireRunLock(config.state_dir, { pid: process.pid, host: hostname(), since });
  const { openApp } = await import('../app.ts');
  const app = await openApp({ config, env: context.env, say: context.output.say });
  const waiting = await openWaitingMail(context, app);
  if (lock !== null) await app.store.files.clearLeftovers(app.now());
  try {
    const deps = await importDeps(app, sinceMs, flags.dryRun === true);
    const deliver = flags.dryRun === true ? null : () => waiting.round(flags);
    if (service) await runUntilStopped(jobs, deps, { context, waiting });
    else await runJobsOnce(jobs, deps, { context, deliver });
  } finally {
    waiting.close();
    await app.close();
    lock?.release();
  }
}

async function importDeps(app: App, sinceMs: number | null, dryRun: boolean): Promise<ImportDeps> {
  const { discardPages, storePages } = await import('../importer/page-writer.ts');
  const pages = dryRun ? discardPages(app.store) : storePages(app.store);
  return { pages, provider: app.provider, now: app.now, sinceMs, retryAll: true };
}

const nothingWaited: WaitingCounts = { done: 0, pending: 0, unsure: 0, dead: 0 };

async function runJobsOnce(
  jobs: readonly MailboxJob[],
  deps: ImportDeps,
  { context, deliver }: { readonly context: CommandContext; readonly deliver: (() => Promise<WaitingCounts>) | null },
): Promise<void> {
  const { runOnce } = await import('../importer/run-once.ts');
  const { config } = await context.loadConfig();
  let done = 0;
  const report = await runOnce(
    jobs,
    {
      ...deps,
      onMailbox: (mailbox) => {
        done += 1;
        context.output.progress(`${done}/${jobs.length} mailboxes, ${mailbox.mailbox}`);
      },
    },
    { concurrency: config.concurrency, signal: context.signal },
  );
  const dryRun = deliver === null;
  const outbox = dryRun ? nothingWaited : await deliver();
  context.output.progress('');
  context.signal.throwIfAborted();
  const someWait = outbox.pending + outbox.unsure + outbox.dead > 0;
  const ofImport = exitCodeOfRun(report);
  const code = ofImport === exitCodes.ok && someWait ? exitCodes.tryAgain : ofImport;
  // cron mails whatever is printed: with --quiet a run is worth words only where something went wrong.
  if (context.output.json || !context.output.quiet || code !== exitCodes.ok) {
    context.output.print({ ...report, outbox }, (page) => [
      ...renderRun(report, page, { dryRun }),
      ...waitingLines(outbox),
    ]);
  }
  context.setExitCode(code);
  if (!dryRun) await indexBehind(deps.pages.store, context.signal).step();
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
  if (output.json || output.interactive) {
    return (report) => {
      const at = new Date(now()).toISOString();
      output.stream({ at, ...report }, (page) => mailboxLine(report, page));
    };
  }
  const { createLogger } = await import('../log/logger.ts');
  const logger = await createLogger({ level: output.verbose ? 'debug' : 'info', stream: process.stderr });
  return ({ error, ...report }) => {
    for (const { folder, listed_anew: because } of report.folders) {
      if (because !== null)
        logger.warn('folder listed anew, because its cursor fails', { mailbox: report.mailbox, folder, because });
    }
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
