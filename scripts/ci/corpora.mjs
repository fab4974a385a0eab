// Real mail, served by `sandbox --eml`, must all be imported, each once, none lost; a second run must find nothing new.
// Says so and ends well where the corpora are absent.
import { spawn, spawnSync } from 'node:child_process';
import Database from 'better-sqlite3';
import { Agent, fetch } from 'undici';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  cpSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const root = fileURLToPath(new URL('../..', import.meta.url));
const corpora = join(root, '..', 'shared', 'corpora');
const cli = join(root, 'bin', 'integrator.js');
const sets = ['notmuch', 'mailparser', 'postal-mime', 'spamassassin', 'mu', 'mikel-mail', 'sisimai-bounces'];

if (!existsSync(corpora)) {
  console.log('corpora: not here, this check was left out');
  process.exit(0);
}
const directory = mkdtempSync(join(tmpdir(), 'integrator-corpora-'));
let failedSets = 0;
try {
  for (const set of sets) failedSets += await checkSet(set);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
console.log(`${sets.length - failedSets} passed, ${failedSets} failed`);
process.exitCode = failedSets === 0 ? 0 : 1;

async function checkSet(set) {
  const work = join(directory, set);
  const eml = join(work, 'eml');
  const files = copyMail(join(corpora, set), eml);
  const sandbox = spawn(process.execPath, [cli, 'sandbox', '--eml', eml, '--json'], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const served = await description(work);
    writeConfig(work, served);
    const first = run(work);
    const second = run(work);
    return judge(set, { files, served, first, second, attachments: await attachmentsOf(work, served) });
  } finally {
    sandbox.kill('SIGTERM');
  }
}

/** Every .eml file (and the files of a maildir) goes into a folder of its own origin's name. */
function copyMail(from, to) {
  const files = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => isMail(file));
  for (const [index, file] of files.entries()) {
    const folder =
      relative(from, join(file, '..'))
        .replaceAll(/[^A-Za-z0-9]+/g, '-')
        .replaceAll(/^-+|-+$/g, '') || 'root';
    mkdirSync(join(to, folder), { recursive: true });
    cpSync(file, join(to, folder, `${index}.eml`));
  }
  return files;
}

function isMail(file) {
  if (file.endsWith('.eml')) return true;
  const path = file.split(/[\\/]/);
  if (path.includes('cur') || path.includes('new')) return true;
  if (/\.(md|txt|upstream|rb|gitattributes)$/.test(file) || path.at(-1).startsWith('SOURCE')) return false;
  return (
    statSync(file).size > 0 &&
    /^[A-Za-z-]+:/m.test(readFileSync(file, 'latin1').slice(0, 2000)) &&
    !/\.(gif|jpg|pdf|png|tiff|zip)$/.test(file)
  );
}

async function description(work) {
  const file = join(work, 'sandbox.json');
  for (let tries = 0; tries < 300; tries += 1) {
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
    await sleep(100);
  }
  throw new Error('the sandbox did not start');
}

function writeConfig(work, served) {
  const mailboxes = served.accounts.filter((account) => account.items > 0);
  writeFileSync(
    join(work, 'integrator.yaml'),
    JSON.stringify({
      state_dir: './state',
      agents: [{ id: 'ann' }],
      connections: [
        {
          name: 'corpus',
          type: 'graph',
          auth: 'application',
          tenant_id: served.tenant_id,
          client_id: served.client_id,
          client_secret: { env: 'SANDBOX_SECRET' },
          endpoints: { authority: served.authority, graph: served.graph, ca_file: served.ca_file },
          mailboxes: mailboxes.map(({ address }) => ({ address, agent: 'ann', import_from: '1970-01-02' })),
        },
      ],
    }),
    { mode: 0o600 },
  );
  writeFileSync(join(work, 'secret'), served.client_secret, { mode: 0o600 });
}

function run(work) {
  const { stdout, stderr } = spawnSync(process.execPath, [cli, 'run', '--once', '--json'], {
    cwd: work,
    env: { ...process.env, SANDBOX_SECRET: readFileSync(join(work, 'secret'), 'utf8') },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stderr !== '') process.stderr.write(stderr);
  return JSON.parse(stdout);
}

/**
 * What the service has of attachments and what is stored. Copies of one mail may carry more or less on their way: what is
 * stored must be what one of them carries.
 */
async function attachmentsOf(work, served) {
  const db = new Database(join(work, 'state', 'integrator.db'), { readonly: true });
  const there = await attachmentsThere(served);
  try {
    const stored = db
      .prepare(
        `select p.message_id as mail, json_group_array(p.provider_id) as copies,
           (select count(*) from attachment a where a.message_id = p.message_id and a.sha256 is not null) as files
         from placement p group by p.message_id`,
      )
      .all()
      .map(({ copies, files }) => ({ files, carried: JSON.parse(copies).map((id) => there.get(id) ?? 0) }));
    const files = stored.reduce((sum, mail) => sum + mail.files, 0);
    const mails = stored.filter((mail) => mail.files > 0).length;
    return { files, mails, wrong: stored.filter((mail) => !mail.carried.includes(mail.files)) };
  } finally {
    db.close();
  }
}

/** Attachments by the mail's id, asked of the service past the program. */
async function attachmentsThere({ authority, tenant_id, client_id, client_secret, graph, ca_file, accounts }) {
  const dispatcher = new Agent({ connect: { ca: readFileSync(ca_file, 'utf8') } });
  const ask = async (url, init = {}) => (await fetch(url, { dispatcher, ...init })).json();
  const { access_token } = await ask(`${authority}${tenant_id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id,
      client_secret,
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  const headers = { authorization: `Bearer ${access_token}` };
  const there = new Map();
  for (const { address, items } of accounts) {
    if (items === 0) continue;
    const { value } = await ask(`${graph}v1.0/users/${address}/messages?$select=id&$top=1000`, { headers });
    for (const { id } of value) {
      const list = await ask(`${graph}v1.0/users/${address}/messages/${id}/attachments?$select=id`, { headers });
      there.set(id, list.value.length);
    }
  }
  await dispatcher.close();
  return there;
}

/** Served = imported + found again (the same mail twice in a set); nothing set aside, nothing new the second time. */
function judge(set, { files, served, first, second, attachments }) {
  const items = served.accounts.reduce((sum, account) => sum + account.items, 0);
  const errors = first.mailboxes.filter((mailbox) => mailbox.error !== null);
  const { imported, duplicates, failed, skipped } = first.totals;
  const problems = [];
  if (items !== files.length) problems.push(`${files.length} files, ${items} served`);
  if (imported + duplicates !== items) problems.push(`${imported} imported + ${duplicates} again, of ${items}`);
  if (failed > 0 || skipped > 0) problems.push(`${failed} set aside, ${skipped} skipped`);
  if (errors.length > 0) problems.push(`${errors[0].mailbox}: ${errors[0].error.message}`);
  if (duplicates > repeated(files))
    problems.push(`${duplicates} found again, but only ${repeated(files)} files repeat others`);
  for (const mail of attachments.wrong)
    problems.push(`${Math.max(...mail.carried)} attachments of a mail, ${mail.files} came`);
  if (second.totals.imported + second.totals.duplicates > 0) problems.push('the second run found something new');
  console.log(
    `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${set}: ${items} mails, ${imported} imported, ${duplicates} found again, ${attachments.files} files of ${attachments.mails} mails came ${problems.join('; ')}`,
  );
  return problems.length === 0 ? 0 : 1;
}

/** How many files have the same message id, From and Date (or the same bytes) as one before: the most that may count as found again. */
function repeated(files) {
  const seen = new Set();
  return files.filter((file) => {
    const head = readFileSync(file, 'latin1').split(/\r?\n\r?\n/)[0];
    const id = /^message-id:\s*(\S+)/im.exec(head)?.[1];
    const key = id ?? createHash('sha256').update(readFileSync(file)).digest('hex');
    const again = seen.has(key.toLowerCase());
    seen.add(key.toLowerCase());
    return again;
  }).length;
}
