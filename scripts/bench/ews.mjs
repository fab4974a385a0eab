// Import over EWS: wall time against exchangelib, CPU against the bare library, on one and the same server.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectAll, writeConfig } from './import.mjs';
import { runProcess, startSandboxProcess } from './processes.mjs';

/** Debian's interpreter: its packages are not seen by another Python that comes first in the path. */
const python = '/usr/bin/python3';
const peer = fileURLToPath(new URL('exchangelib-import.py', import.meta.url));
const rounds = 3;

/** Rows of the table: what, figure, target. The best of three rounds each, taken in turns. */
export async function benchEws({ messages = 2000 } = {}) {
  const { sandbox, stop } = await startSandboxProcess({ mailboxes: 1, messages, attachmentEvery: 0 });
  const directory = mkdtempSync(join(tmpdir(), 'integrator-bench-'));
  try {
    const [ours, bare, theirs] = [[], [], []];
    const hasPeer = spawnSync(python, ['-c', 'import exchangelib']).status === 0;
    if (!hasPeer) console.log('exchangelib is not here (apt-get install python3-exchangelib): nothing to compare with');
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await timed(() => runOurs(directory, sandbox, round)));
      bare.push(await timed(() => runProcess('ews-bare-process.mjs', bareArgument(sandbox))));
      if (hasPeer) theirs.push(await timed(() => runPeer(directory, sandbox, round)));
    }
    for (const run of [...ours, ...bare, ...theirs]) expectAll(run, messages);
    return [...(hasPeer ? [wallRow(best(ours, 'wallMs'), best(theirs, 'wallMs'))] : []), cpuRow(ours, bare)];
  } finally {
    stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Memory of an import of one mail with a large file. The figure is in MB: it must not grow with the file. */
export async function benchAttachment({ megabytes = 120 } = {}) {
  const attachmentBytes = megabytes * 1_048_576;
  const { sandbox, stop } = await startSandboxProcess({
    mailboxes: 1,
    messages: 1,
    attachmentEvery: 1,
    attachmentBytes,
  });
  const directory = mkdtempSync(join(tmpdir(), 'integrator-bench-'));
  try {
    const run = await runOurs(directory, sandbox, 0);
    expectAll(run, 1);
    const what = `peak memory in MB of an import over EWS of one mail with a file of ${megabytes} MB`;
    return [{ what, figure: run.peakMb, target: 250 }];
  } finally {
    stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function runOurs(directory, sandbox, round) {
  const { username } = sandbox.serviceAccount;
  const signIn = { type: 'ews', server: 'localhost', auth: 'basic', username, password: { env: 'SANDBOX_SECRET' } };
  const configFile = writeConfig(directory, sandbox, `ews-${round}`, signIn);
  return runProcess('import-process.mjs', { configFile, secret: sandbox.serviceAccount.password });
}

/** The library asks in batches as large as ours. */
function bareArgument(sandbox) {
  return { sandbox, mailbox: sandbox.addresses[0], batch: 15 };
}

function runPeer(directory, sandbox, round) {
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, sandbox.caPem);
  const { username, password } = sandbox.serviceAccount;
  const database = join(directory, `peer-${round}.db`);
  const argument = [peer, sandbox.ews, caFile, username, password, sandbox.addresses[0], database];
  return JSON.parse(execFileSync(python, argument, { encoding: 'utf8' }));
}

async function timed(work) {
  const begun = performance.now();
  const result = await work();
  return { error: null, ...result, wallMs: performance.now() - begun };
}

function best(runs, name) {
  return runs.reduce((found, run) => (run[name] < found[name] ? run : found));
}

function wallRow(ours, theirs) {
  return {
    what: `import of ${ours.imported} mails over EWS: wall time against exchangelib (aim 0.33)`,
    figure: ours.wallMs / theirs.wallMs,
    target: 0.5,
    detail: `${(ours.wallMs / 1000).toFixed(1)} against ${(theirs.wallMs / 1000).toFixed(1)} s`,
  };
}

function cpuRow(ours, bare) {
  const [mine, floor] = [best(ours, 'cpuMs'), best(bare, 'cpuMs')];
  return {
    what: 'the same import: CPU against reading the answers with the bare library and keeping nothing',
    figure: mine.cpuMs / floor.cpuMs,
    target: 1.5,
    detail: `${(mine.cpuMs / mine.imported).toFixed(2)} against ${(floor.cpuMs / floor.imported).toFixed(2)} ms per mail, peak ${Math.round(mine.peakMb)} MB`,
  };
}
