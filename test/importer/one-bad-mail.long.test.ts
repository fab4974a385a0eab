import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportedMessage } from '../../src/domain/message.ts';
import { readStatus } from '../../src/daemon/status.ts';
import type { MailboxReader, ReadResult } from '../../src/mail/provider.ts';
import { passOn } from './between.ts';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office;
const bob = 'bob@acme.example';
const exchange = { type: 'ews', server: 'mail.contoso.test', auth: 'application' };
const bad = 'Bad mail';

const statusOf = () =>
  readStatus({ config: office.config, store: office.app.store, isSignedIn: () => true, nowMs: Date.now() });

const stored = async () =>
  (await office.app.store.db.selectFrom('message').select('subject').execute()).map((row) => row.subject).sort();

async function open(connection: Record<string, unknown> = {}): Promise<void> {
  office = await openOffice({ connection, mailboxes: [{ address: ann, agent: 'ann' }] });
}

afterEach(() => office.close());

/** A fault in the store that strikes one mail: its row cannot be written. */
async function strike(table: string, condition: string, how = 'abort'): Promise<void> {
  const statement = `create trigger strike before insert on ${table} when ${condition} begin select raise(${how}, 'struck'); end`;
  await sql.raw(statement).execute(office.app.store.db);
}

const mend = () => sql`drop trigger strike`.execute(office.app.store.db);

const ofBadMail = `(select subject from message where id = new.message_id) = '${bad}'`;

function putConversation(): void {
  const at = Date.now() - 3_600_000;
  const mail = (subject: string, minutes: number, more: Record<string, unknown> = {}) =>
    office.sandbox.world.addMessage(ann, 'Inbox', {
      from: bob,
      to: ann,
      subject,
      receivedAt: at + minutes * 60_000,
      sentAt: at + minutes * 60_000,
      ...more,
    });
  mail('Offer', 0, { internetMessageId: '<offer@acme.example>' });
  mail(bad, 1, { attachments: [{ kind: 'file', name: 'bad.txt', content: Buffer.from('x') }] });
  mail('Something else about it', 2, { inReplyTo: '<offer@acme.example>' });
}

describe.each([
  ['Graph', {}],
  ['Exchange', exchange],
])('over %s', (_name, connection) => {
  test.each([
    ['its row', 'message', `new.subject = '${bad}'`],
    ['its text', 'message_content', ofBadMail],
    ['an attachment', 'attachment', `new.name = 'bad.txt'`],
    ["the mailbox's view of it", 'item', ofBadMail],
    ['its place', 'placement', ofBadMail],
    ['its action', 'action', ofBadMail],
  ])('a mail of which %s cannot be written is set aside, the rest of its page comes', async (_part, table, when) => {
    await open(connection);
    const ticket = await office.ticket({ summary: 'Offer', contacts: [bob] });
    await office.ticket({ summary: bad, contacts: [bob] });
    putConversation();
    await strike(table, when);

    const report = await office.run();

    expect(report.mailboxes[0]).toMatchObject({ error: null, imported: 2, matched: 2, failed: 1 });
    expect((await statusOf()).set_aside).toMatchObject([
      {
        mailbox: ann,
        folder: 'Inbox',
        what: 'mail',
        subject: bad,
        attempts: 1,
        error: { kind: 'bug', message: expect.stringContaining('struck') },
      },
    ]);
    const onTicket = await office.app.store.db
      .selectFrom('action')
      .where('ticket_id', '=', ticket)
      .selectAll()
      .execute();
    expect(onTicket.map((action) => action.filed_by).sort()).toEqual(['rule', 'thread']);

    expect((await office.run()).totals).toMatchObject({ imported: 0, failed: 1, duplicates: 0 });
    await mend();
    expect((await office.run()).totals).toMatchObject({ imported: 1, matched: 1, failed: 0, duplicates: 0 });
    expect((await statusOf()).set_aside).toEqual([]);
    expect(await stored()).toEqual([bad, 'Offer', 'Something else about it']);
  });
});

test.each(['abort', 'fail', 'rollback'])('it is all the same how the database refuses a row: %s', async (how) => {
  await open();
  putConversation();
  await strike('item', ofBadMail, how);
  expect((await office.run()).totals).toMatchObject({ imported: 2, failed: 1 });
  await mend();
  expect((await office.run()).totals).toMatchObject({ imported: 1, failed: 0 });
});

test('a mail whose ticket cannot be opened is set aside; others open theirs', async () => {
  office = await openOffice({
    connection: { unmatched: 'new_ticket' },
    mailboxes: [{ address: ann, agent: 'ann', new_ticket_type: 'Opportunity' }],
  });
  putConversation();
  await strike('ticket', `new.summary = '${bad}'`);
  expect((await office.run()).totals).toMatchObject({ imported: 2, new_tickets: 1, matched: 1, failed: 1 });
  await mend();
  expect((await office.run()).totals).toMatchObject({ imported: 1, new_tickets: 1, failed: 0 });
});

test('a mail set aside that fails again holds up neither the others that were set aside nor new mail', async () => {
  await open();
  const { world } = office.sandbox;
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: bad });
  const id = world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Unreadable', damaged: true });
  await strike('item', ofBadMail);
  expect((await office.run()).totals).toMatchObject({ imported: 0, failed: 2 });

  world.updateMessage(ann, id, { damaged: false });
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'New' });
  const report = await office.run();

  expect(report.mailboxes[0]).toMatchObject({ error: null, imported: 2, failed: 1 });
  expect((await statusOf()).set_aside).toMatchObject([{ subject: bad, attempts: 2 }]);
});

test('an answer that cannot be filed when its question comes stays in My Inbox, and the question comes', async () => {
  await open();
  const ticket = await office.ticket({ summary: 'Offer', contacts: [bob] });
  const { world } = office.sandbox;
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: bad, inReplyTo: '<offer@acme.example>' });
  await office.run();
  await strike('action', ofBadMail);
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Offer', internetMessageId: '<offer@acme.example>' });

  expect((await office.run()).totals).toMatchObject({ imported: 1, matched: 1, failed: 0 });
  const items = await office.app.store.db.selectFrom('item').select(['state', 'ticket_id']).orderBy('id').execute();
  expect(items).toEqual([
    { state: 'inbox', ticket_id: null },
    { state: 'filed', ticket_id: ticket },
  ]);
});

test('a mail set aside below the floor by --since comes when it can be read; the floor holds for others', async () => {
  office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann', import_from: '7d' }] });
  const { world } = office.sandbox;
  const day = 86_400_000;
  const receivedAt = Date.now() - 20 * day;
  const id = world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Old', damaged: true, receivedAt });
  expect((await office.run({ sinceMs: Date.now() - 30 * day })).totals).toMatchObject({ imported: 0, failed: 1 });
  world.updateMessage(ann, id, { damaged: false });
  expect((await office.run()).totals).toMatchObject({ imported: 1, failed: 0 });

  await office.app.store.db
    .insertInto('set_aside')
    .values({
      connection: 'contoso',
      mailbox: ann,
      folder: 'Inbox',
      folder_id: 'x',
      sent_items: 0,
      provider_id: world.addMessage(ann, 'Inbox', {
        from: bob,
        to: ann,
        subject: 'Older',
        receivedAt: receivedAt - day,
      }),
      attachment_id: '',
      message_id: null,
      subject: null,
      floor_at: Date.now() - 7 * day,
      attempts: 1,
      first_at: 0,
      next_try_at: 0,
      error_json: '{}',
    })
    .execute();
  expect((await office.run()).totals).toMatchObject({ imported: 0, skipped: 1, failed: 0 });
  expect((await statusOf()).set_aside).toEqual([]);
});

describe('a fault of ours in one mail', () => {
  beforeEach(() => open());

  /** Passes everything on; `spoil` may change what is read. */
  const reading =
    (spoil: (results: AsyncIterable<ReadResult>) => AsyncIterable<ReadResult>) =>
    (reader: MailboxReader): MailboxReader => ({
      ...passOn(reader),
      read: (entries, options) => spoil(reader.read(entries, options)),
    });

  async function* explodingAt(field: string, nth: number, results: AsyncIterable<ReadResult>) {
    for await (const result of results) {
      if (result.kind === 'message' && result.message.subject.startsWith(bad)) {
        yield { ...result, message: exploding(result.message, field, nth) };
      } else yield result;
    }
  }

  /** The mail, but the nth look at one of its fields throws. */
  function exploding(message: ImportedMessage, field: string, nth: number): ImportedMessage {
    let looks = 0;
    return new Proxy(message, {
      get: (target, name, receiver) => {
        if (name === field && (looks += 1) === nth) throw new TypeError(`no ${field}`);
        const value: unknown = Reflect.get(target, name, receiver);
        return value;
      },
    });
  }

  test('costs that mail only, whichever field it is and whenever it is looked at: it is set aside and comes later', async () => {
    const { world } = office.sandbox;
    world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'First' });
    let fields: string[] = [];
    await office.run({
      reader: reading(async function* (results) {
        for await (const result of results) {
          if (result.kind === 'message') fields = Object.keys(result.message).filter((field) => field !== 'providerId');
          yield result;
        }
      }),
    });
    expect(fields.length).toBeGreaterThan(15);
    const struck = new Set<number>();
    for (const [index, field] of fields.entries()) {
      for (const nth of [1, 2, 3, 5]) {
        world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `${bad} ${field} ${nth}` });
        world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `Good ${field} ${nth}` });
        const broken = await office.run({ reader: reading((results) => explodingAt(field, nth, results)) });
        expect(broken.mailboxes[0], `${field} ${nth}`).toMatchObject({ error: null });
        expect(broken.totals.imported + broken.totals.failed, `${field} ${nth}`).toBe(2);
        if (broken.totals.failed > 0) struck.add(index);
        expect((await office.run()).totals, `${field} ${nth}`).toMatchObject({
          imported: broken.totals.failed,
          failed: 0,
          duplicates: 0,
        });
      }
    }
    expect(struck.size).toBeGreaterThan(15);
  });

  test('while it is mapped ends the reading of its page, and costs that mail only', async () => {
    for (let n = 0; n < 6; n += 1)
      office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: n === 3 ? bad : `Good ${n}` });
    async function* mapping(results: AsyncIterable<ReadResult>): AsyncGenerator<ReadResult> {
      for await (const result of results) {
        if (result.kind === 'message' && result.message.subject === bad) throw new TypeError('cannot map it');
        yield result;
      }
    }
    const broken = await office.run({ reader: reading(mapping) });
    expect(broken.mailboxes[0]).toMatchObject({ error: null, imported: 5, failed: 1 });
    expect((await office.run()).totals).toMatchObject({ imported: 1, failed: 0, duplicates: 0 });
  });
});
