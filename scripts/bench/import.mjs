// Import against the floor, requests per mail, idle polls.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runProcess, startSandboxProcess } from './processes.mjs';

const concurrency = 8;

/** Rows of the table: what, figure, target. */
export async function benchImport({ mailboxes = 20, messages = 1000 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-bench-'));
  const { sandbox, stop } = await startSandboxProcess({ mailboxes, messages });
  try {
    const floor = await runProcess('floor-process.mjs', { sandbox, concurrency, stateDir: join(directory, 'floor') });
    const floorWithFiles = await runProcess('floor-process.mjs', {
      sandbox,
      concurrency,
      stateDir: join(directory, 'floor-files'),
      attachments: true,
    });
    const configFile = writeConfig(directory, sandbox);
    const argument = { configFile, secret: sandbox.clientSecret };
    const first = await runProcess('import-process.mjs', argument);
    const idle = await runProcess('import-process.mjs', argument);
    expectAll(first, mailboxes * messages);
    const plain = await benchRequests(directory);
    return [
      cpuRow(first, floor, 'CPU against the floor, which fetches no attachments'),
      cpuRow(first, floorWithFiles, 'CPU against the floor that fetches and keeps the attachments too'),
      {
        what: 'import: peak memory in MB',
        figure: first.peakMb,
        target: 250,
        detail: `floor ${Math.round(floor.peakMb)}`,
      },
      { what: 'Graph requests per 1,000 mails without attachments', figure: plain, target: 12 },
      { what: 'requests of an idle poll, per folder', figure: idle.requests / mailboxes, target: 1 },
    ];
  } finally {
    stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function cpuRow(ours, floor, what) {
  return {
    what: `import of ${ours.imported} mails, a tenth with attachments: ${what}`,
    figure: ours.cpuMs / floor.cpuMs,
    target: 1.6,
    detail: `${(ours.cpuMs / ours.imported).toFixed(2)} against ${(floor.cpuMs / floor.imported).toFixed(2)} ms per mail`,
  };
}

async function benchRequests(directory) {
  const { sandbox, stop } = await startSandboxProcess({ mailboxes: 2, messages: 1000, attachmentEvery: 0 });
  try {
    const configFile = writeConfig(join(directory), sandbox, 'requests');
    const run = await runProcess('import-process.mjs', { configFile, secret: sandbox.clientSecret });
    expectAll(run, 2000);
    return (run.requests * 1000) / run.imported;
  } finally {
    stop();
  }
}

export function expectAll({ imported, error }, expected) {
  if (error !== null) throw new Error(error.message);
  if (imported !== expected) throw new Error(`${imported} mails were imported instead of ${expected}`);
}

/** Every mailbox of the sandbox since 2000, over Graph unless told otherwise; the file's path. */
export function writeConfig(directory, sandbox, name = 'import', more = {}) {
  const caFile = join(directory, `${name}-ca.pem`);
  writeFileSync(caFile, sandbox.caPem);
  const file = join(directory, `${name}.yaml`);
  const config = {
    state_dir: `./state-${name}`,
    concurrency,
    agents: [{ id: 'ann' }],
    connections: [
      {
        name: 'bench',
        type: 'graph',
        auth: 'application',
        tenant_id: sandbox.tenantId,
        client_id: sandbox.clientId,
        client_secret: { env: 'SANDBOX_SECRET' },
        endpoints: { authority: sandbox.authority, graph: sandbox.graph, ews: sandbox.ews, ca_file: caFile },
        ...more,
        mailboxes: sandbox.addresses.map((address) => ({ address, agent: 'ann', import_from: '2000-01-01' })),
      },
    ],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}
