import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, ben, writeConfig } from '../importer/office.ts';
import { emptyDirectory, runCli, startCli } from './run-cli.ts';

let sandbox: Sandbox;
const directory = emptyDirectory();
const options = () => ({ cwd: directory, env: { SANDBOX_SECRET: sandbox.clientSecret, INTEGRATOR_AGENT: 'ann' } });
const cli = (...args: string[]) => runCli(args, options());
const json = (result: { stdout: string }) => JSON.parse(result.stdout);
const deliveries = () => sandbox.world.post.deliveries;
const people = (...numbers: number[]) => numbers.map((number) => `person${number}@acme.example,Person ${number}\n`);
const write = (name: string, ...rows: string[]) =>
  writeFileSync(join(directory, name), `email,First Name\n${rows.join('')}`);

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ben]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  const outgoing = { max_per_minute: 1000, actions: { campaign: { from: 'sales_mailboxes' } } };
  writeConfig(directory, sandbox, { config: { outgoing } });
  const templates = join(directory, 'templates');
  mkdirSync(templates);
  writeFileSync(
    join(templates, 'spring.txt'),
    'Subject: News for {{ first_name }}\n\nDear {{ first_name }},\nread on.\n',
  );
  writeFileSync(join(templates, 'spring.html'), '<p>Dear {{ first_name }},</p><a href="{{ unsubscribe }}">no more</a>');
});
afterAll(() => sandbox.close());

test('nothing goes out while a row is wrong; the rehearsal shows the first mail and the rule for From', async () => {
  write('list.csv', ...people(1), 'nobody,Bob\n', ',Bob\n', 'bob@acme.example,\n', ...people(1), ...people(2));
  const refused = await cli('campaign', 'send', 'list.csv', '--template', 'spring', '--json');
  expect(refused.code).toBe(64);
  expect(json(refused).rows).toMatchObject([
    { row: 2, to: 'person1@acme.example', state: 'not_sent' },
    { row: 3, state: 'bad', error: { message: '"nobody" is not an address' } },
    { row: 4, state: 'bad', error: { message: 'there is no address' } },
    { row: 5, state: 'bad', error: { message: 'spring.txt, line 1: there is no value for first_name' } },
    { row: 6, state: 'duplicate' },
    { row: 7, state: 'not_sent' },
  ]);
  const rehearsed = await cli('campaign', 'send', 'list.csv', '--template', 'spring', '--skip-bad', '-n', '--json');
  expect(rehearsed.code).toBe(0);
  expect(json(rehearsed)).toMatchObject({ dry_run: true, campaign: 'spring', from: ann, rule: 'action' });
  expect(json(rehearsed).preview).toEqual([
    {
      to: 'person1@acme.example',
      subject: 'News for Person 1',
      text: 'Dear Person 1,\nread on.\n',
      html: `<p>Dear Person 1,</p><a href="mailto:${ann}?subject=Unsubscribe%3A%20spring">no more</a>`,
    },
  ]);
  expect(json(rehearsed).rows.map(({ state }: { state: string }) => state)).toEqual([
    'would_send',
    'bad',
    'bad',
    'bad',
    'duplicate',
    'would_send',
  ]);
  expect(rehearsed.stderr).toContain('this campaign writes to 2 recipients, 2 of them external\n');
  expect(rehearsed.stderr).toContain('500 × licences^0.7 + 9,500 external recipients a day (10,000 with one licence,');
  expect(refused.stderr).not.toContain('licences');
  expect(deliveries()).toHaveLength(0);
  const unknown = await cli('campaign', 'send', 'list.csv', '--template', 'sprung');
  expect(unknown).toMatchObject({ code: 64, stderr: expect.stringContaining('templates are: spring') });
});

/** Starts the campaign and ends the program the hard way when the n-th request to that path is under way. */
async function killedAt(path: string, nth: number): Promise<void> {
  const fault: Fault = { kind: 'delay', ms: 700 };
  const hit = sandbox.faults.add({ path, method: 'POST', nth, fault });
  const { child, result } = startCli(['campaign', 'send', 'many.csv', '--template', 'spring'], options());
  while (sandbox.faults.hits(hit) === 0 && child.exitCode === null) await pause(5);
  child.kill('SIGKILL');
  expect(await result).toMatchObject({ signal: 'SIGKILL' });
}

test('killed in the middle and started again, it sends to the rest only, never twice, and never to who opted out', async () => {
  write('many.csv', ...people(1, 2, 3, 4, 5, 6), 'PERSON7@acme.example,Person 7\n');
  expect(await cli('campaign', 'opt-out', 'add', 'Person5@ACME.example')).toMatchObject({ code: 0 });
  await killedAt('/messages$', 2);
  await killedAt('/send$', 3);
  // The sandbox carries the last request out although nobody waits for its answer.
  while (deliveries().length < 3) await pause(5);

  write('many.csv', 'new@acme.example,New\n', ...people(7, 6, 5, 4, 3, 2, 1));
  const rest = await cli('campaign', 'send', 'many.csv', '--template', 'spring', '--json');
  expect(rest.code).toBe(0);
  const states = Object.fromEntries(json(rest).rows.map(({ to, state }: { to: string; state: string }) => [to, state]));
  expect(states).toMatchObject({
    'new@acme.example': 'sent',
    'person1@acme.example': 'already_sent',
    'person5@acme.example': 'opted_out',
    'person7@acme.example': 'sent',
  });
  const again = await cli('campaign', 'send', 'many.csv', '--template', 'spring');
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('7 already sent, 1 opted out') });

  const reached = deliveries().flatMap(({ to }) => to.map(({ address }) => address));
  expect(reached.toSorted()).toEqual([
    'new@acme.example',
    ...[1, 2, 3, 4, 6, 7].map((number) => `person${number}@acme.example`),
  ]);
  expect(deliveries().map(({ subject }) => subject)).toContain('News for Person 7');
  expect(json(await cli('campaign', 'list', '--json'))).toMatchObject([{ name: 'spring', recipients: 7, sent: 7 }]);
  expect(json(await cli('outbox', 'list', '--json'))).toEqual([]);
});

test('the opt-out list is added to, also from a file, printed, and taken from', async () => {
  write('off.csv', ...people(8, 5));
  expect(json(await cli('campaign', 'opt-out', 'add', '--file', 'off.csv', '--json'))).toEqual({
    dry_run: false,
    added: ['person8@acme.example'],
    taken_back: [],
    under_way: 0,
  });
  await cli('campaign', 'opt-out', 'remove', 'PERSON5@acme.example');
  expect(json(await cli('campaign', 'opt-out', 'list', '--json'))).toMatchObject([
    { address: 'person8@acme.example', added_by: 'ann' },
  ]);
});

test('who opts out gets no mail that waits in the outbox, and its number is told', async () => {
  write('waits.csv', ...people(9));
  const fault: Fault = { kind: 'status', status: 429, retryAfter: '1800' };
  sandbox.faults.add({ path: '/messages$', method: 'POST', count: 0, fault });
  const sent = json(await cli('campaign', 'send', 'waits.csv', '--template', 'spring', '--name', 'waits', '--json'));
  sandbox.faults.clear();
  expect(sent.rows).toMatchObject([{ state: 'pending' }]);
  const id: string = sent.rows[0].outbox;
  const optOut = ['campaign', 'opt-out', 'add', 'person9@acme.example'];
  expect(json(await cli(...optOut, '--dry-run', '--json'))).toMatchObject({ dry_run: true, taken_back: [id] });
  expect(await cli(...optOut)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`1 waiting mail taken out of the outbox: ${id}`),
  });
  expect(json(await cli('outbox', 'list', '--json'))).toEqual([]);
});

test('a template is filled in with the ticket, the client, the contact and the agent', async () => {
  deliveries().length = 0;
  await cli('client', 'new', 'Acme <Pumps>', '--as', 'root');
  await cli('ticket', 'new', '--use', 'opportunity', '--summary', 'Pumps', '--client', 'Acme <Pumps>');
  const body = '<p>{{ contact.name }} of {{ client.name }}: {{ ticket.id }}, {{ price }}. {{ agent.name }}</p>';
  writeFileSync(join(directory, 'templates', 'offer.html'), `Subject: {{ ticket.summary }}\n\n${body}`);
  const send = ['--ticket', 'OPP-1', '--to', 'Bob Baker <bob@acme.example>', '--template', 'offer', '--from', ann];
  expect(await cli('mail', 'send', ...send)).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('offer.html, line 3: there is no value for price'),
  });
  expect(deliveries()).toHaveLength(0);
  expect(await cli('mail', 'send', ...send, '--set', 'price=10 & more')).toMatchObject({ code: 0 });
  expect(deliveries()).toMatchObject([{ subject: 'Pumps' }]);
  const parts = await PostalMime.parse(deliveries()[0]?.mime ?? new Uint8Array());
  expect(parts.html?.trim()).toBe('<p>Bob Baker of Acme &lt;Pumps&gt;: OPP-1, 10 &amp; more. Ann Archer</p>');
  expect(parts.text?.trim()).toBe('Bob Baker of Acme <Pumps>: OPP-1, 10 & more. Ann Archer');
});
