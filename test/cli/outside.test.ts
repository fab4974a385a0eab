import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, writeConfig } from '../importer/office.ts';
import { emptyDirectory, runCli } from './run-cli.ts';

const ceo = 'ceo@contoso.test';
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ceo]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  sandbox.world.addMessage(ann, 'Inbox', { subject: 'For Ann' });
  sandbox.world.addMessage(ceo, 'Inbox', { subject: 'For the board alone' });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.faults.clear();
  sandbox.requests.clear();
});

const consents = { graph: 'Mail.ReadWrite', ews: 'full_access_as_app' };

/** What an administrator granted: a consent in Entra, roles of Exchange for Ann's mailbox, or both. */
function grant({ entra, exchange }: { readonly entra: boolean; readonly exchange: boolean }): void {
  const roles = ['Application Mail.Read', 'Application MailboxSettings.Read', 'Application EWS.AccessAsApp'];
  sandbox.app.roles = entra ? Object.values(consents) : [];
  sandbox.app.exchangeRoles = exchange ? roles.map((role) => ({ role, mailboxes: [ann] })) : [];
}

function place(connection: Record<string, unknown>) {
  const cwd = emptyDirectory();
  writeConfig(cwd, sandbox, { connection, mailboxes: [{ address: ann, agent: 'ann' }] });
  const env = { SANDBOX_SECRET: sandbox.clientSecret, EXCHANGE_PASSWORD: sandbox.serviceAccount.password };
  return (...args: string[]) => runCli(args, { cwd, env });
}

describe.each([['graph'], ['ews']] as const)('an application on %s', (type) => {
  const here = place.bind(null, { type, ...(type === 'ews' ? { server: 'mail.contoso.test' } : {}) });

  test('with scoped Exchange roles alone imports, and is refused outside, as it should be', async () => {
    grant({ entra: false, exchange: true });
    const cli = here();
    const tried = await cli('test-mailboxes', '--json');
    expect([tried.code, JSON.parse(tried.stdout)]).toMatchObject([0, [{ mailbox: ann, verdict: 'ok', read: true }]]);
    const imported = await cli('run', '--once', '--json');
    expect([imported.code, JSON.parse(imported.stdout).totals]).toMatchObject([0, { imported: 1, failed: 0 }]);
    const outside = await cli('test-mailboxes', '--outside', ceo, '--json');
    const row = { connection: 'contoso', mailbox: ceo, verdict: 'ok', read: false, code: null };
    expect([outside.code, JSON.parse(outside.stdout)]).toMatchObject([
      0,
      [{ ...row, advice: 'refused, as it should be' }],
    ]);
    expect((await cli('test-mailboxes', 'contoso', '--outside', ceo)).stdout).toContain('refused, as it should be');
  });

  test('with a consent left in Entra beside the scope reads everybody, which exits 1 and names the cure', async () => {
    grant({ entra: true, exchange: true });
    const cli = here();
    sandbox.requests.clear();
    const outside = await cli('test-mailboxes', '--outside', ceo, '--json');
    expect(outside.code).toBe(1);
    const [row] = JSON.parse(outside.stdout);
    expect(row).toMatchObject({ mailbox: ceo, verdict: 'failed', read: true, code: 'readable' });
    expect(row.advice).toContain('remove the application permissions');
    expect(row.advice).toContain(`Test-ServicePrincipalAuthorization -Identity ${sandbox.clientId} -Resource ${ceo}`);
    expect(outside.stdout).not.toContain('For the board alone');
    expect(sandbox.requests.of(type, ceo).length).toBeLessThanOrEqual(2);
    expect(sandbox.mutations()).toBe(0);
    expect(JSON.parse((await cli('inbox', 'list', '--all', '--json')).stdout)).toEqual([]);
  });

  test('what proves nothing is unknown, and exits 75: a typo, a service that is away', async () => {
    grant({ entra: false, exchange: true });
    const cli = here();
    const typo = await cli('test-mailboxes', '--outside', `cio@contoso.test,${ceo}`, '--json');
    expect([typo.code, JSON.parse(typo.stdout)]).toMatchObject([
      75,
      [
        { mailbox: 'cio@contoso.test', verdict: 'unknown', code: expect.any(String) },
        { mailbox: ceo, verdict: 'ok' },
      ],
    ]);
    sandbox.faults.add({ service: type, count: 0, fault: { kind: 'status', status: 403, noBody: true } });
    const proxy = await cli('test-mailboxes', '--outside', ceo, '--json');
    expect([proxy.code, JSON.parse(proxy.stdout)]).toMatchObject([75, [{ verdict: 'unknown' }]]);
  });
});

test('a service account with Full Access to too much is found too', async () => {
  const signIn = { auth: 'basic', username: sandbox.serviceAccount.username, password: { env: 'EXCHANGE_PASSWORD' } };
  const cli = place({ type: 'ews', server: 'mail.contoso.test', ...signIn });
  const readable = await cli('test-mailboxes', '--outside', ceo, '--json');
  expect([readable.code, JSON.parse(readable.stdout)]).toMatchObject([
    1,
    [{ verdict: 'failed', advice: expect.stringContaining('Remove-MailboxPermission') }],
  ]);
  sandbox.world.setAccess(ceo, 'none');
  const refused = await cli('test-mailboxes', '--outside', ceo, '--json');
  expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([0, [{ verdict: 'ok' }]]);
  sandbox.world.setAccess(ceo, 'full');
});

test('one that can be read weighs more than one of which nothing is known', async () => {
  grant({ entra: true, exchange: false });
  const cli = place({});
  const both = await cli('test-mailboxes', '--outside', 'cio@contoso.test', '--outside', ceo, '--json');
  expect([both.code, JSON.parse(both.stdout)]).toMatchObject([1, [{ verdict: 'unknown' }, { verdict: 'failed' }]]);
});

test.each([
  [['--outside', 'ceo']],
  [['--outside', '']],
  [['--outside', `${ceo},`]],
  [['--outside', ceo, '--send']],
  [['--outside', ceo, '--mailbox', ann]],
  [['nobody', '--outside', ceo]],
])('test-mailboxes %j is wrong usage', async (args) => {
  const { code, stdout } = await place({})('test-mailboxes', ...args, '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([64, { error: { kind: 'usage' } }]);
  expect(sandbox.requests.entries).toEqual([]);
});
