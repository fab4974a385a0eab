// Whole commands against an empty node process. They take turns, so that what else the machine does hits all alike.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { commitPage } from '../../dist/filing/commit-page.js';
import { prepareMail } from '../../dist/filing/prepared-mail.js';
import { openStore } from '../../dist/store/store.js';
import { context, mailbox, mailOf, pageOf } from './mails.mjs';
import { median } from './median.mjs';

const program = fileURLToPath(new URL('../../bin/integrator.js', import.meta.url));
const rounds = 21;

export async function benchStartup() {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-bench-'));
  try {
    const config = await writeStore(directory);
    const commands = {
      node: ['-e', '0'],
      version: [program, '--version'],
      list: [program, 'inbox', 'list', '--config', config],
    };
    const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
    // The first command after a change of the configuration checks it; those after it are what people wait for.
    const env = { ...process.env, XDG_CACHE_HOME: join(directory, 'cache') };
    const first = timeOf(commands.list, env);
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, args] of Object.entries(commands)) times[name].push(timeOf(args, env));
    }
    const [node, version, list] = ['node', 'version', 'list'].map((name) => median(times[name]));
    const against = (ms) => `${ms.toFixed(0)} against ${node.toFixed(0)} ms`;
    return [
      { what: 'integrator --version against node -e 0', figure: version / node, target: 1.5, detail: against(version) },
      {
        what: 'inbox list against node -e 0',
        figure: list / node,
        target: 4,
        detail: `${against(list)}; the first one ${first.toFixed(0)}`,
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function timeOf(args, env) {
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  const ms = performance.now() - before;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}

/** A store with a page of mail in My Inbox. */
async function writeStore(directory) {
  const store = await openStore({ stateDir: join(directory, 'state'), url: 'sqlite' });
  const mails = Array.from({ length: 100 }, (_, index) =>
    prepareMail(mailOf(index, { from: 'dana@northwind.example', subject: `Order ${index}` })),
  );
  await store.write((trx) => commitPage(trx, context, pageOf(mails)));
  await store.close();
  const file = join(directory, 'integrator.yaml');
  const connection = {
    name: 'bench',
    type: 'graph',
    auth: 'application',
    tenant_id: '6f0c1e0a-0000-4000-8000-000000000001',
    client_id: '6f0c1e0a-0000-4000-8000-000000000002',
    client_secret: { env: 'BENCH_SECRET' },
    mailboxes: [{ address: mailbox, agent: 'ann' }],
  };
  const config = { state_dir: './state', agents: [{ id: 'ann' }], connections: [connection] };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}
