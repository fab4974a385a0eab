import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { dryRunPages, storePages } from '../../src/importer/page-writer.ts';
import type { PlannedFilings } from '../../src/importer/planned-filings.ts';
import { mailboxJobs, runOnce } from '../../src/importer/run-once.ts';
import type { RunReport } from '../../src/importer/report.ts';
import type { MailboxReader } from '../../src/mail/provider.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ensureContact } from '../../src/store/contacts.ts';
import { ensureClient } from '../../src/store/clients.ts';
import { openStore } from '../../src/store/store.ts';
import { createTicket } from '../../src/store/tickets.ts';

/** A sandbox, a configuration that points at it, and the wired program: everything but the command line. */
export interface Office {
  readonly sandbox: Sandbox;
  readonly config: Config;
  readonly app: App;
  readonly directory: string;
  readonly env: Record<string, string>;
  run(options?: RunOptions): Promise<RunReport>;
  ticket(ticket: SimpleTicket): Promise<string>;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly sinceMs?: number;
  readonly signal?: AbortSignal;
  readonly retryAll?: boolean;
  readonly dryRun?: boolean;
  /** Of another App than the office's own: the program after a restart. */
  readonly provider?: App['provider'];
  readonly planned?: PlannedFilings;
  /** Stands between the importer and the mailboxes. */
  readonly reader?: (reader: MailboxReader) => MailboxReader;
}

export interface SimpleTicket {
  readonly summary: string;
  readonly contacts: readonly string[];
  readonly use?: 'opportunity' | 'project' | 'incident';
  readonly type?: string;
  readonly open?: boolean;
  readonly units?: readonly string[];
}

export interface OfficeOptions {
  /** Over the connection's defaults. */
  readonly connection?: Record<string, unknown>;
  /** Over the top level's defaults. */
  readonly config?: Record<string, unknown>;
  readonly mailboxes?: readonly Record<string, unknown>[];
  /** By our own clock. */
  readonly now?: () => number;
}

export const ann = 'ann@contoso.test';
export const ben = 'ben@contoso.test';

/** Ann's and Ben's mailboxes, unless told otherwise; everything since 2000 is imported. */
export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const sandbox = await startSandbox({ world: 'empty' });
  const directory = mkdtempSync(join(tmpdir(), 'integrator-office-'));
  for (const [address, displayName] of [
    [ann, 'Ann Archer'],
    [ben, 'Ben Baker'],
  ] as const) {
    sandbox.world.addMailbox({ address, displayName, kind: 'user' });
  }
  const env = { SANDBOX_SECRET: sandbox.clientSecret };
  const { config } = await loadConfig({ path: writeConfig(directory, sandbox, options), env, cwd: directory });
  const app = await openApp({ config, env, ...(options.now === undefined ? {} : { now: options.now }) });
  return {
    sandbox,
    config,
    app,
    directory,
    env,
    run: (run = {}) => runOffice(app, run),
    ticket: (ticket) => addTicket(app, ticket),
    close: async () => {
      await app.close();
      await sandbox.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function runOffice(app: App, run: RunOptions): Promise<RunReport> {
  const { config } = app;
  const { planned, signal = new AbortController().signal } = run;
  const place = { stateDir: config.state_dir, url: config.store };
  const copy = run.dryRun === true ? await openStore({ ...place, copy: true }) : null;
  try {
    return await runOnce(
      mailboxJobs(config),
      {
        pages: copy === null ? storePages(app.store) : dryRunPages(copy),
        provider: throughReader(run.provider ?? app.provider, run.reader),
        now: app.now,
        sinceMs: run.sinceMs ?? null,
        retryAll: run.retryAll ?? true,
        planned,
      },
      { concurrency: config.concurrency, signal },
    );
  } finally {
    await copy?.close();
  }
}

function throughReader(open: App['provider'], between: RunOptions['reader']): App['provider'] {
  if (between === undefined) return open;
  return async (connection) => {
    const provider = await open(connection);
    return { reader: (mailbox) => between(provider.reader(mailbox)), close: () => provider.close() };
  };
}

/** Writes integrator.yaml for this sandbox and returns its path. */
export function writeConfig(directory: string, sandbox: Sandbox, options: OfficeOptions = {}): string {
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, sandbox.caPem);
  const file = join(directory, 'integrator.yaml');
  const mailboxes = options.mailboxes ?? [
    { address: ann, agent: 'ann' },
    { address: ben, agent: 'ben' },
  ];
  writeFileSync(
    file,
    stringify({
      state_dir: './state',
      timezone: 'UTC',
      agents: [
        { id: 'ann', name: 'Ann Archer', email: ann },
        { id: 'ben', name: 'Ben Baker', email: ben },
        { id: 'root', name: 'Rhoda Root', role: 'administrator' },
      ],
      connections: [
        {
          name: 'contoso',
          type: 'graph',
          auth: 'application',
          tenant_id: sandbox.tenantId,
          client_id: sandbox.clientId,
          client_secret: { env: 'SANDBOX_SECRET' },
          endpoints: { authority: sandbox.authority, graph: sandbox.graph, ews: sandbox.ews, ca_file: caFile },
          ...options.connection,
          mailboxes: mailboxes.map((mailbox) => ({ import_from: '2000-01-01', ...mailbox })),
        },
      ],
      ...options.config,
    }),
    { mode: 0o600 },
  );
  return file;
}

async function addTicket({ store, now }: App, ticket: SimpleTicket): Promise<string> {
  return store.write(async (trx) => {
    const clientId = await ensureClient(trx, { name: 'Acme', domains: [], atMs: now() });
    const contactIds: number[] = [];
    for (const address of ticket.contacts) contactIds.push(await ensureContact(trx, { address, name: '', clientId }));
    const use = ticket.use ?? 'opportunity';
    return createTicket(trx, {
      use,
      type: ticket.type ?? { opportunity: 'Opportunity', project: 'Project', incident: 'Incident' }[use],
      summary: ticket.summary,
      clientId,
      contactIds,
      ...(ticket.open === undefined ? {} : { open: ticket.open }),
      ...(ticket.units === undefined ? {} : { units: ticket.units }),
      atMs: now(),
    });
  });
}
