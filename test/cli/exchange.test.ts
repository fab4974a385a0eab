import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { browse } from '../auth/tenant.ts';
import { ann, writeConfig } from '../importer/office.ts';
import { emptyDirectory, runCli, startCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

const service = 'svc-crm@contoso.test';
const directory = emptyDirectory();
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  for (const address of [ann, 'mallory@contoso.test']) sandbox.world.addMailbox({ address, displayName: address });
  writeConfig(directory, sandbox, {
    connection: { type: 'ews', auth: 'delegated', service_account: service },
    mailboxes: [{ address: ann, agent: 'ann' }],
  });
});
afterAll(() => sandbox.close());

const environment = () => ({ cwd: directory, env: { SANDBOX_SECRET: sandbox.clientSecret } });
const cli = (...args: string[]): Promise<CliResult> => runCli([...args, '--json'], environment());

/** Signs in as somebody, as soon as the program says where. */
function loginAs(account: string): Promise<CliResult> {
  const { child, result } = startCli(['auth', 'login', 'contoso', '--no-browser', '--json'], environment());
  let words = '';
  child.stderr?.on('data', (chunk: string) => {
    const before = words;
    words += chunk;
    const [url] = /https:\S+(?=\n)/.exec(words) ?? [];
    if (url !== undefined && !/https:\S+\n/.test(before)) browse(sandbox, url, account).catch(() => child.kill());
  });
  return result;
}

test('an Exchange connection is signed in by a person, and imports on that sign-in alone', async () => {
  sandbox.world.addMessage(ann, 'Inbox', { subject: 'By sign-in' });
  const before = await cli('run', '--once');
  expect([before.code, JSON.parse(before.stdout).mailboxes[0].error.kind]).toEqual([77, 'needs_login']);

  const wrong = await loginAs('mallory@contoso.test');
  expect([wrong.code, wrong.stdout]).toEqual([77, expect.stringContaining(service)]);

  const login = await loginAs(service);
  expect(login.code).toBe(0);
  expect(login.stdout).toContain('EWS.AccessAsUser.All');

  const run = await cli('run', '--once');
  expect([run.code, JSON.parse(run.stdout).totals.imported]).toEqual([0, 1]);
  const asked = sandbox.requests.of('ews');
  expect(asked.every(({ authorized, mailbox }) => authorized && mailbox === ann)).toBe(true);
  expect(sandbox.mutations()).toBe(0);
  expect(sandbox.requests.of('graph')).toHaveLength(0);
});
