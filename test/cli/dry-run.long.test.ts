import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOutput } from '../../src/cli/output.ts';
import { RunProgress } from '../../src/cli/run-progress.ts';
import { noCounts } from '../../src/filing/page-counts.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, ben, writeConfig } from '../importer/office.ts';
import type { OfficeOptions } from '../importer/office.ts';
import { emptyDirectory, runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

let sandbox: Sandbox;
let directory: string;
const bob = 'bob@acme.example';
const hostile = 'Re: \u001b]0;owned\u0007\u001b[2J\u202eevil\r\nBcc: x@y.example';

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ben]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  const at = Date.now() - 3_600_000;
  const mail = (mailbox: string, subject: string, minutes: number) =>
    sandbox.world.addMessage(mailbox, 'Inbox', {
      from: `Bob <${bob}>`,
      to: mailbox,
      subject,
      text: subject,
      receivedAt: at + minutes * 60_000,
      internetMessageId: `<${minutes}@acme.example>`,
    });
  mail(ann, 'Offer 17', 1);
  mail(ann, hostile, 2);
  mail(ben, 'Lunch?', 3);
});
afterAll(() => sandbox.close());

beforeEach(() => {
  directory = emptyDirectory();
});

const configure = (options: OfficeOptions = {}) => writeConfig(directory, sandbox, options);
const cli = (...args: string[]): Promise<CliResult> =>
  runCli(args, { cwd: directory, env: { SANDBOX_SECRET: sandbox.clientSecret } });
const json = (result: CliResult) => JSON.parse(result.stdout);

async function ticket(): Promise<string> {
  const made = json(
    await cli('ticket', 'new', '--use', 'opportunity', '--summary', 'Offer 17', '--contact', bob, '--json'),
  );
  return made.id;
}

describe('run --dry-run', () => {
  test('names each mail and what would become of it, as filings --json has them', async () => {
    configure();
    const id = await ticket();
    const dry = await cli('run', '--once', '--dry-run', '--json');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    const { filings, totals } = json(dry);
    expect(filings).toEqual([
      expect.objectContaining({
        mailbox: ben,
        agents: ['ben'],
        subject: 'Lunch?',
        kind: 'waiting',
        reason: 'unmatched',
      }),
      expect.objectContaining({ mailbox: ann, kind: 'waiting', ticket: null }),
      {
        id: null,
        at: expect.any(String),
        kind: 'filed',
        ticket: id,
        ticket_type: null,
        client: null,
        message: null,
        mailbox: ann,
        agents: ['ann'],
        received_at: expect.any(String),
        from: { name: 'Bob', address: bob },
        subject: 'Offer 17',
        internet_message_id: '1@acme.example',
        by: 'rule',
        rule: 'address_and_subject',
        reason: null,
      },
    ]);
    expect(totals).toMatchObject({ imported: 3, matched: 1, to_inbox: 2 });
    const real = json(await cli('run', '--once', '--json'));
    expect(real.totals).toMatchObject({ imported: 3, matched: 1, to_inbox: 2 });
    expect(real).not.toHaveProperty('filings');
    expect(json(await cli('run', '--dry-run', '--json')).filings).toEqual([]);
  });

  test('prints a table that is safe to print, above the counts', async () => {
    configure();
    const id = await ticket();
    const { stdout } = await cli('run', '--once', '--dry-run');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(stdout).toMatch(/^MAILBOX +RECEIVED +FROM +SUBJECT +OUTCOME$/mu);
    expect(stdout).toMatch(new RegExp(`^ann@contoso.test .* Bob +Offer 17 +→ ${id} \\(address_and_subject\\)$`, 'mu'));
    expect(stdout).toMatch(/^ben@contoso.test .* Bob +Lunch\? +My Inbox: no ticket fits$/mu);
    expect(stdout).toContain('3 mails would be imported, 1 matched, 2 to My Inbox');
  });

  test.each([
    ['an opened ticket', { unmatched: 'new_ticket' }, 'opens Opportunity'],
    ['ignored mail', { ignore: { senders: ['@acme.example'] } }, 'ignored: its sender is to be ignored'],
  ])('says of %s what it would be', async (_what, connection, words) => {
    const mailboxes = [{ address: ben, agent: 'ben', new_ticket_type: 'Opportunity' }];
    configure({ connection, mailboxes });
    expect((await cli('run', '--once', '--dry-run')).stdout).toContain(words);
  });

  test('leaves no file behind, also where there is no store yet', async () => {
    configure();
    expect((await cli('run', '--once', '--dry-run')).code).toBe(0);
    expect(existsSync(join(directory, 'state', 'integrator.db'))).toBe(false);
    expect(readdirSync(directory).filter((name) => name.startsWith('dry-run'))).toEqual([]);
  });

  test('is silent with -q when all went well, and says what did not', async () => {
    configure();
    expect(await cli('run', '--once', '--dry-run', '-q')).toEqual({ code: 0, stdout: '', stderr: '' });
    configure({ mailboxes: [{ address: 'nobody@contoso.test', agent: 'ann' }] });
    const failed = await cli('run', '--once', '--dry-run', '-q');
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining('nobody@contoso.test')]);
  });

  test('runs beside the service, which holds the store', async () => {
    configure();
    const { acquireRunLock } = await import('../../src/store/run-lock.ts');
    const lock = acquireRunLock(join(directory, 'state'), { pid: process.pid, host: 'here', since: '' });
    expect((await cli('run', '--once', '--dry-run')).code).toBe(0);
    lock.release();
  });
});

describe('a first run with import_from: now', () => {
  const why = /no mail yet: import_from is now, so only mail received from \d{4}-\d\d-\d\d \d\d:\d\d on is imported/u;
  const hint = 'integrator run --once --since 30d';
  const fromNow = { mailboxes: [ann, ben].map((address) => ({ address, agent: 'ann', import_from: 'now' })) };

  test.each([['--once'], ['--dry-run']])('says why nothing came and how older mail comes in: run %s', async (flag) => {
    configure(fromNow);
    const { stdout } = await cli('run', flag);
    expect(stdout).toMatch(why);
    expect(stdout).toContain(hint);
  });

  test('says it once for all mailboxes, in the first run that succeeds, and status until mail came', async () => {
    configure(fromNow);
    const failed = await runCli(['run', '--once'], { cwd: directory, env: { SANDBOX_SECRET: 'wrong' } });
    expect(failed.stdout).not.toMatch(why);
    expect((await cli('status')).stdout).not.toMatch(why);
    const first = await cli('run', '--once', '--json');
    expect(json(first).mailboxes).toMatchObject([{ only_mail_since: expect.any(String) }, {}]);
    expect(first.stdout).not.toContain('import_from');
    const second = await cli('run', '--once');
    expect(second.stdout).not.toMatch(why);
    expect((await cli('status')).stdout).toMatch(why);
    expect((await cli('run', '--once', '--since', '30d')).stdout).not.toMatch(why);
    expect((await cli('status')).stdout).not.toMatch(why);
  });

  test.each([
    ['a mailbox that imports from a date', {}],
    ['mail that came', { mailboxes: [{ address: ann, agent: 'ann', import_from: '30d' }] }],
  ])('is not said of %s', async (_what, options) => {
    configure(options);
    expect((await cli('run', '--once')).stdout).not.toMatch(why);
  });
});

describe('progress', () => {
  function progressOn(isTTY: boolean, flags: { readonly quiet?: boolean; readonly json?: boolean } = {}) {
    const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80 });
    const all = { json: false, quiet: false, verbose: false, color: true, ...flags };
    const output = createOutput(all, { stdin: {}, stdout: new PassThrough(), stderr });
    let nowMs = 0;
    const progress = new RunProgress(output, 4, () => nowMs);
    return {
      progress,
      page: (afterMs: number, imported: number, duplicates = 0) => {
        nowMs += afterMs;
        progress.page({ address: ann }, { ...noCounts(), imported, duplicates });
      },
      shown: () => String(stderr.read() ?? '').replaceAll('\r\u001b[K', '|'),
    };
  }

  test('counts mails, tells the rate and the mailbox that is read', () => {
    const { progress, page, shown } = progressOn(true);
    page(0, 40);
    expect(shown()).toBe('|40 mails, ann@contoso.test (0 of 4 mailboxes done)');
    progress.mailboxDone(ben);
    page(14_588, 1_190, 10);
    expect(shown()).toBe('|1,240 mails, 85/s, ann@contoso.test (1 of 4 mailboxes done)');
    progress.end();
    expect(shown()).toBe('|');
  });

  test('changes the line five times a second at most', () => {
    const { page, shown } = progressOn(true);
    for (let n = 0; n < 100; n += 1) page(10, 1);
    expect(shown().split('|').length - 1).toBe(5);
  });

  test.each([
    ['no terminal', false, {}],
    ['-q', true, { quiet: true }],
    ['--json', true, { json: true }],
  ])('is not shown with %s', (_what, isTTY, flags) => {
    const { page, shown } = progressOn(isTTY, flags);
    page(1000, 40);
    expect(shown()).toBe('');
  });
});
