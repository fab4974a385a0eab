import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authSettings } from '../../src/auth/from-config.ts';
import { signInByBrowser } from '../../src/auth/login/browser.ts';
import { TokenStore } from '../../src/auth/token-store.ts';
import { loadConfig } from '../../src/config/load.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { HeldDatabase } from '../../src/store/held-database.ts';
import { bin, emptyDirectory, startCli } from '../cli/run-cli.ts';
import type { CliResult } from '../cli/run-cli.ts';
import { runHere } from './in-process.ts';
import { browse, openPage, patient, redirectOf } from './tenant.ts';

let sandbox: Sandbox;
let directory: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.settings.deviceCodeInterval = 0.1;
  sandbox.world.addMailbox({ address: 'mallory@contoso.test', displayName: 'Mallory', kind: 'user' });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.faults.clear();
  directory = emptyDirectory();
  writeFileSync(join(directory, 'secret'), sandbox.clientSecret, { mode: 0o600 });
  writeFileSync(join(directory, 'ca.pem'), sandbox.caPem);
  writeFileSync(join(directory, 'integrator.yaml'), configuration('{ file: ./secret }'), { mode: 0o600 });
});

const svc = 'svc-crm@contoso.test';

function configuration(secretRef: string): string {
  return `state_dir: ./state
agents:
  - { id: ann, name: Ann Archer, email: ann@contoso.test }
  - { id: root, name: Rose Root, email: rose@contoso.test, role: administrator }
connections:
  - name: contoso-sales
    type: graph
    tenant_id: ${sandbox.tenantId}
    client_id: ${sandbox.clientId}
    client_secret: ${secretRef}
    service_account: ${svc}
    endpoints: { authority: "${sandbox.authority}", graph: "${sandbox.graph}", ca_file: ./ca.pem }
    mailboxes: [{ address: ann@contoso.test, agent: ann }]
`;
}

const auth = (...args: string[]): Promise<CliResult> => runHere(args, directory);

/** Runs `auth login` and answers for the person as soon as the address is printed. */
async function login(args: readonly string[], answer: (url: string) => Promise<unknown>): Promise<CliResult> {
  const { child, result } = startCli(['auth', 'login', 'contoso-sales', '--no-browser', ...args], { cwd: directory });
  let words = '';
  let answered = false;
  child.stderr?.on('data', (chunk: string) => {
    words += chunk;
    const url = /https:\S+\n/.exec(words)?.[0].trim();
    if (url === undefined || answered) return;
    answered = true;
    answer(url).catch(() => child.kill());
  });
  return result;
}

const signIn = (...args: string[]) => login(args, (url) => browse(sandbox, url, svc));

/** The same without a process. */
async function signInHere(): Promise<void> {
  const { config } = await loadConfig({ path: join(directory, 'integrator.yaml'), env: {}, cwd: directory });
  const [connection] = config.connections;
  const settings = connection === undefined ? undefined : authSettings(connection, {}, { sends: 'configured' });
  if (settings === undefined) throw new Error('no connection');
  const stateDir = config.state_dir;
  const store = new TokenStore(stateDir);
  const world = { env: {}, stateDir, store, clock: Date.now, random: Math.random };
  await signInByBrowser(patient(settings, world), (url) => void browse(sandbox, url, svc));
  store.close();
}

async function stateOf(...args: string[]): Promise<unknown> {
  const { code, stdout } = await auth('status', '--json', ...args);
  const [first] = JSON.parse(stdout);
  return [code, first.state, first.last_error?.kind ?? null];
}

function auditLines(): unknown[] {
  const database = new HeldDatabase(join(directory, 'state/integrator.db'), { readonly: true });
  try {
    return database.prepare('select verb, object, outcome, agent from audit_log order by id').all();
  } finally {
    database.close();
  }
}

describe('signing in, standing, signing out', () => {
  test('from nothing to signed in and out again, with the exit codes scripts go by', async () => {
    expect(await stateOf()).toEqual([77, 'sign_in_needed', 'needs_login']);
    const done = await signIn('--json');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      connection: 'contoso-sales',
      account: svc,
      missing_permissions: [],
    });
    expect(await stateOf('contoso-sales', '--probe')).toEqual([0, 'ok', null]);
    for (const file of readdirSync(join(directory, 'state'))) {
      const path = join(directory, 'state', file);
      if (statSync(path).isFile()) expect(statSync(path).mode & 0o777, file).toBe(0o600);
    }
    const planned = await auth('logout', 'contoso-sales', '--dry-run');
    expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('would be signed out')]);
    expect(await stateOf()).toEqual([0, 'ok', null]);
    expect((await auth('logout', 'contoso-sales')).code).toBe(0);
    expect(await stateOf()).toEqual([77, 'sign_in_needed', 'needs_login']);
    const again = await auth('logout', 'contoso-sales', '--json');
    expect([again.code, JSON.parse(again.stdout)]).toEqual([0, expect.objectContaining({ signed_out: false })]);
    expect(auditLines()).toEqual([
      { verb: 'auth.login', object: 'contoso-sales', outcome: 'done', agent: null },
      { verb: 'auth.logout', object: 'contoso-sales', outcome: 'done', agent: null },
    ]);
  });

  test('the wrong person: exit 77, and an error a script can read', async () => {
    const { code, stdout } = await login(['--json'], (url) => browse(sandbox, url, 'mallory@contoso.test'));
    expect(code).toBe(77);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { kind: 'not_allowed', message: expect.stringContaining('mallory@contoso.test') },
    });
  });

  test('the pasted address comes in on standard input', async () => {
    const child = spawn(process.execPath, [bin, 'auth', 'login', 'contoso-sales', '--paste'], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
    });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      words += chunk;
      const url = /https:\S+\n/.exec(words)?.[0].trim();
      if (url === undefined || child.stdin.writableEnded) return;
      void redirectOf(sandbox, url, svc).then((location) => child.stdin.end(`nonsense\n${location}\n`));
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(words).toContain('not the address of this sign-in');
    expect(code).toBe(0);
  });

  test('--device prints a code to be entered on another machine', async () => {
    const { child, result } = startCli(['auth', 'login', 'contoso-sales', '--device', '--json'], { cwd: directory });
    let words = '';
    let entered = false;
    child.stderr?.on('data', (chunk: string) => {
      words += chunk;
      const [, url, userCode] = /open (\S+) on any machine and enter the code (\S+) /.exec(words) ?? [];
      if (userCode === undefined || entered) return;
      entered = true;
      void openPage(sandbox, `${url}?user_code=${userCode}&sandbox_account=${svc}`);
    });
    const { code, stdout } = await result;
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ account: svc, client_kind: 'public' })]);
  });

  test('Ctrl-C while it waits: exit 130, nothing stored', async () => {
    const { child, result } = startCli(['auth', 'login', 'contoso-sales'], { cwd: directory });
    child.stderr?.on('data', (chunk: string) => {
      if (chunk.includes('Waiting')) child.kill('SIGINT');
    });
    expect((await result).code).toBe(130);
    expect(await stateOf()).toEqual([77, 'sign_in_needed', 'needs_login']);
  });

  test('nobody comes within --timeout: exit 77', async () => {
    const { code, stderr } = await auth('login', 'contoso-sales', '--timeout', '1');
    expect([code, stderr]).toEqual([77, expect.stringContaining('nobody signed in within 1 s')]);
    // What the browser showed never comes here, and an administrator's consent is the usual case.
    expect(stderr).toMatch(
      /Waiting for the sign-in[^]*integrator auth explain AADSTS<number>[^]*v2\.0\/adminconsent\?/,
    );
  });

  test('the address for an administrator stands beside that for signing in, with what its last page looks like', async () => {
    sandbox.app.consentPolicy = 'admin';
    try {
      let page = '';
      const { code, stderr } = await login(['--timeout', '3'], async (url) => {
        const address = new URL(url);
        address.searchParams.set('sandbox_account', svc);
        page = (await openPage(sandbox, address)).text;
      });
      expect(page).toContain('AADSTS90094');
      expect([code, stderr]).toEqual([77, expect.stringMatching(/adminconsent\?client_id=.*Mail\.Read\.Shared/)]);
      expect(stderr).toMatch(/administrator.*cannot be reached, which is normal/);
      expect(stderr.indexOf('/authorize?')).toBeLessThan(stderr.indexOf('/adminconsent?'));
    } finally {
      sandbox.app.consentPolicy = 'user';
    }
  });

  test('--device where the tenant blocks it: exit 77, no code, and the way that works', async () => {
    sandbox.faults.add({ service: 'entra', path: '/devicecode', fault: { kind: 'aadsts', code: 530035 } });
    const { code, stdout, stderr } = await startCli(['auth', 'login', 'contoso-sales', '--device', '--json'], {
      cwd: directory,
    }).result;
    expect([code, JSON.parse(stdout).error.kind]).toEqual([77, 'needs_admin']);
    expect(JSON.parse(stdout).error.hint).toContain('auth login contoso-sales --paste');
    expect(stderr).not.toMatch(/undefined|NaN|enter the code/);
  });

  test('--dry-run says what would be asked, and asks nothing', async () => {
    const { code, stdout } = await auth('login', 'contoso-sales', '--dry-run', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ account: svc, redirect_uri: 'http://localhost/authcallback' });
    expect(readdirSync(directory)).not.toContain('state');
  });
});

describe('what auth status says of trouble', () => {
  beforeEach(async () => {
    await signInHere();
  });
  const refuse = (code: number) =>
    sandbox.faults.add({ service: 'entra', path: '/token', count: 0, fault: { kind: 'aadsts', code } });

  test('revoked 77, expired secret 78, busy 75, and well again 0', async () => {
    const seen: unknown[] = [];
    for (const code of [50173, 65001, 7000222, 90033]) {
      refuse(code);
      seen.push(await stateOf('--probe'));
      sandbox.faults.clear();
    }
    sandbox.faults.add({ service: 'entra', path: '/token', fault: { kind: 'reset_before' } });
    seen.push(await stateOf('--probe'), await stateOf('--probe'));
    expect(seen).toEqual([
      [77, 'sign_in_needed', 'needs_login'],
      [77, 'sign_in_needed', 'needs_admin'],
      [78, 'misconfigured', 'config'],
      [75, 'trouble', 'throttled'],
      [75, 'trouble', 'unreachable'],
      [0, 'ok', null],
    ]);
  });

  test('a secret file that is missing, empty or open to the group: 78, with the command that mends it', async () => {
    writeFileSync(join(directory, 'secret'), '');
    expect(await stateOf()).toEqual([78, 'misconfigured', 'config']);
    writeFileSync(join(directory, 'integrator.yaml'), configuration('{ file: ./nowhere }'));
    expect(await stateOf()).toEqual([78, 'misconfigured', 'config']);
    writeFileSync(join(directory, 'open'), 'x', { mode: 0o640 });
    writeFileSync(join(directory, 'integrator.yaml'), configuration('{ file: ./open }'));
    const { code, stderr } = await auth('status');
    expect([code, stderr]).toEqual([78, expect.stringContaining('chmod 600')]);
  });

  test('a table for people, and no secret in it even with --verbose', async () => {
    refuse(7000222);
    const { stdout, stderr } = await auth('status', '--probe', '--verbose');
    expect(stdout).toContain('misconfigured');
    expect(stdout).toContain(svc);
    expect(stderr).toContain('Certificates & secrets');
    expect(stdout + stderr).not.toContain(sandbox.clientSecret);
    expect(stdout + stderr).not.toContain('eyJ');
  });
});

describe('who may', () => {
  test.each([['login', 'contoso-sales'], ['status'], ['logout', 'contoso-sales'], ['keygen'], ['rekey']])(
    'auth %s %s: an agent may not: exit 77, and it is written down',
    async (...args) => {
      const { code, stdout } = await auth(...args, '--as', 'ann', '--json');
      expect([code, JSON.parse(stdout)]).toEqual([77, { error: expect.objectContaining({ kind: 'not_allowed' }) }]);
      expect(auditLines()).toEqual([{ verb: `auth.${args[0]}`, object: 'auth', outcome: 'refused', agent: 'ann' }]);
    },
  );

  test('an administrator may', async () => {
    expect((await auth('keygen', '--as', 'root')).code).toBe(0);
  });

  test('a connection that does not exist is a usage error that lists those that do', async () => {
    const { code, stderr } = await auth('login', 'contoso-sale');
    expect([code, stderr]).toEqual([64, expect.stringContaining('contoso-sales')]);
  });
});

describe('keys', () => {
  test('keygen prints a key, or writes it where only its owner reads it, and never over another', async () => {
    const { stdout } = await auth('keygen');
    expect(Buffer.from(stdout.trim(), 'base64')).toHaveLength(32);
    expect((await auth('keygen', '--out', 'new-key')).code).toBe(0);
    expect(statSync(join(directory, 'new-key')).mode & 0o777).toBe(0o600);
    const before = readFileSync(join(directory, 'new-key'), 'utf8');
    expect((await auth('keygen', '--out', 'new-key')).code).toBe(78);
    expect(readFileSync(join(directory, 'new-key'), 'utf8')).toBe(before);
  });

  test('rekey changes the key under a signed-in connection', async () => {
    await signInHere();
    const before = readFileSync(join(directory, 'state/key'), 'utf8');
    const planned = await auth('rekey', '--dry-run');
    expect([planned.code, readFileSync(join(directory, 'state/key'), 'utf8')]).toEqual([0, before]);
    const { code, stdout } = await auth('rekey', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ sign_ins: 1, rekeyed: true })]);
    expect(readFileSync(join(directory, 'state/key'), 'utf8')).not.toBe(before);
    expect(await stateOf('--probe')).toEqual([0, 'ok', null]);
  });

  test('rekey without a key: exit 78', async () => {
    mkdirSync(join(directory, 'state'), { mode: 0o700 });
    expect((await auth('rekey')).code).toBe(78);
  });
});
