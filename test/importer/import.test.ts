import { afterEach, beforeEach, expect, test } from 'vitest';
import { ann, ben, openOffice } from './office.ts';
import { onBothStores } from '../store/both-stores.ts';
import type { Office } from './office.ts';

let office: Office;

const bob = 'bob@acme.example';

async function actions(ticket: string) {
  return office.app.store.db
    .selectFrom('action')
    .innerJoin('message', 'message.id', 'action.message_id')
    .select(['message.subject', 'action.direction', 'action.filed_by'])
    .where('ticket_id', '=', ticket)
    .orderBy('action.at')
    .execute();
}

async function items(mailbox: string) {
  return office.app.store.db
    .selectFrom('item')
    .innerJoin('message', 'message.id', 'item.message_id')
    .select(['message.subject', 'item.state', 'item.reason', 'item.ticket_id'])
    .where('item.mailbox', '=', mailbox)
    .orderBy('message.subject', 'desc')
    .execute();
}

await onBothStores('importing', (stores) => {
  beforeEach(async () => {
    office = await openOffice({ config: { store: (await stores.place()).url } });
  });
  afterEach(() => office.close());

  test('mail that fits an open opportunity becomes an action on it, the rest waits in My Inbox', async () => {
    const ticket = await office.ticket({ summary: 'Offer 2026-17', contacts: [bob] });
    office.sandbox.world.addMessage(ann, 'Inbox', {
      from: bob,
      to: ann,
      subject: 'AW: Offer 2026-17',
      html: '<p>Yes!</p>',
    });
    office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Lunch?', text: 'Friday' });

    const report = await office.run();

    expect(report.mailboxes.map((mailbox) => mailbox.error)).toEqual([null, null]);
    expect(report.totals).toMatchObject({ imported: 2, matched: 1, to_inbox: 1, failed: 0 });
    expect(await actions(ticket)).toEqual([{ subject: 'AW: Offer 2026-17', direction: 'in', filed_by: 'rule' }]);
    expect(await items(ann)).toMatchObject([
      { subject: 'Lunch?', state: 'inbox', reason: 'unmatched' },
      { state: 'filed' },
    ]);
    expect(office.sandbox.mutations()).toBe(0);
  });

  test('a second run imports nothing and asks one request per folder', async () => {
    for (let n = 0; n < 20; n += 1)
      office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: `No ${n}` });
    expect((await office.run()).totals.imported).toBe(20);

    const second = await office.run();

    expect(second.totals).toMatchObject({ imported: 0, duplicates: 0, skipped: 0 });
    expect(second.mailboxes.map((mailbox) => mailbox.requests)).toEqual([1, 1]);
  });

  test('a mail in two mailboxes is stored once, waits in both inboxes and is one action of a ticket', async () => {
    const mail = {
      from: bob,
      to: [ann, ben],
      subject: 'For both',
      internetMessageId: '<both@acme.example>',
      sentAt: Date.now(),
    };
    office.sandbox.world.addMessage(ann, 'Inbox', mail);
    office.sandbox.world.addMessage(ben, 'Inbox', mail);

    expect((await office.run()).totals).toMatchObject({ imported: 1, to_inbox: 1, duplicates: 1 });
    expect(await items(ann)).toMatchObject([{ state: 'inbox' }]);
    expect(await items(ben)).toMatchObject([{ state: 'inbox' }]);

    const ticket = await office.ticket({ summary: 'Both again', contacts: [bob] });
    const again = { ...mail, subject: 'Re: Both again', internetMessageId: '<again@acme.example>' };
    office.sandbox.world.addMessage(ann, 'Inbox', again);
    office.sandbox.world.addMessage(ben, 'Inbox', again);
    expect((await office.run()).totals).toMatchObject({ imported: 1, matched: 1, duplicates: 1 });
    expect(await actions(ticket)).toHaveLength(1);
  });

  test('an answer follows the mail it answers, although a first import lists the newest first', async () => {
    const ticket = await office.ticket({ summary: 'Server move', contacts: [bob] });
    const day = 86_400_000;
    const at = Date.now() - 10 * day;
    const { world } = office.sandbox;
    world.addMessage(ann, 'Inbox', {
      from: bob,
      to: ann,
      subject: 'Server move',
      internetMessageId: '<one@acme.example>',
      receivedAt: at,
      sentAt: at,
    });
    // Enough mail in between that the answer comes in an earlier page.
    for (let n = 0; n < 400; n += 1)
      world.addMessage(ann, 'Inbox', {
        from: 'x@y.example',
        to: ann,
        subject: `Noise ${n}`,
        receivedAt: at + day + n * 1000,
      });
    world.addMessage(ann, 'Inbox', {
      from: bob,
      to: ann,
      subject: 'Another title',
      inReplyTo: '<one@acme.example>',
      internetMessageId: '<two@acme.example>',
      receivedAt: at + 2 * day,
      sentAt: at + 2 * day,
    });

    await office.run();

    expect((await actions(ticket)).map((action) => [action.subject, action.filed_by])).toEqual([
      ['Server move', 'rule'],
      ['Another title', 'thread'],
    ]);
  });
});
