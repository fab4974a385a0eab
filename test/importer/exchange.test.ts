import { afterEach, expect, test } from 'vitest';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office | undefined;

afterEach(() => office?.close());

async function exchange(more: Record<string, unknown>): Promise<Office> {
  const connection = { type: 'ews', server: 'mail.contoso.test', ...more };
  office = await openOffice({ connection, mailboxes: [{ address: ann, agent: 'ann' }] });
  return office;
}

test.each([
  { auth: 'application' },
  { auth: 'basic', username: 'svc-crm@contoso.test', password: { env: 'EXCHANGE_PASSWORD' } },
  { auth: 'ntlm', username: 'CONTOSO\\svc-crm', password: { env: 'EXCHANGE_PASSWORD' } },
])('an Exchange connection with auth $auth imports mail, and changes nothing', async (signIn) => {
  const opened = await exchange(signIn);
  const { sandbox, env } = opened;
  env['EXCHANGE_PASSWORD'] = sandbox.serviceAccount.password;
  sandbox.world.addMessage(ann, 'Inbox', { subject: 'By Exchange' });
  const report = await opened.run();
  expect(report.totals.imported).toBe(1);
  expect(sandbox.requests.of('ews').some(({ path }) => path.endsWith('#GetItem'))).toBe(true);
  expect(sandbox.mutations(ann)).toBe(0);
});
