// Independent Exchange clients against the sandbox: exchangelib must see in every mailbox what the sandbox says it holds
// and what our own import stores, by Basic and by NTLM; DavMail must log in. What cannot be installed is left out.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../bin/integrator.js', import.meta.url));
const counter = fileURLToPath(new URL('exchangelib-counts.py', import.meta.url));
/** Debian's own: packages of the system are not seen by another Python that comes first in the path. */
const python = '/usr/bin/python3';
const imapPort = 11_143;
const problems = [];

const directory = mkdtempSync(join(tmpdir(), 'integrator-ews-clients-'));
const sandbox = spawn(process.execPath, [cli, 'sandbox', '--json'], {
  cwd: directory,
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  const served = await description();
  if (install('python3-exchangelib', hasExchangelib)) checkExchangelib(served);
  else console.log('exchangelib cannot be installed here: this check was left out');
  if (install('davmail', hasDavmail)) await checkDavmail(served);
  else console.log('DavMail cannot be installed here: this check was left out');
} finally {
  sandbox.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
}
for (const problem of problems) console.log(`FAIL ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function hasExchangelib() {
  return spawnSync(python, ['-c', 'import exchangelib']).status === 0;
}

function hasDavmail() {
  return existsSync('/usr/bin/davmail');
}

/** True where it is there, or was there to be had. */
function install(name, isThere) {
  if (isThere()) return true;
  if (process.getuid?.() !== 0) return false;
  const get = () => spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name]).status === 0;
  if (!get() && spawnSync('apt-get', ['update', '-qq']).status === 0) get();
  return isThere();
}

async function description() {
  const file = join(directory, 'sandbox.json');
  for (let tries = 0; tries < 300; tries += 1) {
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
    await sleep(100);
  }
  throw new Error('the sandbox did not start');
}

function checkExchangelib(served) {
  const accounts = served.accounts.filter(({ kind }) => kind !== 'none');
  const seen = counts(served, 'basic', served.service_account.username, accounts);
  const byNtlm = counts(served, 'ntlm', String.raw`CONTOSO\svc-crm`, accounts);
  const stored = ourImport(served, accounts);
  let compared = 0;
  for (const { address, items } of accounts) {
    if (JSON.stringify(seen[address]) !== JSON.stringify(byNtlm[address]))
      problems.push(`${address}: NTLM sees others`);
    const ours = stored.get(address);
    const theirs = seen[address];
    if (theirs.error !== undefined || ours.error !== null) {
      if (theirs.error === undefined || ours.error === null) problems.push(`${address}: refused to one of two only`);
      continue;
    }
    compared += 1;
    const all = sum(theirs, () => true);
    const imported = sum(theirs, (path) => !/\/(?:Drafts|Junk Email|Deleted Items|Outbox)(?:\/|$)/.test(path));
    if (all !== items) problems.push(`${address}: exchangelib sees ${all}, the sandbox holds ${items}`);
    if (ours.found !== imported) problems.push(`${address}: exchangelib sees ${imported}, we imported ${ours.found}`);
  }
  const total = accounts.reduce((so, { address }) => so + sum(seen[address], () => true), 0);
  console.log(`exchangelib: ${compared} mailboxes, ${total} mails, the same by Basic, by NTLM and as we import them`);
  if (compared < 5 || total < 20) problems.push('exchangelib saw next to nothing');
}

function sum(folders, wanted) {
  const found = Object.entries(folders).filter(([path, count]) => typeof count === 'number' && wanted(path));
  return found.reduce((total, [, count]) => total + count, 0);
}

function counts({ ews, ca_file: caFile, service_account: { password } }, way, user, accounts) {
  const argument = [counter, ews, caFile, way, user, password, ...accounts.map(({ address }) => address)];
  const { status, stdout, stderr } = spawnSync(python, argument, { encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw new Error(`exchangelib failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** By mailbox: how many mails our import found in all folders but drafts, junk and deleted ones. */
function ourImport({ ews, ca_file: caFile, service_account: { username, password } }, accounts) {
  const mailboxes = accounts.map(({ address }) => ({
    address,
    agents: ['ann'],
    matched_to: 'incidents',
    folders: ['all'],
    import_sent_items: false,
    import_from: '1970-01-02',
  }));
  const signIn = { type: 'ews', auth: 'basic', username, password: { env: 'EXCHANGE_PASSWORD' } };
  const connection = { name: 'exchange', ...signIn, endpoints: { ews, ca_file: caFile }, mailboxes };
  const config = { state_dir: './state', agents: [{ id: 'ann' }], connections: [connection] };
  writeFileSync(join(directory, 'integrator.yaml'), JSON.stringify(config), { mode: 0o600 });
  const { stdout, stderr } = spawnSync(process.execPath, [cli, 'run', '--once', '--json'], {
    cwd: directory,
    env: { ...process.env, EXCHANGE_PASSWORD: password },
    encoding: 'utf8',
  });
  const { mailboxes: reports, error } = JSON.parse(stdout);
  if (reports === undefined) throw new Error(`our import failed: ${error?.message ?? stderr}`);
  return new Map(
    reports.map((one) => [one.mailbox, { error: one.error, found: one.imported + one.duplicates + one.failed }]),
  );
}

async function checkDavmail(served) {
  const account = served.accounts.find(({ items }) => items > 20);
  const logFile = join(directory, 'davmail.log');
  const settings = {
    server: true,
    mode: 'EWS',
    url: served.ews,
    bindAddress: '127.0.0.1',
    allowRemote: false,
    imapPort,
    smtpPort: '',
    popPort: '',
    caldavPort: '',
    ldapPort: '',
    disableUpdateCheck: true,
    'server.certificate.hash': await fingerprint(new URL(served.ews)),
    logFilePath: logFile,
    disableTrayActivitySwitch: true,
  };
  const file = join(directory, 'davmail.properties');
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `davmail.${name}=${value}\n`)
      .join(''),
  );
  const davmail = spawn('davmail', ['-server', file], { stdio: 'ignore', detached: true });
  try {
    const lines = await imapSession(account.address, served.service_account.password);
    const folders = lines.filter((line) => line.startsWith('* LIST')).length;
    const exists = Number(lines.find((line) => /^\* \d+ EXISTS/i.test(line))?.split(' ')[1] ?? -1);
    const found = lines.find((line) => line.startsWith('* SEARCH'))?.split(' ').length ?? 2;
    console.log(`DavMail: logged in, ${folders} folders, ${exists} mails in INBOX, ${found - 2} found by a search`);
    if (folders < 5 || exists < 20 || found - 2 !== exists) problems.push('DavMail did not see the mailbox');
  } catch (error) {
    problems.push(`DavMail: ${error.message}`);
    if (existsSync(logFile)) console.log(readFileSync(logFile, 'utf8').slice(-4_000));
  } finally {
    // The start script runs Java as a child of its own.
    if (davmail.pid !== undefined) process.kill(-davmail.pid, 'SIGTERM');
  }
}

function fingerprint({ hostname, port }) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint);
      socket.end();
    });
    socket.on('error', reject);
  });
}

/** LOGIN, LIST, EXAMINE, SEARCH; the lines of all answers. */
async function imapSession(user, password) {
  const socket = await imapConnection();
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  const commands = [`LOGIN "${user}" "${password}"`, 'LIST "" "*"', 'EXAMINE INBOX', 'SEARCH ALL', 'LOGOUT'];
  for (const [index, command] of commands.entries()) {
    socket.write(`a${index} ${command}\r\n`);
    const answer = await until(() => new RegExp(`^a${index} (OK|NO|BAD).*$`, 'm').exec(text));
    if (answer[1] !== 'OK') throw new Error(`${command.split(' ')[0]}: ${answer[0]}`);
  }
  socket.destroy();
  return text.split(/\r?\n/);
}

/** Java takes its time to listen. */
async function imapConnection() {
  for (let tries = 0; ; tries += 1) {
    const socket = createConnection({ host: '127.0.0.1', port: imapPort });
    const open = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    if (open) return socket;
    if (tries === 60) throw new Error('it does not listen');
    await sleep(1_000);
  }
}

async function until(found) {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = found();
    if (answer) return answer;
    await sleep(100);
  }
  throw new Error('no answer within a minute');
}
