import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connection } from '../../src/config/schema.ts';
import { mailboxesToTest, testMailboxes } from '../../src/importer/test-mailboxes.ts';
import type { MailboxVerdict } from '../../src/importer/test-mailboxes.ts';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office;

beforeEach(async () => {
  const signIn = { auth: 'basic', username: 'svc-crm@contoso.test', password: { env: 'EXCHANGE_PASSWORD' } };
  office = await openOffice({ connection: { type: 'ews', ...signIn }, mailboxes: [{ address: ann, agent: 'ann' }] });
  office.env['EXCHANGE_PASSWORD'] = office.sandbox.serviceAccount.password;
});
afterEach(() => office.close());

/** As it would be said of another connection to the same server. */
async function verdict(change: (connection: Connection) => Connection = (same) => same): Promise<MailboxVerdict> {
  const [configured] = office.config.connections;
  const jobs = mailboxesToTest(office.config, {}).map((job) => ({ ...job, connection: change(job.connection) }));
  const [found] = await testMailboxes(
    jobs,
    {
      provider: (asked) => office.app.provider(configured ?? asked),
      now: () => Date.parse('2026-11-22'),
    },
    { concurrency: 1, signal: new AbortController().signal },
  );
  if (found === undefined) throw new Error('no verdict');
  return found;
}

const online = (connection: Connection): Connection => ({
  ...connection,
  endpoints: { ...connection.endpoints, ews: 'https://outlook.office365.com/EWS/Exchange.asmx' },
});

test('a mailbox on premises is fine, and whether it is shared cannot be determined over EWS', async () => {
  const found = await verdict();
  expect(found).toMatchObject({ verdict: 'ok', kind: 'unknown', code: null });
  expect(found.advice).toContain(`cannot be determined over EWS; check it`);
  expect(found.advice).toContain(`Get-Mailbox ${ann}`);
  expect(found.advice).not.toContain('2027');
});

test('a mailbox in Exchange Online is fine, with the end of EWS in view', async () => {
  const found = await verdict(online);
  expect(found.verdict).toBe('ok');
  expect(found.advice).toMatch(/EWS is being switched off.*1 April 2027: make this connection type: graph/);
});

test.each([
  {
    what: 'switched off',
    fault: { kind: 'status', status: 403 } as const,
    code: 'HTTP 403',
    says: /EWS is blocked.*EwsEnabled.*1 April 2027.*Graph/,
  },
  {
    what: 'refused by a licence or a list, in a fault',
    fault: { kind: 'status', status: 500, code: 'ErrorAccessDenied', message: 'no' } as const,
    code: 'ErrorAccessDenied',
    says: /access is denied.*Grant/,
  },
])('EWS that is $what is a verdict, asked for once', async ({ fault, code, says }) => {
  office.sandbox.faults.add({ service: 'ews', fault, count: 0 });
  const found = await verdict(online);
  expect(found).toMatchObject({ verdict: 'failed', read: false, code });
  expect(found.advice).toMatch(says);
  expect(found.advice?.match(/1 April 2027/g)).toHaveLength(1);
  expect(office.sandbox.requests.of('ews')).toHaveLength(1);
});

test('a mailbox the account may not open says what to grant, and a wrong password that it is not tried again', async () => {
  office.sandbox.world.setAccess(ann, 'none');
  expect(await verdict()).toMatchObject({ verdict: 'failed', advice: expect.stringContaining('Full Access') });
  office.sandbox.directory.setPassword('svc-crm@contoso.test', 'another');
  expect(await verdict()).toMatchObject({ verdict: 'failed', code: 'HTTP 401' });
});
