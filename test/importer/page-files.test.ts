import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteMails } from '../../src/inbox/delete.ts';
import { addOutboxRow } from '../../src/store/outbox.ts';
import { passOn } from './between.ts';
import { ann, ben, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office;
const bob = 'bob@acme.example';

/** What lies in state/files, and is whole. */
function files(): string[] {
  return readdirSync(join(office.config.state_dir, 'files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

const put = (mailbox: string, subject: string, content: string, more: Record<string, unknown> = {}) =>
  office.sandbox.world.addMessage(mailbox, 'Inbox', {
    from: bob,
    to: mailbox,
    subject,
    attachments: [{ kind: 'file', name: 'plan.txt', content: Buffer.from(content) }],
    ...more,
  });

async function named(): Promise<string[]> {
  const rows = await office.app.store.db.selectFrom('attachment').select('sha256').distinct().execute();
  return rows.flatMap((row) => row.sha256 ?? []).sort();
}

const remove = (...ids: string[]) =>
  deleteMails(
    {
      store: office.app.store,
      config: office.config,
      now: Date.now,
      actor: { kind: 'operator', unixUser: 'tester' },
    },
    { ids, dryRun: false },
  );

describe.each([
  ['Graph', {}],
  ['Exchange', { type: 'ews', server: 'mail.contoso.test', auth: 'application' }],
])('files of mail from %s', (_name, connection) => {
  beforeEach(async () => {
    office = await openOffice({ connection });
  });
  afterEach(() => office.close());

  test('a deleted mail that is listed again leaves no file behind', async () => {
    const both = { internetMessageId: '<both@acme.example>', sentAt: Date.now() - 1000, subject: 'Plan' };
    put(ann, 'Plan', 'secret', both);
    await office.run();
    await remove('m1');
    expect(files()).toEqual([]);

    put(ben, 'Plan', 'secret', both);
    const report = await office.run({ sinceMs: 0 });
    expect(report.totals).toMatchObject({ imported: 0, failed: 0 });
    expect(files()).toEqual([]);
  });

  test('a file that another mail has too stays with that mail', async () => {
    put(ann, 'First', 'the same');
    put(ann, 'Second', 'the same');
    await office.run();
    expect(files()).toHaveLength(1);
    await remove('m1');
    await office.run({ sinceMs: 0 });
    expect(files()).toEqual(await named());
    expect(files()).toHaveLength(1);
    await remove('m2');
    expect(files()).toEqual([]);
  });

  test('a mail that cannot be stored leaves no file behind, and has its file once it can', async () => {
    put(ann, 'Good', 'good');
    put(ann, 'Bad', 'bad');
    await sql`create trigger strike before insert on message when new.subject = 'Bad'
      begin select raise(abort, 'struck'); end`.execute(office.app.store.db);
    expect((await office.run()).totals).toMatchObject({ imported: 1, failed: 1 });
    expect(files()).toEqual(await named());
    await sql`drop trigger strike`.execute(office.app.store.db);
    expect((await office.run()).totals).toMatchObject({ imported: 1 });
    expect(files()).toEqual(await named());
    expect(files()).toHaveLength(2);
  });

  test('a copy that another one takes the place of leaves no file behind', async () => {
    const copy = { internetMessageId: '<copies@acme.example>', sentAt: Date.now() - 1000 };
    const file = (name: string, content: string) => ({ kind: 'file', name, content: Buffer.from(content) }) as const;
    const before = [file('note.txt', 'a'), file('kept.txt', 'b')];
    put(ann, 'Plan', '', { ...copy, text: 'External! See the plan.', attachments: before });
    put(ben, 'Else', 'c');
    await office.run();
    expect(files()).toHaveLength(3);
    const after = [file('other.txt', 'c'), file('kept.txt', 'b')];
    put(ben, 'Plan', '', { ...copy, text: 'See the plan.', attachments: after });
    expect((await office.run()).totals).toMatchObject({ imported: 0, duplicates: 1 });
    expect(files()).toEqual(await named());
    expect(files()).toHaveLength(2);
  });

  test('an attachment that could not be read is no longer tried where another copy takes the place of its own', async () => {
    const copy = { internetMessageId: '<copies@acme.example>', sentAt: Date.now() - 1000 };
    const bad = { kind: 'file', name: 'note.txt', content: 'a', damaged: true } as const;
    put(ann, 'Plan', '', { ...copy, text: 'External! See the plan.', attachments: [bad] });
    expect((await office.run()).totals).toMatchObject({ imported: 1, failed: 1 });
    put(ben, 'Plan', 'b', { ...copy, text: 'See the plan.' });
    await office.run();
    expect(await office.app.store.db.selectFrom('set_aside').select('id').execute()).toEqual([]);
    expect(files()).toEqual(await named());
    expect(files()).toHaveLength(1);
  });

  test('mailboxes that bring the same files at once, some of them for mail that is not kept, keep every file', async () => {
    await office.close();
    office = await openOffice({ connection: { ...connection, ignore: { senders: ['@spam.example'] } } });
    for (let n = 0; n < 20; n += 1) {
      put(ann, `Ann ${n}`, `file ${n % 5}`, { from: n % 2 === 0 ? 'x@spam.example' : bob });
      put(ben, `Ben ${n}`, `file ${n % 5}`, { from: n % 2 === 1 ? 'x@spam.example' : bob });
    }
    expect((await office.run()).totals).toMatchObject({ imported: 20, skipped: 20, failed: 0 });
    expect(files()).toEqual(await named());
    expect(files()).toHaveLength(5);
  });
});

describe('files', () => {
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  test('of a mail that waits in the outbox outlive a deleted mail with the same file', async () => {
    put(ann, 'Plan', 'to be sent on');
    await office.run();
    const [sha256] = await named();
    await office.app.store.write((trx) =>
      addOutboxRow(trx, { key: 'k', kind: 'mail', payload: { files: [{ sha256 }] }, atMs: 0, heldBy: undefined }),
    );
    await remove('m1');
    expect(files()).toEqual([sha256]);
  });

  test('that a killed import left half written go at the next start, those of a mail being sent do not', async () => {
    const directory = join(office.config.state_dir, 'files');
    for (const folder of ['incoming', 'attaching']) mkdirSync(join(directory, folder), { recursive: true });
    writeFileSync(join(directory, 'incoming', 'half'), 'x');
    writeFileSync(join(directory, 'attaching', 'young'), 'x');
    writeFileSync(join(directory, 'attaching', 'old'), 'x');
    utimesSync(join(directory, 'attaching', 'old'), new Date(0), new Date(0));
    await office.app.store.files.clearLeftovers(Date.now());
    expect(files()).toEqual(['young']);
  });

  test('that vanish while their mail is imported are asked for again', async () => {
    put(ann, 'Plan', 'vanishes');
    const { files: store } = office.app.store;
    const report = await office.run({
      reader: (reader) => ({
        ...passOn(reader),
        read: async function* (entries, options) {
          for await (const result of reader.read(entries, options)) {
            yield result;
            for (const name of files()) {
              store.release(name);
              store.remove(name);
            }
          }
        },
      }),
    });
    expect(report.mailboxes[0]).toMatchObject({ error: null, imported: 0, failed: 1 });
    expect((await office.run()).totals).toMatchObject({ imported: 1, failed: 0 });
    expect(files()).toEqual(await named());
  });
});
