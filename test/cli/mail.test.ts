import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeldDatabase } from '../../src/store/held-database.ts';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, ben, writeConfig } from '../importer/office.ts';
import { emptyDirectory, runCli, startCli } from './run-cli.ts';

let sandbox: Sandbox;
const directory = emptyDirectory();
const bob = 'bob@acme.example';
const sales = 'sales@contoso.test';

const cli = (...args: string[]) => runCli(args, { cwd: directory, env: { SANDBOX_SECRET: sandbox.clientSecret } });
const json = (result: { stdout: string }) => JSON.parse(result.stdout);
const deliveries = () => sandbox.world.post.deliveries;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ben, sales]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  writeConfig(directory, sandbox, {
    connection: { import_sent_items: true },
    config: {
      outgoing: {
        mailboxes: [{ address: sales, connection: 'contoso', agents: ['ann'] }],
        actions: { email_customer: { from: 'sales_mailboxes' } },
        quotation_from: sales,
      },
    },
  });
  writeFileSync(join(directory, 'body.txt'), 'Dear Bob,\nten.');
  writeFileSync(join(directory, 'quote.pdf'), '%PDF-1.7 ten');
  sandbox.world.addMessage(ann, 'Inbox', {
    from: bob,
    to: ann,
    subject: 'Pumps',
    html: '<p>How much?</p>',
    internetMessageId: '<q@acme.example>',
  });
  await cli('ticket', 'new', '--use', 'opportunity', '--summary', 'Pumps', '--contact', bob);
});
afterAll(() => sandbox.close());

const sending = [
  'mail',
  'send',
  '--ticket',
  'OPP-1',
  '--to',
  bob,
  '--subject',
  'Pumps',
  '--body',
  'body.txt',
  '--json',
];

test('mail goes out once, from the mailbox of the agent completing the action, and is on the ticket at once', async () => {
  expect(await cli(...sending)).toMatchObject({ code: 64 });
  expect(json(await cli(...sending, '--as', 'ann', '--dry-run'))).toMatchObject({
    dry_run: true,
    from: ann,
    rule: 'action',
  });
  expect(await cli(...sending, '--as', 'ben', '--from', ann)).toMatchObject({ code: 77 });
  expect(deliveries()).toHaveLength(0);

  sandbox.faults.add({ path: '/send$', fault: { kind: 'status_after', status: 504 } });
  const sent = await cli(...sending, '--as', 'ann');
  expect(sent.code).toBe(0);
  expect(json(sent)).toMatchObject({ state: 'done', from: ann });
  expect(deliveries()).toMatchObject([{ from: { address: ann }, to: [{ address: bob }], subject: 'Pumps' }]);

  const run = json(await cli('run', '--once', '--json'));
  expect(run.totals).toMatchObject({ imported: 1, matched: 1 });
  const shown = json(await cli('ticket', 'show', 'OPP-1', '--json'));
  expect(shown.actions.map((action: { direction: string }) => action.direction).toSorted()).toEqual(['in', 'out']);
  expect(json(await cli('status', '--json'))).toMatchObject({
    mutating_requests: 0,
    outbox: { pending: 0, unsure: 0 },
  });
});

test('quotation_from: unset has no opinion: the agent chooses', async () => {
  const cwd = emptyDirectory();
  writeConfig(cwd, sandbox, { config: { outgoing: { quotation_from: 'unset' } } });
  writeFileSync(join(cwd, 'quote.pdf'), '%PDF-1.7 ten');
  const here = (...args: string[]) => runCli(args, { cwd, env: { SANDBOX_SECRET: sandbox.clientSecret } });
  await here('ticket', 'new', '--use', 'opportunity', '--summary', 'Pumps', '--contact', bob);
  const quote = ['quote', 'send', '--ticket', 'OPP-1', '--file', 'quote.pdf', '--to', bob, '--as', 'ann'];
  expect(json(await here(...quote, '--from', ann, '--dry-run', '--json'))).toMatchObject({ from: ann, rule: 'chosen' });
});

test('a quotation goes out from the mailbox for quotations, with its file; a reply stays in the thread', async () => {
  deliveries().length = 0;
  const quote = ['quote', 'send', '--ticket', 'OPP-1', '--file', 'quote.pdf', '--to', bob, '--json'];
  expect(await cli(...quote, '--as', 'ben')).toMatchObject({ code: 77 });
  expect(json(await cli(...quote, '--as', 'ann'))).toMatchObject({
    state: 'done',
    from: sales,
    rule: 'quotation_from',
  });
  const inbox = json(await cli('explain', 'q@acme.example', '--json'));
  expect(inbox.placements).toHaveLength(1);
  const reply = ['mail', 'reply', inbox.message.id ?? 'm1', '--body', 'body.txt', '--as', 'ann', '--json'];
  const planned = json(await cli(...reply, '--dry-run'));
  expect(planned).toMatchObject({ to: [bob], cc: [], reply_to: [], subject: 'RE: Pumps' });
  const replied = await cli(...reply);
  expect(replied).toMatchObject({ code: 0 });
  expect(json(replied)).toMatchObject({ state: 'done', to: [bob], cc: [], subject: 'RE: Pumps' });
  expect(deliveries().map(({ from, subject }) => [from.address, subject])).toEqual([
    [sales, 'Pumps'],
    [ann, 'RE: Pumps'],
  ]);
  expect(Buffer.from(deliveries()[1]?.mime ?? []).toString('utf8')).toMatch(/^In-Reply-To: <q@acme\.example>/im);
  expect(json(await cli('mail', 'list', '--ticket', 'OPP-1', '--json'))).toHaveLength(3);
});

test('an answer that goes to a Reply-To says so, with a warning where that is of another domain', async () => {
  sandbox.world.addMessage(ann, 'Inbox', {
    from: bob,
    replyTo: 'bob@elsewhere.example',
    to: [ann, 'dora@acme.example'],
    cc: 'eric@acme.example',
    subject: 'Pumps',
    internetMessageId: '<q2@acme.example>',
  });
  await cli('run', '--once');
  const { message } = json(await cli('explain', 'q2@acme.example', '--json'));
  const reply = ['mail', 'reply', message.id, '--body', 'body.txt', '--as', 'ann', '--all', '--cc', 'fay@acme.example'];
  const envelope = {
    to: ['bob@elsewhere.example', 'dora@acme.example'],
    cc: ['eric@acme.example', 'fay@acme.example'],
    reply_to: ['bob@elsewhere.example'],
    subject: 'RE: Pumps',
  };
  const planned = await cli(...reply, '--dry-run', '--json');
  expect(json(planned)).toMatchObject({ dry_run: true, ...envelope });
  expect(planned.stderr).toContain(`goes to its Reply-To, bob@elsewhere.example, not to ${bob}`);
  expect(planned.stderr).toContain('of another domain than the sender');
  const sent = await cli(...reply, '--json');
  expect(json(sent)).toMatchObject({ state: 'done', ...envelope });
  expect(sent.stderr).not.toContain('not foreseen');
  expect(
    deliveries()
      .at(-1)
      ?.to.map(({ address }) => address),
  ).toEqual(envelope.to);
  const { actions } = json(await cli('ticket', 'show', 'OPP-1', '--json'));
  const people = (list: readonly { address: string }[]) => list.map(({ address }) => address);
  const out = actions
    .filter((one: { direction: string }) => one.direction === 'out')
    .map((one: { cc: [] }) => people(one.cc));
  expect(out).toContainEqual(envelope.cc);
});

test('a refused mail stays in the outbox until it is tried again or an administrator drops it', async () => {
  deliveries().length = 0;
  sandbox.faults.add({ path: '/send$', fault: { kind: 'status', status: 403, code: 'ErrorSendAsDenied' } });
  const refused = await cli(...sending, '--as', 'ann');
  expect(refused).toMatchObject({ code: 77 });
  expect(json(refused).error.hint).toMatch(/integrator outbox retry \d+, or else integrator outbox drop \d+/);
  const [row] = json(await cli('outbox', 'list', '--json'));
  expect(row).toMatchObject({ state: 'dead', from: ann, to: [bob], error: { kind: 'access_denied' } });
  expect(await cli('outbox', 'drop', row.id, '--as', 'ann')).toMatchObject({ code: 77 });
  expect(json(await cli('outbox', 'drop', row.id, '--dry-run', '--json'))).toMatchObject({ dry_run: true });
  const unconfirmed = await cli('outbox', 'drop', row.id);
  expect(unconfirmed).toMatchObject({ code: 64, stderr: expect.stringContaining('cannot be undone') });
  const plan = await cli('outbox', 'retry', row.id, '--dry-run', '--json');
  expect(json(plan)).toEqual([{ id: row.id, state: 'dead', would: 'send' }]);
  expect(deliveries()).toHaveLength(0);
  expect(json(await cli('outbox', 'retry', row.id, '--json'))).toEqual([{ id: row.id, state: 'done', error: null }]);
  expect(deliveries()).toHaveLength(1);
  expect(json(await cli('outbox', 'list', '--json'))).toEqual([]);
});

test('mail that waits in the outbox goes out at the end of a run, and a bounce of it is shown', async () => {
  deliveries().length = 0;
  const outage = { service: 'graph', method: 'POST', count: 0, fault: { kind: 'reset_before' } } as const;
  const fault = sandbox.faults.add(outage);
  const waiting = await cli(...sending, '--as', 'ann');
  expect(waiting).toMatchObject({ code: 69 });
  expect(json(waiting)).toMatchObject({ state: 'pending', error: { kind: 'unreachable' } });
  expect(waiting.stderr).toContain(
    `it waits in the outbox as ${json(waiting).id}, and \`integrator run\` will send it`,
  );
  const again = await cli(...sending, '--as', 'ann');
  expect(again).toMatchObject({ code: 64 });
  expect(json(again).error).toMatchObject({
    message: `a mail with this content waits to be sent in the outbox as ${json(waiting).id}; nothing was sent`,
    hint: expect.stringContaining('to send a second one: --yes'),
  });
  expect(json(await cli('outbox', 'list', '--json'))).toHaveLength(1);
  const retried = await cli('outbox', 'retry', json(waiting).id, '--json');
  expect(retried).toMatchObject({ code: 69 });
  expect(json(retried)).toMatchObject([{ state: 'pending', error: { kind: 'unreachable' } }]);
  sandbox.faults.remove(fault);
  const database = new HeldDatabase(join(directory, 'state', 'integrator.db'), {});
  database.prepare("update outbox set next_at = 0 where state = 'pending'").run();
  database.close();
  expect(json(await cli('run', '--once', '--json'))).toMatchObject({ outbox: { done: 1, pending: 0 } });
  expect(deliveries()).toHaveLength(1);

  const [sent] = json(await cli('mail', 'list', '--json'));
  const dispatcher = new Agent({ connect: { ca: sandbox.caPem } });
  for (const operation of ['bounce', 'away']) {
    const answered = await request(`${sandbox.origin}/sandbox/${operation}`, { method: 'POST', dispatcher });
    expect(answered.statusCode).toBe(200);
  }
  await dispatcher.close();
  await cli('run', '--once');
  const { stdout } = await cli('ticket', 'show', 'OPP-1');
  expect(stdout).toContain(`bounced for ${bob}: 550 5.1.10 `);
  expect(stdout).toContain(`answered automatically by ${bob}: Automatic reply: Pumps`);
  expect((await cli('mail', 'list')).stdout).toMatch(new RegExp(`^${sent.id} +bounced`, 'm'));
});

test('a mail that says nothing is refused', async () => {
  const empty = ['mail', 'send', '--ticket', 'OPP-1', '--to', bob, '--subject', 'Pumps', '--as', 'ann', '--json'];
  expect(await cli(...empty)).toMatchObject({ code: 64 });
  expect(await cli(...empty, '--attach', 'quote.pdf', '--dry-run')).toMatchObject({ code: 0 });
});

test('mail that waits is tried again oldest first, and each entry that cannot be dropped is named', async () => {
  deliveries().length = 0;
  const fault = sandbox.faults.add({ service: 'graph', method: 'POST', count: 0, fault: { kind: 'reset_before' } });
  const ids: string[] = [];
  for (const subject of ['One', 'Two', 'Three']) {
    ids.push(json(await cli(...sending, '--subject', subject, '--as', 'ann')).id);
  }
  sandbox.faults.remove(fault);
  const dropped = await cli('outbox', 'drop', '99999', ids[2] ?? '', '--yes', '--json');
  expect(dropped).toMatchObject({ code: 75 });
  expect(json(dropped)).toMatchObject({
    dropped: [{ id: ids[2], draft_may_remain: true }],
    failed: [{ id: '99999', error: { kind: 'not_found' } }],
  });
  expect(await cli('outbox', 'retry')).toMatchObject({ code: 0 });
  expect(deliveries().map(({ subject }) => subject)).toEqual(['One', 'Two']);
});

test('a send that is stopped by its person says that it is unsure, and what to check', async () => {
  const hanging = sandbox.faults.add({ path: '/send$', fault: { kind: 'hang_after' } });
  const env = { SANDBOX_SECRET: sandbox.clientSecret };
  const { child, result } = startCli([...sending, '--as', 'ann'], { cwd: directory, env });
  while (sandbox.faults.hits(hanging) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGINT');
  const stopped = await result;
  expect(stopped.code).toBe(130);
  expect(json(stopped)).toMatchObject({ state: 'unsure', error: { hint: expect.stringContaining('Sent Items') } });
  expect(stopped.stderr).not.toContain('waits in the outbox');
});
