// Import against the floor, requests per mail, idle polls.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { median } from './median.mjs';
import { runProcess, startSandboxProcess } from './processes.mjs';

const concurrency = 8;

/** Others use the machine too: floors and import take turns, and the median of the ratios counts. */
const turns = 3;

/** Rows of the table: what, figure, target. */
export async function benchImport({ mailboxes = 20, messages = 1000 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-bench-'));
  const { sandbox, stop } = await startSandboxProcess({ mailboxes, messages });
  try {
    const measured = [];
    for (let turn = 0; turn < turns; turn += 1) measured.push(await takeTurn(directory, sandbox, turn));
    for (const { first } of measured) expectAll(first, mailboxes * messages);
    const plain = await benchRequests(directory);
    const { idle } = measured[0];
    return [
      cpuRow(measured, 'floor', 'CPU against the floor, which fetches no attachments'),
      cpuRow(measured, 'floorWithFiles', 'CPU against the floor that fetches and keeps the attachments too'),
      {
        what: 'import: peak memory in MB',
        figure: Math.max(...measured.map(({ first }) => first.peakMb)),
        target: 250,
        detail: `floor ${Math.round(Math.max(...measured.map(({ floor }) => floor.peakMb)))}`,
      },
      { what: 'Graph requests per 1,000 mails without attachments', figure: plain, target: 12 },
      { what: 'requests of an idle poll, per folder', figure: idle.requests / mailboxes, target: 1 },
    ];
  } finally {
    stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The floors, the import and a poll after it, in a fresh state each. */
async function takeTurn(directory, sandbox, turn) {
  const place = join(directory, `turn-${turn}`);
  mkdirSync(place);
  const bare = { sandbox, concurrency, stateDir: join(place, 'floor') };
  const floor = await runProcess('floor-process.mjs', bare);
  const withFiles = { ...bare, stateDir: join(place, 'floor-files'), attachments: true };
  const floorWithFiles = await runProcess('floor-process.mjs', withFiles);
  const argument = { configFile: writeConfig(place, sandbox), secret: sandbox.clientSecret };
  const first = await runProcess('import-process.mjs', argument);
  const idle = await runProcess('import-process.mjs', argument);
  rmSync(place, { recursive: true });
  return { floor, floorWithFiles, first, idle };
}

function cpuRow(measured, floorName, what) {
  const ratios = measured.map((turn) => turn.first.cpuMs / turn[floorName].cpuMs);
  const perMail = (of) => (median(measured.map(of)) / measured[0].first.imported).toFixed(2);
  const ours = perMail(({ first }) => first.cpuMs);
  const parts = `${perMail(({ first }) => first.systemMs)} in the system, ${perMail(({ idle }) => idle.cpuMs)} to start and poll`;
  return {
    what: `import of ${measured[0].first.imported} mails, a tenth with attachments: ${what}`,
    figure: median(ratios),
    target: 1.6,
    detail: `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}; ${ours} (${parts}) against ${perMail((turn) => turn[floorName].cpuMs)} ms per mail`,
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
