import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { PlannedFilings } from '../../src/importer/planned-filings.ts';
import type { PlannedFiling } from '../../src/importer/planned-filings.ts';
import { onBothStores } from '../store/both-stores.ts';
import { ann, ben, openOffice } from './office.ts';
import type { Office, RunOptions } from './office.ts';

let office: Office;
afterEach(() => office.close());

const bob = 'Bob Baumann <bob@acme.example>';
const startMs = Date.now() - 86_400_000;

/** Mail of one minute after the other. */
function put(mailbox: string, folder: string, subject: string, more: Record<string, unknown> = {}): void {
  const at = startMs + (minute += 1) * 60_000;
  const mail = { from: bob, to: mailbox, subject, text: subject, receivedAt: at, sentAt: at, ...more };
  office.sandbox.world.addMessage(mailbox, folder, mail);
}
let minute = 0;

async function plan(options: RunOptions = {}) {
  const planned = new PlannedFilings();
  const { totals } = await office.run({ ...options, dryRun: true, planned });
  return { totals, filings: planned.list() };
}

const brief = ({ mailbox, subject, kind, ticket, ticket_type, by, rule, reason }: PlannedFiling) => [
  `${mailbox.split('@')[0]}: ${subject}`,
  kind,
  ticket ?? ticket_type,
  by,
  rule ?? reason,
];

/** In the same words, what a run has made of the mail that is stored. */
async function made() {
  const rows = await office.app.store.db
    .selectFrom('item')
    .innerJoin('message', 'message.id', 'item.message_id')
    .select(['item.mailbox', 'message.subject', 'item.state', 'item.ticket_id', 'item.filed_by', 'item.reason'])
    .execute();
  return rows.map(({ mailbox, subject, state, ticket_id, filed_by, reason }) =>
    [mailbox, subject, state === 'inbox' ? 'waiting' : state, ticket_id, filed_by ?? 'rule', reason].join(' '),
  );
}

const told = ({ mailbox, subject, kind, ticket, by, reason }: PlannedFiling): string =>
  [mailbox, subject, kind, ticket, by, reason].join(' ');

await onBothStores('a dry run', (stores) => {
  test('names each mail, what would become of it, by which rule and why', async () => {
    office = await openOffice({
      config: { store: (await stores.place()).url },
      connection: { import_sent_items: true, automatic_mail: 'ignore', ignore: { senders: ['@noise.example'] } },
      mailboxes: [{ address: ann, agents: ['ann'] }],
    });
    const ticket = await office.ticket({ summary: 'Offer 17', contacts: ['bob@acme.example'] });
    put(ann, 'Inbox', 'RE: Offer 17', { internetMessageId: '<offer@acme.example>' });
    put(ann, 'Inbox', 'Something else', { inReplyTo: '<offer@acme.example>' });
    put(ann, 'Inbox', 'Lunch?');
    put(ann, 'Inbox', 'Buy now', { from: 'shop@noise.example' });
    put(ann, 'Inbox', 'Away', { headers: [{ name: 'Auto-Submitted', value: 'auto-replied' }] });
    put(ann, 'Sent Items', 'To a friend', { from: ann, to: 'friend@home.example' });

    const { totals, filings } = await plan();

    expect(filings.map(brief)).toEqual([
      ['ann: To a friend', 'kept', null, 'rule', 'unmatched'],
      ['ann: Away', 'ignored', null, 'rule', 'automatic'],
      ['ann: Buy now', 'ignored', null, 'rule', 'sender'],
      ['ann: Lunch?', 'waiting', null, 'rule', 'unmatched'],
      ['ann: Something else', 'filed', ticket, 'thread', 'reply'],
      ['ann: RE: Offer 17', 'filed', ticket, 'rule', 'address_and_subject'],
    ]);
    expect(filings.at(-1)).toEqual({
      id: null,
      at: expect.stringMatching(/^\d{4}-.*Z$/u),
      kind: 'filed',
      ticket,
      ticket_type: null,
      client: { id: expect.any(String), name: 'Acme' },
      item: null,
      mailbox: ann,
      agents: ['ann'],
      received_at: expect.stringMatching(/^\d{4}-.*Z$/u),
      from: { name: 'Bob Baumann', address: 'bob@acme.example' },
      subject: 'RE: Offer 17',
      internet_message_id: 'offer@acme.example',
      by: 'rule',
      rule: 'address_and_subject',
      reason: null,
    });
    expect(totals).toMatchObject({ imported: 5, matched: 2, to_inbox: 1, kept: 1, ignored: 1, skipped: 1 });
    expect(await made()).toEqual([]);
    expect((await office.run()).totals).toMatchObject({ ...totals, requests: expect.any(Number) });
    expect((await plan()).filings).toEqual([]);
  });

  test('a ticket that would be opened has no id yet, neither for the mail that opens it nor for its answers', async () => {
    office = await openOffice({
      config: { store: (await stores.place()).url },
      connection: { unmatched: 'new_ticket' },
      mailboxes: [{ address: ann, agents: ['ann'], new_ticket_type: 'Opportunity' }],
    });
    put(ann, 'Inbox', 'New line', { internetMessageId: '<new@acme.example>' });
    put(ann, 'Inbox', 'A detail', { inReplyTo: '<new@acme.example>' });
    expect((await plan()).filings.map(brief)).toEqual([
      ['ann: A detail', 'filed', 'Opportunity', 'thread', 'reply'],
      ['ann: New line', 'opened', 'Opportunity', 'rule', null],
    ]);
    expect(await office.app.store.db.selectFrom('ticket').selectAll().execute()).toEqual([]);
  });
});

describe('on a copy of the store', () => {
  test('what it says is what the run then does, across pages, folders and mailboxes', async () => {
    office = await openOffice({
      connection: { import_sent_items: true, unmatched: 'new_ticket' },
      mailboxes: [
        { address: ann, agents: ['ann'], new_ticket_type: 'Opportunity' },
        { address: ben, agents: ['ben'], new_ticket_type: 'Opportunity' },
      ],
      config: { concurrency: 1 },
    });
    await office.ticket({ summary: 'Offer 17', contacts: ['bob@acme.example'] });
    put(ann, 'Inbox', 'Offer 17', { internetMessageId: '<offer@acme.example>' });
    for (let n = 0; n < 130; n += 1) put(ann, 'Inbox', `Offer 17, part ${n}`, { inReplyTo: '<offer@acme.example>' });
    put(ann, 'Sent Items', 'Thanks', { from: ann, to: 'bob@acme.example', inReplyTo: '<offer@acme.example>' });
    const both = { to: [ann, ben], internetMessageId: '<both@acme.example>' };
    put(ann, 'Inbox', 'To both', both);
    minute -= 1;
    put(ben, 'Inbox', 'To both', both);
    put(ben, 'Inbox', 'About it', { inReplyTo: '<both@acme.example>' });

    const { totals, filings } = await plan();
    const report = await office.run();

    expect(totals).toEqual({ ...report.totals, requests: totals.requests });
    expect(filings).toHaveLength(135);
    const opens = (line: string) => line.replace(/(?:filed|opened) (?:OPP-[2-9])? /u, 'of the new ticket ');
    expect(filings.map(told).map(opens).sort()).toEqual((await made()).map(opens).sort());
  });

  test('mail is named once, where --since lists again what the cursor brings too', async () => {
    office = await openOffice({ mailboxes: [{ address: ann, agents: ['ann'] }] });
    put(ann, 'Inbox', 'Once');
    const { totals, filings } = await plan({ sinceMs: 0 });
    expect([totals.imported, filings.length]).toEqual([1, 1]);
  });

  test('mail that waits in the store and would be filed with what it answers is named by our id', async () => {
    office = await openOffice({ mailboxes: [{ address: ann, agents: ['ann'] }] });
    put(ann, 'Inbox', 'An answer', { inReplyTo: '<offer@acme.example>' });
    await office.run();
    const ticket = await office.ticket({ summary: 'Offer 17', contacts: ['bob@acme.example'] });
    put(ann, 'Inbox', 'Offer 17', { internetMessageId: '<offer@acme.example>' });
    const { totals, filings } = await plan();
    expect(filings.map(({ subject, item, ticket: on, rule }) => [subject, item, on, rule])).toEqual([
      ['Offer 17', null, ticket, 'address_and_subject'],
      ['An answer', 1, ticket, 'reply'],
    ]);
    expect(totals).toMatchObject({ imported: 1, matched: 1 });
  });

  test('mail that cannot be written is named as set aside, with the reason', async () => {
    office = await openOffice({ mailboxes: [{ address: ann, agents: ['ann'] }] });
    put(ann, 'Inbox', 'Good');
    put(ann, 'Inbox', 'Bad');
    const strike = `create trigger strike before insert on message when new.subject = 'Bad' begin select raise(abort, 'struck'); end`;
    await sql.raw(strike).execute(office.app.store.db);
    const { totals, filings } = await plan();
    expect(totals).toMatchObject({ imported: 1, failed: 1 });
    expect(filings.map(brief)).toEqual([
      ['ann: Good', 'waiting', null, 'rule', 'unmatched'],
      ['ann: Bad', 'set_aside', null, null, expect.stringContaining('struck')],
    ]);
  });

  test('every file of the state directory stays as it is, byte by byte, and none is added', async () => {
    office = await openOffice();
    put(ann, 'Inbox', 'Before');
    await office.run();
    await sql`pragma wal_checkpoint(truncate)`.execute(office.app.store.db);
    const content = Buffer.alloc(50_000, 'x');
    put(ann, 'Inbox', 'After', { attachments: [{ kind: 'file', name: 'a.txt', content }] });
    const before = filesOf(join(office.directory, 'state'));
    expect((await plan()).totals.imported).toBe(1);
    expect(filesOf(join(office.directory, 'state'))).toEqual(before);
  });

  test('a copy that a killed dry run left half made is removed by a later one', async () => {
    office = await openOffice();
    const left = join(office.directory, 'state', 'dry-run-x');
    mkdirSync(left);
    writeFileSync(join(left, 'copy.db'), 'half');
    await plan();
    expect(existsSync(left)).toBe(true);
    utimesSync(left, 0, 0);
    await plan();
    expect(existsSync(left)).toBe(false);
  });
});

/** Path → SHA-256. The index of a write-ahead log holds locks, no data. */
function filesOf(directory: string): Map<string, string> {
  const files = new Map<string, string>();
  if (!existsSync(directory)) return files;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const path = join(directory, name);
    if (name.endsWith('-shm') || !statSync(path).isFile()) continue;
    files.set(name, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return files;
}
