import { afterEach, expect, test } from 'vitest';
import { ensureClient } from '../../src/store/clients.ts';
import { ann, ben, openOffice } from './office.ts';
import type { Office, OfficeOptions } from './office.ts';

let office: Office;
afterEach(() => office.close());

const bob = 'Bob Baumann <bob@acme.example>';

async function open(options: OfficeOptions = {}): Promise<Office['sandbox']['world']> {
  office = await openOffice(options);
  return office.sandbox.world;
}

const opening: OfficeOptions = {
  connection: { unmatched: 'new_ticket' },
  mailboxes: [
    { address: ann, agent: 'ann', new_ticket_type: 'Opportunity' },
    { address: ben, agent: 'ben', new_ticket_type: 'Opportunity' },
  ],
};

const tickets = () => office.app.store.db.selectFrom('ticket').selectAll().orderBy('created_at').execute();
const actions = (ticket: string) =>
  office.app.store.db.selectFrom('action').selectAll().where('ticket_id', '=', ticket).orderBy('at').execute();

test('mail that fits nothing opens a ticket, with its sender as contact and the body as details', async () => {
  const world = await open(opening);
  await office.app.store.write((trx) => ensureClient(trx, { name: 'Acme', domains: ['acme.example'], atMs: 1 }));
  world.addMessage(ann, 'Inbox', {
    from: bob,
    to: ann,
    subject: 'New line',
    html: '<p>We need <b>five</b> belts.</p>',
  });

  expect((await office.run()).totals).toMatchObject({ imported: 1, new_tickets: 1, matched: 0, to_inbox: 0 });

  const [ticket] = await tickets();
  expect(ticket).toMatchObject({
    id: 'OPP-1',
    summary: 'New line',
    opening_subject: 'New line',
    open: 1,
    client_id: 1,
  });
  expect(ticket?.details).toContain('five belts');
  expect(await actions('OPP-1')).toMatchObject([{ opening: 1, chain_hidden: 0, direction: 'in' }]);
  const contact = await office.app.store.db.selectFrom('contact_address').selectAll().executeTakeFirst();
  expect(contact).toMatchObject({ address: 'bob@acme.example' });
});

test('one mail to two agents opens one ticket, and the answer that came with it follows', async () => {
  const world = await open(opening);
  const at = Date.now() - 60_000;
  const mail = {
    from: bob,
    to: [ann, ben],
    subject: 'Both',
    internetMessageId: '<both@acme.example>',
    sentAt: at,
    receivedAt: at,
  };
  world.addMessage(ann, 'Inbox', mail);
  world.addMessage(ben, 'Inbox', mail);
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'One more thing', inReplyTo: '<both@acme.example>' });

  expect((await office.run()).totals).toMatchObject({ imported: 2, new_tickets: 1, matched: 1, duplicates: 1 });

  expect(await tickets()).toHaveLength(1);
  expect(await actions('OPP-1')).toHaveLength(2);
});

test.each([
  ['an auto-reply', { headers: [{ name: 'Auto-Submitted', value: 'auto-replied' }] }, 'automatic'],
  [
    'mail whose sender failed authentication',
    {
      headers: [
        {
          name: 'Authentication-Results',
          value: 'spf=fail; dkim=none; dmarc=fail header.from=acme.example;compauth=fail reason=000',
        },
      ],
    },
    'unverified_sender',
  ],
])('%s waits, and opens no ticket', async (_what, spec, reason) => {
  const world = await open(opening);
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Hello', ...spec });

  expect((await office.run()).totals).toMatchObject({ imported: 1, to_inbox: 1, new_tickets: 0 });
  const item = await office.app.store.db.selectFrom('item').selectAll().executeTakeFirst();
  expect(item).toMatchObject({ state: 'inbox', reason });
});

test('a forged sender never writes into a deal', async () => {
  const world = await open();
  const ticket = await office.ticket({ summary: 'Big deal', contacts: ['bob@acme.example'] });
  world.addMessage(ann, 'Inbox', {
    from: bob,
    to: ann,
    subject: 'Re: Big deal',
    headers: [
      { name: 'Authentication-Results', value: 'spf=fail; dmarc=fail action=oreject header.from=acme.example' },
    ],
  });

  expect((await office.run()).totals).toMatchObject({ matched: 0, to_inbox: 1 });
  expect(await actions(ticket)).toEqual([]);
});

test('sent mail is matched by its recipients; what matches nothing is kept out of My Inbox', async () => {
  const world = await open({ connection: { import_sent_items: true } });
  const ticket = await office.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
  world.addMessage(ann, 'Sent Items', { from: ann, to: 'x@y.example', bcc: 'bob@acme.example', subject: 'Offer' });
  world.addMessage(ann, 'Sent Items', { from: ann, to: 'x@y.example', subject: 'Something else' });

  expect((await office.run()).totals).toMatchObject({ imported: 2, matched: 1, kept: 1, to_inbox: 0 });
  expect(await actions(ticket)).toMatchObject([{ direction: 'out' }]);
});

test('a mail to oneself is decided by whichever copy fits a ticket', async () => {
  const world = await open({ connection: { import_sent_items: true } });
  const ticket = await office.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
  const mail = {
    from: ann,
    to: [ann, 'bob@acme.example'],
    subject: 'Offer',
    internetMessageId: '<self@contoso.test>',
    sentAt: Date.now(),
  };
  world.addMessage(ann, 'Inbox', mail);
  world.addMessage(ann, 'Sent Items', mail);

  expect((await office.run()).totals).toMatchObject({ imported: 1, duplicates: 1 });
  expect(await actions(ticket)).toHaveLength(1);
  const items = await office.app.store.db.selectFrom('item').select(['state', 'ticket_id']).execute();
  expect(items).toEqual([{ state: 'filed', ticket_id: ticket }]);
});

test('the same mail found again in another folder is one mail of the mailbox', async () => {
  const world = await open({ mailboxes: [{ address: ann, agent: 'ann', folders: ['Inbox', 'Deals'] }] });
  world.addFolder(ann, 'Deals');
  const id = world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Moves' });
  await office.run();
  world.moveMessage(ann, id, 'Deals');

  const report = await office.run();

  expect(report.totals).toMatchObject({ imported: 0, duplicates: 1, removed_upstream: 1 });
  const placements = await office.app.store.db
    .selectFrom('placement')
    .select(['folder', 'removed_at'])
    .orderBy('id')
    .execute();
  expect(placements).toMatchObject([
    { folder: 'Inbox', removed_at: expect.any(Number) },
    { folder: 'Deals', removed_at: null },
  ]);
});

test('what ignore names is not stored, and counted as skipped', async () => {
  const world = await open({
    connection: { ignore: { senders: ['@acme.example'], internal: true, sensitivity: ['private'] } },
  });
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'From a named domain' });
  world.addMessage(ann, 'Inbox', { from: ben, to: ann, subject: 'Among us' });
  world.addMessage(ann, 'Inbox', {
    from: 'x@y.example',
    to: ann,
    subject: 'Private',
    headers: [{ name: 'Sensitivity', value: 'Private' }],
  });
  world.addMessage(ann, 'Inbox', { from: 'x@y.example', to: ann, subject: 'Stays' });

  expect((await office.run()).totals).toMatchObject({ imported: 1, to_inbox: 1, skipped: 3 });
});

test('projects take mail of mailboxes that are matched to projects, opportunities do not', async () => {
  const world = await open({ mailboxes: [{ address: ann, agent: 'ann', matched_to: 'projects' }] });
  await office.ticket({ summary: 'Hall 3', contacts: ['bob@acme.example'] });
  const project = await office.ticket({ summary: 'Hall 3', contacts: ['bob@acme.example'], use: 'project' });
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Re: Hall 3' });

  await office.run();

  expect(project).toBe('PRJ-1');
  expect(await actions(project)).toHaveLength(1);
});

test('hidden chains are marked on actions, never on the mail that opened a ticket', async () => {
  const world = await open({ ...opening, connection: { unmatched: 'new_ticket', hide_email_chain: true } });
  const at = Date.now() - 60_000;
  world.addMessage(ann, 'Inbox', {
    from: bob,
    to: ann,
    subject: 'Start',
    internetMessageId: '<s@acme.example>',
    receivedAt: at,
  });
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Re: Start', inReplyTo: '<s@acme.example>' });

  await office.run();

  expect((await actions('OPP-1')).map((action) => [action.opening, action.chain_hidden])).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test('an out-of-office reply without any automatic header waits, where it answers mail that we sent', async () => {
  const world = await open({ connection: { matching: 'domain', import_sent_items: true } });
  await office.ticket({ summary: 'Pumps', contacts: ['bob@acme.example'] });
  const offer = { from: ann, to: 'carl@other.example', subject: 'Offer', internetMessageId: '<offer@contoso.test>' };
  world.addMessage(ann, 'Sent Items', offer);
  await office.run();
  const away = { from: bob, to: ann, subject: 'Automatische Antwort: Offer' };
  world.addMessage(ann, 'Inbox', { ...away, inReplyTo: '<offer@contoso.test>' });
  world.addMessage(ann, 'Inbox', { ...away, inReplyTo: '<strange@other.example>' });

  expect((await office.run()).totals).toMatchObject({ imported: 2, to_inbox: 1, matched: 1 });
  const items = await office.app.store.db
    .selectFrom('item')
    .select(['state', 'reason'])
    .where('sent', '=', 0)
    .execute();
  expect(items).toEqual(
    expect.arrayContaining([
      { state: 'inbox', reason: 'automatic' },
      { state: 'filed', reason: null },
    ]),
  );
});

test('an out-of-office reply without any automatic header does not follow the thread', async () => {
  const world = await open();
  await office.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
  world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Offer', internetMessageId: '<first@acme.example>' });
  await office.run();
  world.addMessage(ann, 'Inbox', {
    from: bob,
    to: ann,
    subject: 'Réponse automatique : Offer',
    inReplyTo: '<first@acme.example>',
  });

  expect((await office.run()).totals).toMatchObject({ imported: 1, to_inbox: 1, matched: 0 });
});
