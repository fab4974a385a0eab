import { afterEach, expect, test } from 'vitest';
import { decidingStored } from '../../src/filing/deciding.ts';
import { storedEnvelopes } from '../../src/store/stored-mails.ts';
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

const claimed = 'Authentication-Results';
test.each([
  { type: 'ews', server: 'mail.contoso.test', writes: 'mx; dmarc=pass header.from=bank.example', verified: 'none' },
  { type: 'ews', server: 'mail.contoso.test', writes: 'mx; dmarc=fail header.from=bank.example', verified: 'fail' },
  { type: 'graph', writes: 'dmarc=pass header.from=bank.example', verified: 'pass' },
])('$writes in a mail of a $type connection counts as $verified', async ({ writes, verified, ...connection }) => {
  const mailboxes = [{ address: ann, agent: 'ann' }];
  office = await openOffice({ connection: { auth: 'application', ...connection }, mailboxes });
  office.sandbox.world.addMessage(ann, 'Inbox', {
    from: 'desk@bank.example',
    to: ann,
    headers: [{ name: claimed, value: writes }],
  });
  await office.run();
  const [row] = await office.app.store.db.selectFrom('message').select(['verified', 'verified_detail']).execute();
  expect(row?.verified).toBe(verified);
});

test('what explains a mail of an own server does not tell a claim of its sender as a fact', async () => {
  const opened = await exchange({ auth: 'application' });
  const headers = [{ name: claimed, value: 'mx; dmarc=pass header.from=bank.example' }];
  opened.sandbox.world.addMessage(ann, 'Inbox', { from: 'desk@bank.example', to: ann, headers });
  await opened.run();
  const [row] = await opened.app.store.db.selectFrom('message').select('id').execute();
  const mail = (await storedEnvelopes(opened.app.store.db, [row?.id ?? 0])).get(row?.id ?? 0);
  if (mail === undefined) throw new Error('not stored');
  expect(decidingStored(mail).facts.authentication).toMatchObject({
    verdict: 'none',
    because: expect.stringContaining('anybody may have written'),
  });
});
