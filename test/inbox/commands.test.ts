import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import type { CliResult } from '../cli/run-cli.ts';
import { ben, mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

/*
 * One store and the real program, from a full My Inbox to an empty one and back, as a person would do it. The tests
 * follow one another.
 */
let desk: Desk;
// oxlint-disable-next-line no-control-regex -- they are what must not be printed
const actedUpon = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u;
const evil = '\u001b]0;owned\u0007\u001b[31mred\u202e';

beforeAll(async () => {
  desk = await openDesk();
  const acme = await desk.client('Acme', ['acme.example']);
  await desk.ticket({ summary: 'Offer', contacts: ['carla@acme.example'], clientId: acme });
  await desk.ticket({ summary: 'Closed one', closed: true });
  await desk.bring([
    mail({ subject: 'Offer', id: 'offer@mail.test' }),
    mail({ subject: `Hostile ${evil}`, from: `Eve ${evil} <eve@evil.example>`, text: `body ${evil}` }),
    mail({ subject: 'Question about delivery', text: 'When does the excavator arrive?' }),
    mail({ subject: 'For the file' }),
  ]);
  await desk.bring([mail({ subject: 'To Ben' })], { mailbox: ben });
  await desk.store.close();
});
afterAll(() => desk.close());

function cli(...args: string[]): Promise<CliResult> {
  return runCli(args, { cwd: desk.directory });
}

async function json(...args: string[]) {
  const result = await cli(...args, '--json');
  return { code: result.code, data: JSON.parse(result.stdout) };
}

const subjects = (result: { readonly data: { readonly subject: string }[] }) => result.data.map((each) => each.subject);

test('inbox list prints what waits, and nothing that a terminal would act upon', async () => {
  const list = await json('inbox', 'list');
  expect(list.code).toBe(0);
  expect(subjects(list)).toEqual(['To Ben', 'For the file', 'Question about delivery', `Hostile ${evil}`]);
  const human = await cli('inbox', 'list');
  const shown = await cli('inbox', 'show', 'm2', '--headers', '--chain');
  for (const { stdout } of [human, shown]) expect(stdout).not.toMatch(actedUpon);
  expect(human.stdout).toContain('Hostile red');
});

test('--as narrows to the own mailboxes; what is refused exits 77 and is in the log', async () => {
  expect(subjects(await json('inbox', 'list', '--as', 'ben'))).toEqual(['To Ben']);
  const refused = [
    ['inbox', 'show', 'm5'],
    ['inbox', 'dismiss', 'm3', 'm5'],
    ['inbox', 'delete', 'm3'],
    ['explain', 'm5'],
    ['audit', 'log'],
  ];
  await Promise.all(
    refused.map(async (args) => {
      const { code, data } = await json(...args, '--as', 'ann');
      expect([args.join(' '), code, data.error.kind]).toEqual([args.join(' '), 77, 'not_allowed']);
    }),
  );
  const { data } = await json('audit', 'log');
  expect(data.filter((line: { readonly outcome: string }) => line.outcome === 'refused')).toHaveLength(5);
  expect(subjects(await json('inbox', 'list'))).toHaveLength(4);
});

test('wrong ids, tickets and words are told apart by exit code and kind', async () => {
  const wrong = [
    [['inbox', 'show', 'm99'], 1, 'not_found'],
    [['inbox', 'assign', 'm3', '--ticket', 'OPP-2'], 64, 'usage'],
    [['inbox', 'assign', 'm3'], 64, 'usage'],
    [['inbox', 'note', 'm4'], 64, 'usage'],
    [['audit', 'log', '--since', 'yesterday'], 64, 'usage'],
    [['rules', 'test', '--with', 'missing.yaml'], 78, 'config'],
  ] as const;
  await Promise.all(
    wrong.map(async ([args, code, kind]) => {
      const result = await json(...args);
      expect([args.join(' '), result.code, result.data.error.kind]).toEqual([args.join(' '), code, kind]);
    }),
  );
});

test('inbox alone needs a terminal, and a verb that is not there is told apart', async () => {
  expect(await json('inbox')).toMatchObject({ code: 64, data: { error: { message: 'a command is missing' } } });
  const { code, data } = await json('inbox', 'asign', 'm1');
  expect([code, data.error.message]).toEqual([64, expect.stringContaining('assign')]);
});

test('--search finds by words of the body and says so where nothing is found', async () => {
  expect(subjects(await json('inbox', 'list', '--search', 'excav'))).toEqual(['Question about delivery']);
  const none = await cli('inbox', 'list', '--search', 'unicorn');
  expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'nothing found\n' });
});

test('every verb empties My Inbox, and undo fills it again', async () => {
  const done = [
    await json('inbox', 'assign', 'm2', '--ticket', 'opp-2', '--reopen', '--as', 'ann'),
    await json('inbox', 'new', 'm3', '--summary', 'Delivery'),
    await json('inbox', 'note', 'm4', '--yes'),
    await json('inbox', 'dismiss', 'm5'),
  ];
  expect(done.map(({ code, data }) => [code, data.mails[0].outcome, data.ticket])).toEqual([
    [0, 'filed', 'OPP-2'],
    [0, 'filed', 'OPP-3'],
    [0, 'noted', null],
    [0, 'dismissed', null],
  ]);
  expect(subjects(await json('inbox', 'list'))).toEqual([]);
  const undone = await json('inbox', 'undo', 'm1', 'm2', 'm3', 'm4', 'm5');
  expect(undone.data.mails.map((each: { readonly outcome: string }) => each.outcome)).toEqual(Array(5).fill('undone'));
  expect(subjects(await json('inbox', 'list'))).toHaveLength(5);
  const again = await json('rules', 'apply');
  expect(again.data.filed).toEqual([]);
});

test('explain and the log tell the whole story afterwards', async () => {
  const { data } = await json('explain', 'OFFER@mail.test');
  expect(data.placements[0]).toMatchObject({
    decision: { kind: 'inbox', reason: 'undone' },
    earlier: [{ decision: { kind: 'matched', ticket: 'OPP-1' } }],
  });
  const story = await cli('explain', 'm3');
  expect(story.stdout).toContain('inbox.new');
  expect(story.stdout).toContain('operator took it back from OPP-3');
  const log = await json('audit', 'log', '--object', 'M3');
  expect(log.data.map((line: { readonly verb: string }) => line.verb)).toContain('inbox.undo');
  expect(log.data[0]).toMatchObject({ who: 'operator', unix_user: expect.any(String), outcome: 'done' });
});

test('a dry run changes nothing', async () => {
  const before = await json('inbox', 'list');
  const dry = await json('inbox', 'delete', 'm3', '--dry-run');
  expect(dry).toMatchObject({ code: 0, data: { dry_run: true, mails: [{ outcome: 'deleted' }] } });
  expect(await json('inbox', 'list')).toEqual(before);
});

test('an administrator deletes for ever, and where nobody can be asked says --yes', async () => {
  const before = await json('inbox', 'list');
  const unconfirmed = await cli('inbox', 'delete', 'm3', '--as', 'ada');
  expect(unconfirmed).toMatchObject({ code: 64, stderr: expect.stringMatching(/cannot be undone.*\nadd --yes\n/) });
  expect(await json('inbox', 'list')).toEqual(before);
  expect(await json('inbox', 'delete', 'm3', '--as', 'ada', '--yes')).toMatchObject({ code: 0 });
  expect(await json('inbox', 'show', 'm3')).toMatchObject({
    code: 1,
    data: { error: { message: expect.stringContaining('deleted by ada') } },
  });
});

test('rules test prints counts and examples of what another configuration would do', async () => {
  const { writeConfig } = await import('./fixtures.ts');
  writeConfig(desk.directory, { connection: { matching: 'domain' } }, 'other.yaml');
  const { code, data } = await json('rules', 'test', '--with', 'other.yaml');
  expect(code).toBe(0);
  expect(data).toMatchObject({
    decided: 4,
    counts: { newly_matched: expect.any(Number) },
    with: join(desk.directory, 'other.yaml'),
  });
});

test('attachments are saved inside the directory only', async () => {
  const { code, data } = await json('inbox', 'show', 'm2', '--save-attachments', 'out');
  expect([code, data.saved]).toEqual([0, []]);
  expect(readdirSync(join(desk.directory, 'out'))).toEqual([]);
});
