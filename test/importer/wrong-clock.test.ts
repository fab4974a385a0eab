import { afterEach, expect, test } from 'vitest';
import { readStatus } from '../../src/daemon/status.ts';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office;
afterEach(() => office.close());

const bob = 'bob@acme.example';
const day = 86_400_000;
const exchange = { type: 'ews', server: 'mail.contoso.test', auth: 'basic', username: 'svc-crm@contoso.test' };

async function floor(): Promise<number | undefined> {
  const row = await office.app.store.db.selectFrom('mailbox_state').select('floor_at').executeTakeFirst();
  return row?.floor_at;
}

test.each([
  ['Graph', {}],
  ['Exchange', { ...exchange, password: { env: 'EXCHANGE_PASSWORD' } }],
])('a clock that is a day ahead at the first run loses no mail of %s', async (_name, connection) => {
  let aheadMs = day;
  office = await openOffice({
    connection,
    mailboxes: [{ address: ann, agent: 'ann', import_from: 'now' }],
    now: () => Date.now() + aheadMs,
  });
  office.env['EXCHANGE_PASSWORD'] = office.sandbox.serviceAccount.password;
  const { world } = office.sandbox;
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Before', receivedAt: Date.now() - day });
  const startMs = Date.now();

  expect((await office.run()).mailboxes[0]).toMatchObject({ imported: 0, error: null });
  expect(await floor()).toBeGreaterThan(startMs - 2_000);
  expect(await floor()).toBeLessThanOrEqual(Date.now());

  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'While it is wrong', receivedAt: Date.now() + 1 });
  expect((await office.run()).totals.imported).toBe(1);
  aheadMs = 0;
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Once it is right', receivedAt: Date.now() + 2 });
  expect((await office.run()).totals.imported).toBe(1);
});

test('a floor that a wrong clock left ahead in an older store is lowered too', async () => {
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann', import_from: 'now' }] });
  await office.run();
  await office.app.store.db
    .updateTable('mailbox_state')
    .set({ floor_at: Date.now() + day })
    .execute();
  await office.run();
  office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'New', receivedAt: Date.now() + 1 });
  expect((await office.run()).totals.imported).toBe(1);
});

test('a date to come that the configuration names is kept, and status says that it lies ahead', async () => {
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann', import_from: '2100-01-01' }] });
  office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Too early' });
  expect((await office.run()).totals.imported).toBe(0);
  const { config, app } = office;
  const status = await readStatus({ config, store: app.store, isSignedIn: () => true, nowMs: Date.now() });
  expect(status.connections[0]?.mailboxes[0]?.imports_from).toBe('2100-01-01T00:00:00.000Z');
});

test('a clock that is right leaves the floor of the first run where it is', async () => {
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann', import_from: 'now' }] });
  await office.run();
  const first = await floor();
  await office.run();
  expect(await floor()).toBe(first);
});
