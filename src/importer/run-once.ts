import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { Config, Connection, MailboxConfig } from '../config/schema.ts';
import { mailboxContext } from '../filing/mailbox-context.ts';
import { organisationOf } from '../filing/organisation.ts';
import type { Organisation } from '../filing/organisation.ts';
import type { MailProvider } from '../mail/provider.ts';
import { importMailbox } from './import-mailbox.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { runReport } from './report.ts';
import type { MailboxReport, RunReport } from './report.ts';
import { RunTally } from './run-tally.ts';

export interface ImportDeps extends Omit<ImportMailboxDeps, 'reader' | 'tally'> {
  /** One provider per connection, made when first asked for. Throws `config` and the like for that connection only. */
  readonly provider: (connection: Connection) => Promise<MailProvider>;
  /** Told as soon as a mailbox is done. */
  readonly onMailbox?: (report: MailboxReport) => void;
}

/** The mailboxes of enabled connections, narrowed to one connection or one mailbox where asked. */
export function mailboxJobs(
  config: Config,
  only: { readonly connection?: string | undefined; readonly mailbox?: string | undefined } = {},
): MailboxJob[] {
  const organisation = organisationOf(config);
  return config.connections
    .filter((each) => each.enabled && (only.connection === undefined || each.name === only.connection))
    .flatMap((connection) =>
      connection.mailboxes
        .filter((each) => only.mailbox === undefined || each.address === only.mailbox)
        .map((mailbox) => mailboxJob({ config, organisation }, connection, mailbox)),
    );
}

function mailboxJob(
  { config, organisation }: { readonly config: Config; readonly organisation: Organisation },
  connection: Connection,
  mailbox: MailboxConfig,
): MailboxJob {
  return { connection, mailbox, context: mailboxContext(organisation, connection, mailbox), timezone: config.timezone };
}

/** Imports these mailboxes side by side, at most `concurrency` at a time; a broken one delays none of the others. */
export async function runOnce(
  jobs: readonly MailboxJob[],
  deps: ImportDeps,
  options: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<RunReport> {
  const startedAtMs = deps.now();
  // Every mailbox listens to the one signal; that many listeners are no leak.
  setMaxListeners(0, options.signal);
  const limit = pLimit(options.concurrency);
  const tally = new RunTally();
  const reports = await Promise.all(
    jobs.map((job) =>
      limit(async () => {
        const report = await turnOf(job, deps, tally, options.signal);
        deps.onMailbox?.(report);
        return report;
      }),
    ),
  );
  const corrected = reports.map((report) => tally.corrected(report));
  return runReport(startedAtMs, deps.now(), corrected);
}

/** One turn of one mailbox. */
export async function importJob(job: MailboxJob, deps: ImportDeps, signal: AbortSignal): Promise<MailboxReport> {
  const tally = new RunTally();
  return tally.corrected(await turnOf(job, deps, tally, signal));
}

function turnOf(job: MailboxJob, deps: ImportDeps, tally: RunTally, signal: AbortSignal): Promise<MailboxReport> {
  const { address, user } = job.mailbox;
  const openReader = async () => (await deps.provider(job.connection)).reader({ address, user });
  return importMailbox(job, { ...deps, openReader, tally }, signal);
}
