import { afterEach, describe, expect, test } from 'vitest';
import { readStatus } from '../../src/daemon/status.ts';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office;
afterEach(() => office.close());

const bob = 'bob@acme.example';
const exchange = { type: 'ews', server: 'mail.contoso.test', auth: 'application' };

const troubles = async () => {
  const { config, app } = office;
  const status = await readStatus({ config, store: app.store, isSignedIn: () => true, nowMs: Date.now() });
  return status.connections[0]?.mailboxes[0]?.folders_in_trouble;
};

const put = (subject: string, receivedAt = Date.now()) =>
  office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject, receivedAt });

async function cursorOf(folder = 'Inbox'): Promise<string | null | undefined> {
  const row = await office.app.store.db
    .selectFrom('folder_state')
    .select('cursor')
    .where('folder', '=', folder)
    .executeTakeFirst();
  return row?.cursor;
}

test('a link that Graph answers with an error for ever is given up at once, where the folder can be listed by ids', async () => {
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann' }] });
  put('Before');
  expect((await office.run()).totals.imported).toBe(1);
  const fault = { kind: 'status', status: 500, code: 'UnknownError' } as const;
  office.sandbox.faults.add({ mailbox: ann, path: 'deltatoken', count: 0, fault });
  put('After');
  const told = { kind: 'unreachable' };
  expect((await office.run()).mailboxes[0]).toMatchObject({
    imported: 1,
    duplicates: 0,
    error: null,
    folders: [{ folder: 'Inbox', listed_anew: told }],
  });
  expect(await troubles()).toMatchObject([
    { failed_runs: 0, listed_anew_at: expect.any(String), listed_anew_because: told },
  ]);
});

describe('a cursor that Exchange answers with an error for ever', () => {
  const kill = () =>
    office.sandbox.faults.add({
      mailbox: ann,
      path: '#SyncFolderItems\\?later',
      count: 0,
      fault: { kind: 'status', status: 500, code: 'ErrorInternalServerError' },
    });

  async function importedThenDead(): Promise<void> {
    office = await openOffice({ connection: exchange, mailboxes: [{ address: ann, agent: 'ann' }] });
    put('Before');
    expect((await office.run()).totals.imported).toBe(1);
    kill();
    put('After');
  }

  test('is given up after three failed runs in a row: the folder is listed anew, and nothing comes twice', async () => {
    await importedThenDead();
    const dead = await cursorOf();
    for (let failed = 1; failed <= 3; failed += 1) {
      const report = await office.run();
      expect(report.mailboxes[0]).toMatchObject({ imported: 0, error: { kind: 'unreachable' } });
      expect(await troubles()).toMatchObject([{ folder: 'Inbox', failed_runs: failed, listed_anew_at: null }]);
    }

    const report = await office.run();
    expect(report.mailboxes[0]).toMatchObject({
      imported: 1,
      duplicates: 0,
      error: null,
      folders: [{ folder: 'Inbox', listed_anew: { kind: 'unreachable' } }],
    });
    expect(await cursorOf()).not.toBe(dead);
    expect(await troubles()).toMatchObject([
      { failed_runs: 0, listed_anew_at: expect.any(String), listed_anew_because: { kind: 'unreachable' } },
    ]);
  });

  test('is no hindrance to run --since, which brings the mail and replaces the cursor at once', async () => {
    await importedThenDead();
    const dead = await cursorOf();
    const report = await office.run({ sinceMs: Date.now() - 3_600_000 });
    expect(report.mailboxes[0]).toMatchObject({ imported: 1, duplicates: 0, error: null });
    expect(await cursorOf()).not.toBe(dead);
    office.sandbox.faults.clear();
    put('Later');
    expect((await office.run()).mailboxes[0]).toMatchObject({ imported: 1, error: null });
  });

  test('that recovers goes on from where it was, and its failures are forgotten', async () => {
    await importedThenDead();
    await office.run();
    await office.run();
    office.sandbox.faults.clear();
    expect((await office.run()).mailboxes[0]).toMatchObject({ imported: 1, error: null });
    expect(await troubles()).toEqual([]);
    kill();
    await office.run();
    expect(await troubles()).toMatchObject([{ failed_runs: 1 }]);
  });
});

test.each([
  ['a service that is away', { kind: 'status', status: 503 }],
  ['a connection that breaks', { kind: 'reset_before' }],
  ['a mailbox that is closed', { kind: 'status', status: 403, code: 'ErrorAccessDenied' }],
] as const)('%s is not counted against the cursor', async (_what, fault) => {
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann' }] });
  put('Before');
  await office.run();
  const before = await cursorOf();
  office.sandbox.faults.add({ service: 'graph', mailbox: ann, count: 0, fault });
  for (let run = 0; run < 2; run += 1) expect((await office.run()).mailboxes[0]?.error).not.toBeNull();
  expect(await troubles()).toEqual([]);
  expect(await cursorOf()).toBe(before);
});

test('run --since lists from a time above the floor too', async () => {
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann' }] });
  const day = 86_400_000;
  put('Old', Date.now() - 10 * day);
  put('New');
  await office.run();
  await office.app.store.write((trx) => trx.deleteFrom('message').execute());
  expect((await office.run({ sinceMs: Date.now() - day })).totals.imported).toBe(1);
});
