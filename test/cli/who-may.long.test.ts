import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ann, mail, openDesk } from '../inbox/fixtures.ts';
import type { Desk } from '../inbox/fixtures.ts';
import { runCli } from './run-cli.ts';

const soc = 'soc@contoso.test';
const payroll = 'payroll@contoso.test';
let desk: Desk;

/**
 * OPP-1 is Dora's; the mail on it lies in Ann's mailbox. INC-1 is tracked by Lin's team. Carl has to do with neither,
 * Ada is an administrator.
 */
beforeAll(async () => {
  desk = await openDesk({
    config: {
      agents: [
        ...['ann', 'carl', 'dora', 'lin'].map((id) => ({ id, name: id, email: `${id}@contoso.test` })),
        { id: 'ada', name: 'ada', email: 'ada@contoso.test', role: 'administrator' },
      ],
      business_units: [{ name: 'Payroll', recipients: [payroll] }],
    },
    connection: {
      mailboxes: [
        { address: ann, agent: 'ann' },
        { address: 'carl@contoso.test', agent: 'carl' },
        { address: soc, agents: ['lin'], matched_to: 'incidents' },
      ],
    },
  });
  const cli = (...args: string[]) => runCli(args, { cwd: desk.directory });
  const offer = ['--use', 'opportunity', '--summary', 'Offer', '--contact', 'carla@acme.example', '--agent', 'dora'];
  expect(await cli('ticket', 'new', ...offer)).toMatchObject({ code: 0, stdout: 'OPP-1\n' });
  const odd = ['--use', 'incident', '--summary', 'Odd mail', '--unit', 'Payroll'];
  expect(await cli('ticket', 'new', ...odd)).toMatchObject({ code: 0, stdout: 'INC-1\n' });
  expect(await cli('client', 'new', 'Acme')).toMatchObject({ code: 0 });
  await desk.bring([mail({ subject: 'Offer', text: 'The secret price', id: 'offer@acme.example' })]);
  await desk.bring([mail({ subject: 'Odd mail', from: payroll, to: [soc] })], { mailbox: soc });
});
afterAll(() => desk.close());

const json = (as: string | null, args: readonly string[]) =>
  runCli([...args, '--json', ...(as === null ? [] : ['--as', as])], { cwd: desk.directory });

const everybody = { ann: 0, dora: 0, lin: 0, carl: 0, ada: 0, operator: 0 } as const;
type Codes = Readonly<Record<keyof typeof everybody, number>>;
const ofOffer: Codes = { ...everybody, lin: 77, carl: 77 };
const ofAnn: Codes = { ...ofOffer, dora: 77 };
const ofTeam: Codes = { ...everybody, ann: 77, dora: 77, carl: 77 };

test.each<[command: string, codes: Codes]>([
  ['ticket list', everybody],
  ['ticket list --search carla', everybody],
  ['client list', everybody],
  ['mail list --ticket OPP-1', everybody],
  ['ticket show OPP-1', ofOffer],
  ['ticket set OPP-1 --summary Other -n', ofOffer],
  ['ticket set OPP-1 --agent carl -n', ofOffer],
  ['ticket close OPP-1 -n', ofOffer],
  ['ticket reopen OPP-1 -n', ofOffer],
  ['ticket note OPP-1 --text x -n', ofOffer],
  ['ticket note INC-1 --text x -n', ofTeam],
  ['client show Acme', everybody],
  ['inbox show m1', ofAnn],
  ['inbox suggest m1', ofAnn],
  ['inbox undo m1 -n', ofAnn],
  ['explain m1', ofAnn],
  [`inbox list --mailbox ${ann}`, ofAnn],
  ['ticket show INC-1', ofTeam],
  ['ticket close INC-1 -n', ofTeam],
  ['incident mails INC-1', ofTeam],
])('%s: owner, own mail, team, nobody, administrator, operator', async (command, codes) => {
  const asked = Object.keys(codes).map(async (who) => {
    const { code, stdout } = await json(who === 'operator' ? null : who, command.split(' '));
    if (code === 77) expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'not_allowed' } });
    return [who, code] as const;
  });
  expect(Object.fromEntries(await Promise.all(asked))).toEqual(codes);
});

test('a refusal, and an administrator in other people’s mail, are in the audit log; words looked for are not', async () => {
  await json('carl', ['ticket', 'close', 'OPP-1']);
  await json('ada', ['ticket', 'show', 'OPP-1']);
  await json('ada', ['inbox', 'list', '--filed', '--search', 'price']);
  await json('ada', ['inbox', 'show', 'm1']);
  const log = JSON.parse((await json(null, ['audit', 'log', '--limit', '4'])).stdout);
  expect(log.toReversed()).toMatchObject([
    { who: 'carl', verb: 'ticket.set', object: 'OPP-1', outcome: 'refused' },
    { who: 'ada', verb: 'ticket.show', object: 'OPP-1', detail: { foreign: true, mailboxes: [ann] } },
    { who: 'ada', verb: 'inbox.list', object: 'inbox', detail: { foreign: true, search: true, mailboxes: [ann] } },
    { who: 'ada', verb: 'inbox.show', object: 'm1', detail: { foreign: true, mailbox: ann } },
  ]);
  expect(JSON.stringify(log)).not.toContain('price');
});

test('a note that is refused is in the audit log, and changes nothing', async () => {
  expect((await json('carl', ['ticket', 'note', 'OPP-1', '--text', 'Hello'])).code).toBe(77);
  expect(JSON.parse((await json(null, ['audit', 'log', '--limit', '1'])).stdout)).toMatchObject([
    { who: 'carl', verb: 'ticket.note', object: 'OPP-1', outcome: 'refused' },
  ]);
  const { actions } = JSON.parse((await json('dora', ['ticket', 'show', 'OPP-1'])).stdout);
  expect(actions).toMatchObject([{ kind: 'email' }]);
});

test('contacts find a ticket, and are told of it, for those alone who may read it; its own words find it for all', async () => {
  const found = async (as: string | null, words: string) =>
    JSON.parse((await json(as, ['ticket', 'list', '--search', words])).stdout).map(({ id }: { id: string }) => id);
  for (const words of ['carla', 'carla@acme.example', 'acme.ex', 'offer carla']) {
    for (const who of ['ann', 'dora', 'ada', null])
      expect(await found(who, words), `${who} ${words}`).toEqual(['OPP-1']);
    for (const who of ['carl', 'lin']) expect(await found(who, words), `${who} ${words}`).toEqual([]);
  }
  for (const who of ['carl', 'dora']) expect(await found(who, 'off opp-1')).toEqual(['OPP-1']);
  const contact = async (as: string) => JSON.parse((await json(as, ['contact', 'show', 'carla@acme.example'])).stdout);
  expect(await contact('dora')).toMatchObject({ tickets: [{ id: 'OPP-1' }], hidden_tickets: 0 });
  expect(await contact('carl')).toMatchObject({ tickets: [], hidden_tickets: 1 });
});

test('who opens a ticket owns it, unless somebody is named; an owner is an agent of the configuration', async () => {
  const opened = ['ticket', 'new', '--use', 'project', '--summary', 'Roll-out'];
  expect((await json('carl', opened)).code).toBe(0);
  expect((await json('carl', [...opened, '--agent', 'Dora'])).code).toBe(0);
  const owned = async (who: string) => JSON.parse((await json(null, ['ticket', 'list', '--agent', who])).stdout);
  expect(await owned('carl')).toMatchObject([{ id: 'PRJ-1', agent: 'carl' }]);
  expect(await owned('dora')).toMatchObject([
    { id: 'PRJ-2', agent: 'dora' },
    { id: 'OPP-1', agent: 'dora' },
  ]);
  expect((await json('carl', ['ticket', 'show', 'PRJ-2'])).code).toBe(77);
  expect((await json('carl', ['ticket', 'set', 'PRJ-1', '--agent', 'dora'])).code).toBe(0);
  expect((await json('carl', ['ticket', 'show', 'PRJ-1'])).code).toBe(77);
  for (const args of [['ticket', 'set', 'PRJ-1'], opened, ['ticket', 'list', '--search', 'offer']]) {
    const nobody = await json(null, [...args, '--agent', 'doras']);
    expect([nobody.code, JSON.parse(nobody.stdout).error.message]).toEqual([
      64,
      'there is no agent "doras"; did you mean "dora"?',
    ]);
  }
  expect((await json('dora', ['ticket', 'set', 'PRJ-1', '--agent', ''])).code).toBe(0);
  expect(JSON.parse((await json(null, ['ticket', 'show', 'PRJ-1'])).stdout)).toMatchObject({ agent: null });
});

test('nothing of mail that is on a ticket of others shows through candidates, scores and explanations', async () => {
  const answer = { subject: 'Something else', from: 'zoe@zeta.example', to: ['carl@contoso.test'] };
  await desk.bring([mail({ ...answer, inReplyTo: 'offer@acme.example' })], { mailbox: 'carl@contoso.test' });
  const id = await desk.idOf('Something else', 'carl@contoso.test');
  const ofCarl = JSON.parse((await json('carl', ['inbox', 'suggest', id])).stdout);
  const ofAda = JSON.parse((await json('ada', ['inbox', 'suggest', id])).stdout);
  expect(ofCarl.candidates).toEqual([]);
  expect(ofAda.candidates).toMatchObject([{ ticket: 'OPP-1', reason: 'it answers a mail on it' }]);
  const seen = [
    ['explain', id],
    ['inbox', 'show', id],
    ['inbox', 'list'],
  ];
  for (const args of seen) expect((await json('carl', args)).stdout).not.toContain('OPP-1');
  expect((await json('ada', ['explain', id])).stdout).toContain('OPP-1');
});

test('of an import by an agent, rows of tickets that are not the agent’s fail, are written down, and change nothing', async () => {
  await json(null, ['ticket', 'set', 'OPP-1', '--reference', 'CRM-1']);
  const rows = ['CRM-1,opportunity,Taken over,carl', 'CRM-2,opportunity,New one,ann', 'CRM-3,opportunity,Third,eve'];
  writeFileSync(join(desk.directory, 'tickets.csv'), ['reference,use,summary,agent', ...rows, ''].join('\n'));
  const { code, stdout } = await json('carl', ['ticket', 'import', 'tickets.csv']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).rows).toMatchObject([
    { outcome: 'failed', error: { kind: 'not_allowed' } },
    { outcome: 'created' },
    { outcome: 'failed', error: { kind: 'usage', message: expect.stringContaining('no agent "eve"') } },
  ]);
  expect(JSON.parse((await json(null, ['ticket', 'list', '--search', 'CRM-'])).stdout)).toMatchObject([
    { reference: 'CRM-2', agent: 'ann' },
    { reference: 'CRM-1', summary: 'Offer', agent: 'dora' },
  ]);
  const log = JSON.parse((await json(null, ['audit', 'log', '--limit', '5'])).stdout);
  expect(log).toContainEqual(expect.objectContaining({ who: 'carl', verb: 'ticket.import', outcome: 'refused' }));
});
