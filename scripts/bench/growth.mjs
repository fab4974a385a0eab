// The same commands on 18, 500 and 2,000 mailboxes, and on 10,000 and 100,000 stored mails: their cost may grow with
// the number, never with its square. CPU of whole processes, as a person or cron starts them.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { insertItems, insertPlacements } from '../../dist/store/items.js';
import { insertMessages } from '../../dist/store/messages.js';
import { openStore } from '../../dist/store/store.js';
import { message } from './inbox.mjs';
import { median } from './median.mjs';
import { startSandboxProcess } from './processes.mjs';

const sizes = [18, 500, 2_000];
const stored = [10_000, 100_000];
const runs = 3;
const program = fileURLToPath(new URL('../../bin/integrator.js', import.meta.url));
const hook = new URL('usage-at-exit.mjs', import.meta.url).href;

const commands = { 'config check': ['config', 'check'], 'inbox list': ['inbox', 'list'], status: ['status'] };
const idle = 'run --once, idle';

/** Rows of the table: what, figure, target. */
export async function benchGrowth() {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-bench-growth-'));
  const { sandbox, stop } = await startSandboxProcess({ mailboxes: sizes.at(-1), messages: 0 });
  try {
    writeFileSync(join(directory, 'ca.pem'), sandbox.caPem);
    const figures = new Map();
    for (const mails of stored) {
      const full = await fill(join(directory, `full-${mails}`), mails);
      for (const size of sizes) await measureAll(figures, prepare(directory, { full, mails, size, sandbox }));
    }
    printTable(figures);
    return rowsOf(figures);
  } finally {
    stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureAll(figures, place) {
  const { size, mails } = place;
  for (const [name, args] of Object.entries(commands)) {
    figures.set(`${name} ${size} ${mails}`, await measure(place, args, runs));
  }
  // An idle run of many mailboxes takes long, and stored mail costs it the same with fewer.
  if (mails > stored[0] && size > sizes[1]) return;
  // The first run makes the cursors; the second finds nothing new.
  await measure(place, ['run', '--once'], 1);
  figures.set(`${idle} ${size} ${mails}`, await measure(place, ['run', '--once'], 1));
}

function rowsOf(figures) {
  const cpu = (name, size, mails) => figures.get(`${name} ${size} ${mails}`).cpuMs;
  const [few, some, many] = sizes;
  const [little, much] = stored;
  const ratio = (what, target, [over, under]) => ({
    what,
    target,
    figure: over / under,
    detail: `${over.toFixed(0)} ms / ${under.toFixed(0)} ms`,
  });
  return [
    ratio(`CPU of inbox list, ${many} mailboxes against ${few}`, 3, [
      cpu('inbox list', many, little),
      cpu('inbox list', few, little),
    ]),
    ratio(`CPU of inbox list, ${much} mails against ${little}`, 2, [
      cpu('inbox list', many, much),
      cpu('inbox list', many, little),
    ]),
    // Four times the mailboxes: linear is 4 at most, a square 16.
    ...['config check', 'status', idle].map((name) =>
      ratio(`CPU of ${name}, ${many} mailboxes against ${some}`, 5, [cpu(name, many, little), cpu(name, some, little)]),
    ),
    // Ten times the mail: it is counted, and no more.
    ratio(`CPU of status, ${much} mails against ${little}`, 10, [
      cpu('status', many, much),
      cpu('status', many, little),
    ]),
    ratio(`CPU of ${idle}, ${much} mails against ${little}`, 2, [cpu(idle, some, much), cpu(idle, some, little)]),
  ];
}

function printTable(figures) {
  console.log(
    `\n${'command'.padEnd(20)}${'mailboxes'.padStart(10)}${'mails'.padStart(10)}${'CPU ms'.padStart(10)}${'peak MB'.padStart(10)}`,
  );
  const names = [...Object.keys(commands), idle];
  const keys = names.flatMap((name) => stored.flatMap((mails) => sizes.map((size) => ({ name, mails, size }))));
  for (const { name, mails, size } of keys) {
    const usage = figures.get(`${name} ${size} ${mails}`);
    if (usage === undefined) continue;
    const numbers = [size, mails, usage.cpuMs.toFixed(0), usage.peakMb.toFixed(0)];
    console.log(`${name.padEnd(20)}${numbers.map((each) => String(each).padStart(10)).join('')}`);
  }
  console.log('');
}

/** A configuration of so many mailboxes, each its own agent's, on a copy of the store with the mail spread over them. */
function prepare(directory, { full, mails, size, sandbox }) {
  const home = join(directory, `${size}-${mails}`);
  mkdirSync(join(home, 'state'), { recursive: true });
  copyFileSync(full, join(home, 'state', 'integrator.db'));
  const db = new Database(join(home, 'state', 'integrator.db'));
  for (const [table, id] of [
    ['item', 'id'],
    ['placement', 'item_id'],
  ]) {
    db.exec(`update ${table} set mailbox = 'agent' || (${id} % ${size}) || '@contoso.test'`);
  }
  db.close();
  const agents = sandbox.addresses.slice(0, size).map((email, n) => ({ id: `agent${n}`, name: `Agent ${n}`, email }));
  const { authority, graph } = sandbox;
  const connection = {
    name: 'contoso',
    type: 'graph',
    auth: 'application',
    tenant_id: sandbox.tenantId,
    client_id: sandbox.clientId,
    client_secret: { env: 'BENCH_SECRET' },
    endpoints: { authority, graph, ca_file: join(directory, 'ca.pem') },
    mailboxes: agents.map(({ id, email }) => ({ address: email, agent: id })),
  };
  const config = join(home, 'integrator.json');
  writeFileSync(config, JSON.stringify({ state_dir: './state', agents, connections: [connection] }), { mode: 0o600 });
  const env = {
    ...process.env,
    BENCH_SECRET: sandbox.clientSecret,
    BENCH_USAGE: join(home, 'usage.json'),
    XDG_CACHE_HOME: join(home, 'cache'),
  };
  return { size, mails, config, env };
}

/** The median by CPU; the first of several runs checks the configuration, which is kept for the others. */
async function measure({ config, env }, args, times) {
  const usages = [];
  for (let n = 0; n < (times === 1 ? 1 : times + 1); n += 1) {
    await command([...args, '--config', config, '-q'], env);
    usages.push(JSON.parse(readFileSync(env.BENCH_USAGE, 'utf8')));
  }
  const counted = times === 1 ? usages : usages.slice(1);
  const cpuMs = median(counted.map((usage) => usage.cpuMs));
  return counted.find((usage) => usage.cpuMs === cpuMs);
}

/** Not spawnSync: the sandbox's messages have to be read meanwhile. */
function command(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', hook, program, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr.on('data', (part) => (words += part));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${args.join(' ')} ended with ${code}: ${words.slice(0, 500)}`));
    });
  });
}

/** A store with so many mails, one in twenty waiting in My Inbox; gives the file. */
async function fill(stateDir, mails) {
  const store = await openStore({ stateDir, url: 'sqlite' });
  for (let from = 0; from < mails; from += 2_000) {
    const numbers = Array.from({ length: 2_000 }, (_, n) => from + n);
    await store.write((trx) => fillPart(trx, numbers));
  }
  await store.close();
  return join(stateDir, 'integrator.db');
}

const mailbox = 'agent0@contoso.test';

async function fillPart(trx, numbers) {
  const mails = numbers.map((n) => {
    const { content, ...rest } = message(n);
    return { ...rest, content: { ...content, body: `<p>${content.body.slice(0, 300)}</p>` } };
  });
  const ids = await insertMessages(trx, mails);
  const messageIds = mails.map(({ row }) => ids.get(row.identity));
  const itemIds = await insertItems(
    trx,
    mails.map(({ row }, at) => itemOf(row, messageIds[at], numbers[at] % 20 === 0)),
  );
  await insertPlacements(
    trx,
    messageIds.map((message_id) => ({
      item_id: itemIds.get(message_id),
      message_id,
      mailbox,
      folder: 'Inbox',
      provider_id: `AAMk${message_id}`,
      duplicate: 0,
      seen_at: 1,
    })),
  );
}

function itemOf(row, message_id, waits) {
  return {
    message_id,
    connection: 'contoso',
    mailbox,
    sent: 0,
    state: waits ? 'inbox' : 'filed',
    reason: waits ? 'unmatched' : null,
    ticket_id: waits ? null : `OPP-${message_id % 1000}`,
    note_id: null,
    filed_by: waits ? null : 'rule',
    decision_json: JSON.stringify({ decision: { kind: 'inbox', reason: 'unmatched' }, steps: [] }),
    decided_at: row.received_at,
    received_at: row.received_at,
  };
}
