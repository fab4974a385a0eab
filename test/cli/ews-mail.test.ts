import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, ben, writeConfig } from '../importer/office.ts';
import { emptyDirectory, runCli } from './run-cli.ts';

let sandbox: Sandbox;
const directory = emptyDirectory();
const bob = 'bob@acme.example';

const cli = (...args: string[]) => {
  const env = { SANDBOX_SECRET: sandbox.clientSecret, SVC_PASSWORD: sandbox.serviceAccount.password };
  return runCli(args, { cwd: directory, env });
};
const json = (result: { stdout: string }) => JSON.parse(result.stdout);
const deliveries = () => sandbox.world.post.deliveries;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ben]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  sandbox.world.setSendAs(ben, 'on_behalf');
  writeConfig(directory, sandbox, {
    connection: {
      type: 'ews',
      auth: 'basic',
      username: sandbox.serviceAccount.username,
      password: { env: 'SVC_PASSWORD' },
      import_sent_items: true,
    },
    config: { outgoing: { actions: { email_customer: { from: 'sales_mailboxes' } } } },
  });
  writeFileSync(join(directory, 'body.txt'), 'Dear Bob,\nten & <more>.');
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

test('over EWS too, test-mailboxes --send tells whether a mailbox may be sent from, and leaves nothing behind', async () => {
  const tried = await cli('test-mailboxes', '--send', '--json');
  expect(json(tried)).toMatchObject([
    { mailbox: ann, send_as: 'ok' },
    { mailbox: ben, send_as: 'on_behalf' },
  ]);
  const left = [ann, ben].flatMap((address) => [...sandbox.world.mailbox(address).items()]);
  expect(left.filter(({ folder }) => folder.wellKnown !== 'deleteditems').map(({ subject }) => subject)).toEqual([
    'Pumps',
  ]);
});

test('over EWS too, mail, quotations and replies go out once, in the thread, and are on the ticket', async () => {
  await cli('run', '--once', '--json');
  deliveries().length = 0;
  sandbox.faults.add({ path: '#SendItem$', fault: { kind: 'status_after', status: 504 } });
  const common = ['--ticket', 'OPP-1', '--to', bob, '--as', 'ann', '--json'];
  const sent = await cli('mail', 'send', '--subject', 'Pumps', '--body', 'body.txt', ...common);
  expect(json(sent)).toMatchObject({ state: 'done', from: ann });
  expect(json(await cli('quote', 'send', '--file', 'quote.pdf', '--from', ann, ...common))).toMatchObject({
    state: 'done',
  });
  const { message } = json(await cli('explain', 'q@acme.example', '--json'));
  const replied = await cli('mail', 'reply', message.id, '--body', 'body.txt', '--as', 'ann', '--json');
  expect(replied).toMatchObject({ code: 0 });

  expect(deliveries().map(({ from, sender, subject }) => [from.address, sender.address, subject])).toEqual([
    [ann, ann, 'Pumps'],
    [ann, ann, 'Pumps'],
    [ann, ann, 'RE: Pumps'],
  ]);
  const mimes = deliveries().map(({ mime }) => Buffer.from(mime).toString('utf8'));
  expect(mimes[1]).toContain('quote.pdf');
  expect(mimes[2]).toMatch(/^In-Reply-To: <q@acme\.example>/im);
  await cli('run', '--once', '--json');
  expect(json(await cli('mail', 'list', '--ticket', 'OPP-1', '--json'))).toHaveLength(3);
  expect(json(await cli('status', '--json'))).toMatchObject({ mutating_requests: 0, outbox: { unsure: 0 } });
});

test('a campaign through an own server says nothing of the limits of Exchange Online', async () => {
  const templates = join(directory, 'templates');
  mkdirSync(templates);
  writeFileSync(join(templates, 'news.txt'), 'Subject: News\n\nRead on.\n');
  writeFileSync(join(directory, 'list.csv'), `email\n${bob}\n`);
  const rehearsed = await cli('campaign', 'send', 'list.csv', '--template', 'news', '--as', 'ann', '--from', ann, '-n');
  expect(rehearsed).toMatchObject({ code: 0, stderr: expect.stringContaining('1 would be sent') });
  expect(rehearsed.stderr).not.toContain('licences');
});
