// A sandbox in this process, a configuration that points at it, and the real program as child processes.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeldDatabase } from '../../dist/store/held-database.js';
import { stringify } from 'yaml';

const bin = fileURLToPath(new URL('../../bin/integrator.js', import.meta.url));
const dist = new URL('../../dist/', import.meta.url);
export const customer = 'bob@acme.example';

export async function openOffice(people) {
  const { startSandbox } = await import(new URL('sandbox/sandbox.js', dist).href);
  const sandbox = await startSandbox({ world: 'empty' });
  const directory = mkdtempSync(join(tmpdir(), 'integrator-kill-'));
  const agents = Array.from({ length: people }, (_, index) => `a${index + 1}`);
  for (const id of agents) sandbox.world.addMailbox({ address: addressOf(id), displayName: id, kind: 'user' });
  writeFileSync(join(directory, 'ca.pem'), sandbox.caPem);
  writeFileSync(join(directory, 'body.txt'), 'Dear Bob,\nten.\n');
  writeFileSync(join(directory, 'integrator.yaml'), stringify(configOf(sandbox, agents)), { mode: 0o600 });
  const office = { sandbox, directory, agents, start: (...args) => start(directory, sandbox, args) };
  const made = await office.start('ticket', 'new', '--use', 'opportunity', '--summary', 'Many', '--contact', customer)
    .end;
  if (made.code !== 0) throw new Error(made.stderr);
  const database = new HeldDatabase(join(directory, 'state', 'integrator.db'), { readonly: true });
  return {
    ...office,
    rows: rowReader(database),
    actions: () => database.prepare("select count(*) as n from action where direction = 'out'").get().n,
    close: async () => {
      database.close();
      await sandbox.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function addressOf(agent) {
  return `${agent}@contoso.test`;
}

function configOf(sandbox, agents) {
  return {
    state_dir: './state',
    timezone: 'UTC',
    agents: agents.map((id) => ({ id, name: id.toUpperCase(), email: addressOf(id) })),
    connections: [
      {
        name: 'contoso',
        type: 'graph',
        auth: 'application',
        tenant_id: sandbox.tenantId,
        client_id: sandbox.clientId,
        client_secret: { env: 'SANDBOX_SECRET' },
        endpoints: { authority: sandbox.authority, graph: sandbox.graph, ca_file: join('.', 'ca.pem') },
        import_sent_items: true,
        mailboxes: agents.map((id) => ({ address: addressOf(id), agent: id, import_from: '2000-01-01' })),
      },
    ],
    outgoing: { max_per_minute: 10_000 },
  };
}

/** A command of the real program; `kill` is SIGKILL, which nothing in the program can see coming. */
function start(cwd, sandbox, args) {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', SANDBOX_SECRET: sandbox.clientSecret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => (texts.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk) => (texts.stderr += chunk));
  let running = true;
  const end = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running = false;
      resolve({ code, signal, ...texts });
    });
  });
  return { end, isRunning: () => running, kill: () => child.kill('SIGKILL') };
}

function rowReader(database) {
  const bySubject = database.prepare("select * from outbox where json_extract(payload_json, '$.subject') = ?");
  return {
    of: (subject) => {
      const row = bySubject.get(subject);
      return row === undefined ? null : { id: row.id, state: row.state, step: JSON.parse(row.payload_json).step };
    },
    states: () => database.prepare('select state, count(*) as n from outbox group by state').all(),
  };
}
