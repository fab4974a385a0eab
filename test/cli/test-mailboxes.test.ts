import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, ben, writeConfig } from '../importer/office.ts';
import { emptyDirectory, runCli } from './run-cli.ts';

let sandbox: Sandbox;
const directory = emptyDirectory();
const sales = 'sales@contoso.test';
const config = { outgoing: { mailboxes: [{ address: sales, connection: 'contoso', agents: ['ann'] }] } };

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ben]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  sandbox.world.setAccess(ben, 'none');
  sandbox.world.addMailbox({ address: sales, displayName: 'Sales', kind: 'shared', sendAs: 'on_behalf' });
  writeConfig(directory, sandbox, {
    config,
  });
});
afterAll(() => sandbox.close());

const cli = (...args: string[]) => runCli(args, { cwd: directory, env: { SANDBOX_SECRET: sandbox.clientSecret } });

test('test-mailboxes sends only when asked, tells whether it may, and counts it not as a change by importing', async () => {
  const quiet = JSON.parse((await cli('test-mailboxes', '--json')).stdout);
  expect(quiet).toMatchObject([
    { mailbox: ann, send_as: 'not_tried', verdict: 'ok' },
    { mailbox: ben, send_as: 'not_tried', verdict: 'failed' },
    { mailbox: sales, send_as: 'not_tried', verdict: 'ok', kind: 'shared', read: true, agents: ['ann'] },
  ]);
  expect(sandbox.world.post.deliveries).toHaveLength(0);

  const loud = await cli('test-mailboxes', '--send', '--mailbox', ann, '--json');
  expect(loud.code).toBe(0);
  expect(JSON.parse(loud.stdout)).toMatchObject([{ mailbox: ann, send_as: 'ok', verdict: 'ok' }]);
  expect(sandbox.world.post.deliveries).toMatchObject([{ from: { address: ann }, to: [{ address: ann }] }]);
  const left = [...sandbox.world.mailbox(ann).items()].map(({ folder }) => folder.wellKnown);
  expect(new Set(left)).toEqual(new Set(['deleteditems']));
  const status = JSON.parse((await cli('status', '--json')).stdout);
  expect(status.mutating_requests).toBe(0);
});

test("where every mailbox fails for one reason that is not its own, the exit code is that reason's", async () => {
  const mixed = await cli('test-mailboxes', '--json');
  expect(mixed.code).toBe(1);
  expect(JSON.parse(mixed.stdout)).toMatchObject([{ reason: null }, { reason: null }, { reason: null }]);
  expect((await cli('test-mailboxes', '--mailbox', ben)).code).toBe(1);

  const cwd = emptyDirectory();
  writeConfig(cwd, sandbox, { connection: { auth: 'delegated' }, config });
  const nobody = await runCli(['test-mailboxes', '--json'], { cwd, env: { SANDBOX_SECRET: sandbox.clientSecret } });
  expect(JSON.parse(nobody.stdout)[0]).toMatchObject({ verdict: 'failed', reason: 'needs_login' });
  expect(nobody.code).toBe(77);
});

test('a shared mailbox for sending is tried too, and whoever sends from it is told of two names', async () => {
  const cwd = emptyDirectory();
  const signIn = { auth: 'basic', username: sandbox.serviceAccount.username, password: { env: 'EXCHANGE_PASSWORD' } };
  writeConfig(cwd, sandbox, { connection: { type: 'ews', ...signIn }, config });
  const env = { EXCHANGE_PASSWORD: sandbox.serviceAccount.password, SANDBOX_SECRET: sandbox.clientSecret };
  const here = (...args: string[]) => runCli(args, { cwd, env });
  await here('ticket', 'new', '--use', 'opportunity', '--type', 'Opportunity', '--summary', 'Pumps');
  const send = async () => {
    const args = ['--ticket', 'OPP-1', '--to', 'bob@acme.example', '--subject', 'Hello', '--body', 'integrator.yaml'];
    const { stdout } = await here('mail', 'send', '--as', 'ann', '--from', sales, ...args, '--dry-run', '--json');
    return JSON.parse(stdout);
  };
  expect((await send()).because).not.toContain('on behalf');

  const tried = await here('test-mailboxes', '--send', '--mailbox', sales, '--json');
  expect(JSON.parse(tried.stdout)).toMatchObject([{ mailbox: sales, send_as: 'on_behalf', code: 'on_behalf' }]);
  expect(await send()).toMatchObject({ from: sales, because: expect.stringContaining('on behalf') });
  expect((await here('run', '--once', '--mailbox', sales)).code).toBe(64);
});

test('what several mailboxes need is one line of PowerShell for all of them, with their names in it', async () => {
  const cwd = emptyDirectory();
  const cara = 'cara@contoso.test';
  for (const address of [ann, ben, cara]) {
    if (sandbox.world.find(address) === null) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  }
  sandbox.world.setAccess(cara, 'none');
  const signIn = { auth: 'basic', username: sandbox.serviceAccount.username, password: { env: 'EXCHANGE_PASSWORD' } };
  const mailboxes = [ann, ben, cara].map((address) => ({ address, agent: 'ann' }));
  writeConfig(cwd, sandbox, { connection: { type: 'ews', ...signIn }, mailboxes });
  const env = { EXCHANGE_PASSWORD: sandbox.serviceAccount.password };
  const { stdout } = await runCli(['test-mailboxes'], { cwd, env });
  const list = `'${ben}','${cara}' | ForEach-Object`;
  expect(stdout).toContain(
    `${list} { Add-MailboxPermission $_ -User svc-crm@contoso.test -AccessRights FullAccess -AutoMapping $false }`,
  );
  expect(stdout).toContain(`Get-Mailbox ${ann} | select PrimarySmtpAddress,RecipientTypeDetails`);
  expect(stdout).not.toMatch(/SERVICE_ACCOUNT|CLIENT_ID/);
});
