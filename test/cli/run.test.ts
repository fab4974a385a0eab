import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, ben, writeConfig } from '../importer/office.ts';
import type { OfficeOptions } from '../importer/office.ts';
import { emptyDirectory, runCli, startCli } from './run-cli.ts';
import type { CliResult, RunningCli } from './run-cli.ts';

let sandbox: Sandbox;
let directory: string;
let env: Record<string, string>;
const bob = 'bob@acme.example';

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ben]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  for (let n = 0; n < 320; n += 1) {
    sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `Mail ${n}`, html: `<p>${n}</p>` });
  }
  env = { SANDBOX_SECRET: sandbox.clientSecret };
});
afterAll(() => sandbox.close());

beforeEach(() => {
  sandbox.faults.clear();
  directory = emptyDirectory();
});

function configure(options: OfficeOptions = {}): void {
  writeConfig(directory, sandbox, options);
}

function cli(...args: string[]): Promise<CliResult> {
  return runCli(args, { cwd: directory, env });
}

function start(...args: string[]): RunningCli {
  return startCli(args, { cwd: directory, env });
}

const json = (result: CliResult) => JSON.parse(result.stdout);

test('run --once imports everything once, and then nothing; what a killed import left half written is gone', async () => {
  configure();
  const leftOver = join(directory, 'state', 'files', 'incoming', 'half-a-file');
  mkdirSync(dirname(leftOver), { recursive: true });
  writeFileSync(leftOver, 'x');
  const first = await cli('run', '--once', '--json');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(leftOver)).toBe(false);
  expect(json(first)).toMatchObject({
    mailboxes: [
      {
        connection: 'contoso',
        mailbox: ann,
        imported: 320,
        error: null,
        folders: [{ folder: 'Inbox', imported: 320 }],
      },
      { mailbox: ben, imported: 0 },
    ],
    totals: {
      imported: 320,
      matched: 0,
      to_inbox: 320,
      new_tickets: 0,
      kept: 0,
      ignored: 0,
      duplicates: 0,
      skipped: 0,
      failed: 0,
    },
  });
  const second = await cli('run', '--once', '--json');
  expect(json(second).totals).toMatchObject({ imported: 0, duplicates: 0, requests: 2 });
  const status = json(await cli('status', '--json'));
  expect(status).toMatchObject({
    connections: [
      { name: 'contoso', signed_in: true, mailboxes: [{ mailbox: ann, imported_total: 320, inbox_count: 320 }, {}] },
    ],
    mutating_requests: 0,
  });
  expect(sandbox.mutations()).toBe(0);
});

test('run --once -q prints nothing when all went well, and says what did not', async () => {
  configure();
  expect(await cli('run', '--once', '-q')).toEqual({ code: 0, stdout: '', stderr: '' });
  sandbox.faults.add({ mailbox: ben, count: 0, fault: { kind: 'status', status: 403, code: 'ErrorAccessDenied' } });
  const failed = await cli('run', '--once', '-q');
  expect([failed.code, failed.stdout]).toEqual([75, expect.stringContaining(`${ben}:`)]);
});

test('--dry-run says what would come in and stores nothing', async () => {
  configure();
  const dry = json(await cli('run', '--once', '--dry-run', '--json'));
  expect(dry.totals).toMatchObject({ imported: 320, to_inbox: 320 });
  expect(json(await cli('status', '--json')).connections[0].mailboxes[0]).toMatchObject({
    imported_total: 0,
    last_success_at: null,
  });
  expect(json(await cli('run', '--once', '--json')).totals.imported).toBe(320);
});

test('killed at any moment, the next run brings the rest and nothing twice', async () => {
  configure();
  for (const delayMs of [0, 60, 150]) {
    sandbox.faults.clear();
    const seen = sandbox.requests.entries.length;
    const running = start('run', '--once', '--json');
    await until(() => sandbox.requests.entries.length > seen + 2);
    await sleep(delayMs);
    running.child.kill('SIGKILL');
    await running.result;
  }
  const after = json(await cli('run', '--once', '--json'));
  expect(after.totals).toMatchObject({ failed: 0, duplicates: 0 });
  expect(json(await cli('status', '--json')).connections[0].mailboxes[0].imported_total).toBe(320);
});

test('a second run on the same store exits 75 and says who holds it', async () => {
  configure();
  sandbox.faults.add({ mailbox: ann, count: 0, fault: { kind: 'hang' } });
  const first = start('run', '--once');
  const seen = sandbox.requests.entries.length;
  await until(() => sandbox.requests.entries.length > seen);
  const second = await cli('run', '--once', '--json');
  expect(second.code).toBe(75);
  expect(json(second)).toMatchObject({
    error: { kind: 'busy', message: expect.stringContaining(String(first.child.pid)) },
  });
  first.child.kill('SIGINT');
  expect((await first.result).code).toBe(130);
});

test('the service imports on its schedule, takes new mail, and stops cleanly on SIGTERM', async () => {
  configure({ connection: { schedule: 'every 1s' } });
  const service = start('run', '--json');
  let lines = '';
  service.child.stdout?.on('data', (chunk: string) => (lines += chunk));
  const reports = () =>
    lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const importedFrom = (mailbox: string) =>
    reports()
      .filter((report) => report.mailbox === mailbox)
      .reduce((sum, report) => sum + report.imported, 0);
  await until(() => importedFrom(ann) === 320);
  sandbox.world.addMessage(ben, 'Inbox', { from: bob, to: ben, subject: 'While it runs' });
  await until(() => importedFrom(ben) === 1);
  service.child.kill('SIGTERM');
  expect((await service.result).code).toBe(0);
});

test.each<[string, OfficeOptions, number, string]>([
  ['a wrong secret', { connection: { client_secret: { env: 'NO_SECRET' } } }, 78, 'config'],
  ['a wrong tenant', { connection: { tenant_id: '11111111-1111-1111-1111-111111111111' } }, 78, 'config'],
  ['a mailbox that does not exist', { mailboxes: [{ address: 'nobody@contoso.test', agent: 'ann' }] }, 1, 'not_found'],
  [
    'a folder that does not exist',
    { mailboxes: [{ address: ben, agent: 'ben', folders: ['Nowhere'] }] },
    1,
    'not_found',
  ],
  ['nobody signed in', { connection: { auth: 'delegated' } }, 77, 'needs_login'],
])('%s fails all mailboxes for one reason, and its code is the exit code', async (_what, options, code, kind) => {
  configure(options);
  const result = await cli('run', '--once', '--json');
  expect(json(result).mailboxes.map((mailbox: { error: { kind: string } }) => mailbox.error.kind)).toContain(kind);
  expect(result.code).toBe(code);
});

test('an endless list, a page without links and a link to another host end in errors, and the token stays here', async () => {
  configure({ mailboxes: [{ address: ann, agent: 'ann' }] });
  for (const fault of [
    { kind: 'next_link', how: 'loop' },
    { kind: 'next_link', how: 'none' },
    { kind: 'foreign_link', origin: 'https://evil.example' },
  ] as const) {
    sandbox.faults.clear();
    sandbox.faults.add({ mailbox: ann, path: 'delta', count: 0, fault });
    const result = await cli('run', '--once', '--json');
    expect(json(result).mailboxes[0].error.kind).toBe('protocol');
    expect(result.code).toBe(69);
  }
});

test('no configuration, and a mailbox or connection that is not in it, are said before anything is done', async () => {
  expect(await cli('run', '--once')).toMatchObject({ code: 78 });
  configure();
  expect(await cli('run', '--once', '--mailbox', 'anne@contoso.test')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('ann@contoso.test'),
  });
  expect(await cli('run', '--once', '--connection', 'nope')).toMatchObject({ code: 64 });
  expect(await cli('run', '--once', '--since', 'yesterday-ish')).toMatchObject({ code: 64 });
});

test('test-mailboxes says of each mailbox whether it can be read, and changes nothing', async () => {
  configure({
    mailboxes: [
      { address: ann, agent: 'ann' },
      { address: 'nobody@contoso.test', agent: 'ben' },
    ],
  });
  const result = await cli('test-mailboxes', '--json');
  expect(json(result)).toMatchObject([
    {
      mailbox: ann,
      agents: ['ann'],
      kind: 'user',
      read: true,
      folders: [{ folder: 'Inbox', ok: true }],
      sent_items: true,
      send_as: 'not_tried',
      verdict: 'ok',
      code: null,
    },
    { mailbox: 'nobody@contoso.test', read: false, verdict: 'failed', advice: expect.any(String) },
  ]);
  expect(result.code).toBe(1);
  expect(sandbox.mutations()).toBe(0);
});

test('sandbox --eml serves a folder of mail, writes sandbox.json and stops on Ctrl-C', async () => {
  mkdirSync(join(directory, 'mail', 'anna'), { recursive: true });
  writeFileSync(join(directory, 'mail', 'anna', '1.eml'), 'From: bob@acme.example\r\nSubject: One\r\n\r\nHi');
  const running = start('sandbox', '--eml', join(directory, 'mail'), '--json');
  const file = join(directory, 'sandbox.json');
  await until(() => readable(file));
  expect(JSON.parse(readFileSync(file, 'utf8')).accounts).toContainEqual(
    expect.objectContaining({ address: 'anna@sandbox.test', items: 1 }),
  );
  running.child.kill('SIGINT');
  expect((await running.result).code).toBe(0);
});

function readable(file: string): boolean {
  try {
    return readFileSync(file, 'utf8') !== '';
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 25_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error('waited in vain');
    await sleep(20);
  }
}
