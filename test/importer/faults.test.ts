import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readStatus } from '../../src/daemon/status.ts';
import { ann, ben, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office;
const bob = 'bob@acme.example';

beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.close());

const statusOf = () =>
  readStatus({ config: office.config, store: office.app.store, isSignedIn: () => true, nowMs: Date.now() });

test('a mailbox that cannot be read never delays the others, and says why', async () => {
  const { sandbox } = office;
  sandbox.world.addMessage(ben, 'Inbox', { from: bob, to: ben, subject: 'Still arrives' });
  sandbox.faults.add({ mailbox: ann, count: 0, fault: { kind: 'status', status: 403, code: 'ErrorAccessDenied' } });

  const report = await office.run();

  expect(report.mailboxes).toMatchObject([
    { mailbox: ann, imported: 0, error: { kind: 'access_denied' } },
    { mailbox: ben, imported: 1, error: null },
  ]);
  const status = await statusOf();
  expect(status.connections[0]?.mailboxes).toMatchObject([
    { last_error: { kind: 'access_denied' }, last_success_at: null },
    { last_error: null, imported_total: 1, inbox_count: 1 },
  ]);
});

test('a damaged mail is set aside, visible, and comes in once it can be read', async () => {
  const { sandbox } = office;
  sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Fine' });
  const id = sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Broken', damaged: true });

  expect((await office.run()).totals).toMatchObject({ imported: 1, failed: 1 });
  expect((await statusOf()).set_aside).toMatchObject([{ mailbox: ann, folder: 'Inbox', what: 'mail', attempts: 1 }]);

  sandbox.world.updateMessage(ann, id, { damaged: false });
  expect((await office.run()).totals).toMatchObject({ imported: 1, failed: 0 });
  expect((await statusOf()).set_aside).toEqual([]);
});

const files = (text: string) => [{ kind: 'file', name: `${text}.pdf`, content: Buffer.from(text) }] as const;
const attachments = (): Promise<unknown> =>
  office.app.store.db
    .selectFrom('attachment')
    .innerJoin('message', 'message.id', 'attachment.message_id')
    .select(['subject', 'name', 'sha256 as stored'])
    .orderBy('subject')
    .execute()
    .then((rows) => rows.map(({ subject, name, stored }) => [subject, name, stored !== null]));

test('attachments that cannot be listed are set aside, their mail comes, and they come once they can be', async () => {
  const { sandbox } = office;
  const mail = { from: bob, to: ann };
  sandbox.world.addMessage(ann, 'Inbox', { ...mail, subject: 'A', attachments: files('beside') });
  const id = sandbox.world.addMessage(ann, 'Inbox', { ...mail, subject: 'B', attachments: files('offer') });
  const path = `messages/${id.replaceAll('+', '.')}/attachments`;
  for (const [status, code] of [
    [404, 'ErrorItemNotFound'],
    [403, 'ErrorAccessDenied'],
    [500, 'InternalServerError'],
  ] as const) {
    sandbox.faults.clear();
    sandbox.faults.add({ path, count: 0, fault: { kind: 'status', status, code } });
    await office.run({ retryAll: true });
    expect((await statusOf()).set_aside).toMatchObject([{ mailbox: ann, what: 'attachment' }]);
    expect(await attachments()).toEqual([
      ['A', 'beside.pdf', true],
      ['B', expect.any(String), false],
    ]);
  }
  sandbox.faults.clear();
  await office.run({ retryAll: true });
  expect((await statusOf()).set_aside).toEqual([]);
  expect(await attachments()).toEqual([
    ['A', 'beside.pdf', true],
    ['B', 'offer.pdf', true],
  ]);
}, 30_000);

test('a mail that spoils every page of whole mails it is on is set aside, and the others come', async () => {
  const { sandbox } = office;
  for (let n = 0; n < 40; n += 1) sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `No ${n}` });
  sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Spoils', text: 'the words that spoil' });
  const fault = { kind: 'status_after', status: 500, code: 'InternalServerError' } as const;
  sandbox.faults.add({ count: 0, fault: { kind: 'where', holds: 'the words that spoil', fault } });
  await office.run();
  expect((await statusOf()).set_aside).toMatchObject([{ mailbox: ann, folder: 'Inbox', what: 'mail' }]);
  sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Later' });
  const second = await office.run();
  expect(second.mailboxes).toMatchObject([{ imported: 1, error: null }, { error: null }]);
  sandbox.faults.clear();
  const third = await office.run({ retryAll: true });
  expect(third.totals).toMatchObject({ imported: 1, failed: 0 });
  expect((await statusOf()).set_aside).toEqual([]);
}, 60_000);

test('a dead cursor lists the folder again and imports nothing twice', async () => {
  const { sandbox } = office;
  for (let n = 0; n < 30; n += 1) sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `No ${n}` });
  await office.run();
  sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'New since' });
  sandbox.faults.add({
    mailbox: ann,
    path: 'delta',
    fault: { kind: 'status', status: 410, code: 'SyncStateNotFound' },
  });

  const report = await office.run();

  expect(report.mailboxes[0]).toMatchObject({ error: null, imported: 1, duplicates: 0 });
});

test('mail that was moved away or deleted stays in the store, and is noted', async () => {
  const { sandbox } = office;
  const id = sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Soon gone' });
  await office.run();
  sandbox.world.deleteMessage(ann, id);

  const report = await office.run();

  expect(report.mailboxes[0]?.folders).toMatchObject([{ folder: 'Inbox', removed_upstream: 1 }]);
  expect((await statusOf()).connections[0]?.mailboxes[0]).toMatchObject({ imported_total: 1, inbox_count: 1 });
});

test('a page delivered twice, cut answers and resets in between bring every mail once', async () => {
  const { sandbox } = office;
  for (let n = 0; n < 320; n += 1) sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `No ${n}` });
  sandbox.faults.add({ mailbox: ann, nth: 1, fault: { kind: 'cut_json' } });
  sandbox.faults.add({ mailbox: ann, nth: 3, fault: { kind: 'reset_after' } });
  sandbox.faults.add({ mailbox: ann, nth: 4, count: 0, fault: { kind: 'double_entries' } });

  const totals = [await office.run(), await office.run()].map((report) => report.totals.imported);

  expect(totals[0]! + totals[1]!).toBe(320);
  const { n } = await office.app.store.db
    .selectFrom('message')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  expect(n).toBe(320);
});

test('a folder that does not exist is named, and the other folders are imported', async () => {
  await office.close();
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann', folders: ['Deals/None', 'Inbox'] }] });
  office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Comes in' });

  const report = await office.run();

  expect(report.mailboxes[0]).toMatchObject({ imported: 1, error: { kind: 'not_found' } });
  expect(report.mailboxes[0]?.error?.message).toContain('Deals/None');
});

test('a known shared mailbox is refused, unless its mail is matched to incidents', async () => {
  await office.close();
  const shared = 'team@contoso.test';
  office = await openOffice({
    mailboxes: [
      { address: shared, agent: 'ann' },
      { address: 'soc@contoso.test', agents: ['ann', 'ben'], matched_to: 'incidents' },
    ],
  });
  const { world } = office.sandbox;
  for (const address of [shared, 'soc@contoso.test']) {
    world.addMailbox({ address, displayName: 'Team', kind: 'shared' });
    world.addMessage(address, 'Inbox', { from: bob, to: address, subject: 'Hello' });
  }

  expect((await office.run()).mailboxes).toMatchObject([
    { mailbox: shared, imported: 0, error: { kind: 'config', message: expect.stringContaining('shared') } },
    { mailbox: 'soc@contoso.test', imported: 1, error: null },
  ]);
});

test('mail below the floor is left alone; --since lists it again without moving the cursor', async () => {
  await office.close();
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann', import_from: '7d' }] });
  const day = 86_400_000;
  const { world } = office.sandbox;
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Old', receivedAt: Date.now() - 20 * day });
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'New', receivedAt: Date.now() - day });

  expect((await office.run()).totals.imported).toBe(1);
  expect((await office.run({ sinceMs: Date.now() - 30 * day })).totals.imported).toBe(1);
  expect((await office.run()).totals.imported).toBe(0);
});

test('a stopped run keeps what it committed and the next one brings the rest', async () => {
  const { sandbox } = office;
  for (let n = 0; n < 400; n += 1) sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `No ${n}` });
  const stop = new AbortController();
  const third = sandbox.faults.add({ mailbox: ann, path: 'delta', nth: 3, fault: { kind: 'hang' } });

  const stopped = office.run({ signal: stop.signal });
  await vi.waitFor(() => expect(sandbox.faults.hits(third)).toBe(1), { timeout: 60_000 });
  stop.abort();
  const first = await stopped;
  const second = await office.run();

  expect(first.mailboxes.every((mailbox) => mailbox.error === null)).toBe(true);
  expect(first.totals.imported).toBeGreaterThan(0);
  expect(first.totals.imported + second.totals.imported).toBe(400);
  expect(second.totals.duplicates).toBe(0);
});

test('a full disk loses nothing: what did not fit is imported once there is room', async () => {
  const { sandbox, app } = office;
  const html = `<p>${'x'.repeat(50_000)}</p>`;
  for (let n = 0; n < 40; n += 1)
    sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `No ${n}`, html });
  const pages = await sql<{ page_count: number }>`pragma page_count`.execute(app.store.db);
  await sql`pragma max_page_count = ${sql.lit((pages.rows[0]?.page_count ?? 0) + 20)}`.execute(app.store.db);

  const full = await office.run();
  expect(full.mailboxes[0]).toMatchObject({
    imported: 0,
    error: { kind: 'store', message: expect.stringContaining('the disk of state_dir is full') },
  });

  await sql`pragma max_page_count = 1000000`.execute(app.store.db);
  expect((await office.run()).totals).toMatchObject({ imported: 40, duplicates: 0 });
});
