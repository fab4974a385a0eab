import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import type { Actor } from '../domain/policy.ts';
import type { RunReport } from '../importer/report.ts';
import type { CommandContext } from './context.ts';
import type { Demo } from './demo/prepare.ts';

export function register(demo: Command, context: CommandContext): void {
  demo
    .option('--incident', 'the story of a security incident: notify business units, track answers, reply, export')
    .action((flags: { readonly incident?: boolean }) =>
      flags.incident === true ? runIncident(context) : runDemo(context),
    );
}

async function runIncident(context: CommandContext): Promise<void> {
  const { runIncidentDemo } = await import('./demo/incident.ts');
  await runIncidentDemo(context, { importTickets: importSampleTickets, importMail, invocation: invocation(context) });
}

/** The whole product on the bundled sandbox: set up, sign in, import tickets and mail, say what came of it. */
async function runDemo(context: CommandContext): Promise<void> {
  const { startSandbox } = await import('../sandbox/sandbox.ts');
  const { prepareDemo } = await import('./demo/prepare.ts');
  const { output } = context;
  output.progress('starting the Microsoft 365 sandbox');
  const sandbox = await startSandbox({ world: 'sample' });
  try {
    const files = prepareDemo(resolve(context.cwd, 'demo'), sandbox);
    const { loadConfig } = await import('../config/load.ts');
    const { config } = await loadConfig({ path: files.config, env: {}, cwd: files.directory });
    const { signInToSandbox } = await import('./demo/sign-in.ts');
    output.progress('signing in');
    const account = await signInToSandbox(config, sandbox, context);
    await importAndReport({ files, config, sandbox, account }, context);
  } finally {
    output.progress('');
    await sandbox.close();
  }
}

async function importAndReport(demo: Demo, context: CommandContext): Promise<void> {
  const { openApp } = await import('../app.ts');
  const { summarize, renderSummary } = await import('./demo/summary.ts');
  const app = await openApp({ config: demo.config, env: {} });
  try {
    context.output.progress('importing tickets');
    const actor: Actor = { kind: 'operator', unixUser: context.unixUser };
    await importSampleTickets(demo, app, actor);
    context.output.progress('importing mail');
    const report = await importMail(app, context.signal);
    context.output.progress('');
    const summary = await summarize({
      app,
      actor,
      account: demo.account,
      report,
      changedMailboxes: demo.sandbox.mutations(),
    });
    context.output.print(summary, (page) => renderSummary(summary, page, invocation(context)));
  } finally {
    await app.close();
  }
}

async function importSampleTickets(
  { files, config }: Pick<Demo, 'files' | 'config'>,
  { store, now }: App,
  actor: Actor,
): Promise<void> {
  const { openCsv } = await import('../content/csv-source.ts');
  const { importCsv } = await import('../tickets/local/import/import-csv.ts');
  const { clientRows } = await import('../tickets/local/import/client-rows.ts');
  const { ticketRows } = await import('../tickets/local/import/ticket-rows.ts');
  const { editBasis } = await import('./ticketing/edit-store.ts');
  const edit = { ...editBasis(config, actor), nowMs: now() };
  for (const [file, importer] of [
    [files.clients, clientRows],
    [files.tickets, ticketRows],
  ] as const) {
    const source = await openCsv(file, process.stdin);
    await importCsv({ store, source, importer, edit, dryRun: false, onRow: () => {} });
  }
}

async function importMail(app: App, signal: AbortSignal): Promise<RunReport> {
  const { mailboxJobs, runOnce } = await import('../importer/run-once.ts');
  const { storePages } = await import('../importer/page-writer.ts');
  const deps = { pages: storePages(app.store), provider: app.provider, now: app.now, sinceMs: null, retryAll: true };
  const options = { concurrency: app.config.concurrency, signal };
  const report = await runOnce(mailboxJobs(app.config), deps, options);
  signal.throwIfAborted();
  return report;
}

/** How the person who ran the demo can type the next command. */
function invocation({ env }: CommandContext): string {
  return env['npm_lifecycle_event'] === undefined ? 'integrator' : './bin/integrator.js';
}
