import { afterEach, describe, expect, test } from 'vitest';
import { deleteMails } from '../../src/inbox/delete.ts';
import type { MessageSpec } from '../../src/sandbox/world/types.ts';
import { onBothStores } from '../store/both-stores.ts';
import { ann, ben, openOffice } from './office.ts';
import type { Office, OfficeOptions } from './office.ts';

let office: Office;
afterEach(() => office.close());

const bob = 'Bob Baumann <bob@acme.example>';
const genuine = 'We order twelve sensors.';
const forged = 'Pay to our new account DE99.';
const sentAt = Date.parse('2026-11-02T08:00:00Z');

const order: MessageSpec = {
  from: bob,
  to: [ann, ben],
  subject: 'Order',
  internetMessageId: '<one@acme.example>',
  sentAt,
};

async function open(options: OfficeOptions = {}): Promise<string> {
  office = await openOffice({ ...options, config: { concurrency: 1, ...options.config } });
  return office.ticket({ summary: 'Order', contacts: ['bob@acme.example'] });
}

async function filed(ticket: string): Promise<string[]> {
  const rows = await office.app.store.db
    .selectFrom('action')
    .innerJoin('message_content', 'message_content.message_id', 'action.message_id')
    .select('message_content.body')
    .where('action.ticket_id', '=', ticket)
    .orderBy('action.id')
    .execute();
  return rows.map(({ body }) => body);
}

const stored = () => office.app.store.db.selectFrom('message').select(['trust', 'variant']).orderBy('id').execute();

await onBothStores('a forged copy of a mail', (stores) => {
  test('that reaches another mailbox first leaves the genuine one to be filed with its own text', async () => {
    const ticket = await open({ config: { store: (await stores.place()).url } });
    office.sandbox.world.addMessage(ben, 'Inbox', { ...order, auth: 'fail', text: forged });
    expect((await office.run()).totals).toMatchObject({ imported: 1, to_inbox: 1 });
    office.sandbox.world.addMessage(ann, 'Inbox', { ...order, auth: 'pass', text: genuine });
    expect((await office.run()).totals).toMatchObject({ imported: 1, matched: 1, duplicates: 0 });
    expect(await filed(ticket)).toEqual([expect.stringContaining(genuine)]);
  });
});

describe.each([
  ['graph', {}],
  ['ews', { server: 'mail.contoso.test' }],
] as const)('copies of a mail over %s', (type, more) => {
  const connection = { type, ...more };

  test('forged and genuine in one mailbox are two mails, on one page and moved to another folder', async () => {
    const mailboxes = [{ address: ann, agent: 'ann', folders: ['Inbox', 'Deals'] }];
    const ticket = await open({ connection, mailboxes });
    const { world } = office.sandbox;
    world.addFolder(ann, 'Deals');
    const ids = [
      world.addMessage(ann, 'Inbox', { ...order, receivedAt: sentAt, auth: 'fail', text: forged }),
      world.addMessage(ann, 'Inbox', { ...order, receivedAt: sentAt + 60_000, auth: 'pass', text: genuine }),
    ];
    expect((await office.run()).totals).toMatchObject({ imported: 2, matched: 1, to_inbox: 1 });
    for (const id of ids) world.moveMessage(ann, id, 'Deals');
    expect((await office.run()).totals).toMatchObject({ imported: 0, duplicates: 2 });
    expect((await office.run({ sinceMs: 0 })).totals).toMatchObject({ imported: 0, duplicates: 0 });
    expect(await filed(ticket)).toEqual([expect.stringContaining(genuine)]);
    expect((await stored()).length).toBe(2);
  });

  test('with a banner and links rewritten for each recipient are one mail, shown without the banner', async () => {
    const ticket = await open({ connection });
    const { world } = office.sandbox;
    const safe = (who: string) => `https://eur01.safelinks.protection.outlook.com/?url=x&data=${who}`;
    const html = (who: string) => `<p>See <a href="${safe(who)}">our order</a>.</p>`;
    world.addMessage(ann, 'Inbox', { ...order, html: `<p>CAUTION: external mail.</p>${html('ann')}` });
    world.addMessage(ben, 'Inbox', { ...order, subject: '[EXTERNAL] Order', html: html('ben') });
    expect((await office.run()).totals).toMatchObject({ imported: 1, matched: 1, duplicates: 1 });
    expect(await filed(ticket)).toEqual([expect.stringContaining('data=ben')]);
  });

  test('one with another file of the same name and size is another mail, and both are filed', async () => {
    const ticket = await open({ connection });
    const attached = (content: string) => [{ kind: 'file', name: 'offer.pdf', content } as const];
    const { world } = office.sandbox;
    world.addMessage(ann, 'Inbox', { ...order, text: genuine, attachments: attached('AAAA') });
    world.addMessage(ben, 'Inbox', { ...order, text: genuine, attachments: attached('BBBB') });
    expect((await office.run()).totals).toMatchObject({ imported: 2, matched: 2 });
    expect((await filed(ticket)).length).toBe(2);
  });

  test('what an agent sent and another received is one mail, sent', async () => {
    const ticket = await open({ connection: { ...connection, import_sent_items: true } });
    const out = { ...order, from: ann, to: ['bob@acme.example', ben] };
    office.sandbox.world.addMessage(ben, 'Inbox', { ...out, auth: 'none', text: `External!\n${genuine}` });
    office.sandbox.world.addMessage(ann, 'Sent Items', { ...out, auth: 'none', text: genuine });
    expect((await office.run()).totals).toMatchObject({ imported: 1, duplicates: 1, failed: 0 });
    expect(await filed(ticket)).toEqual([expect.not.stringContaining('External')]);
    expect(await stored()).toEqual([{ trust: 'trusted', variant: 1 }]);
  });

  test('deleted for ever stay out, while another mail with that id comes', async () => {
    await open({ connection });
    const { world } = office.sandbox;
    world.addMessage(ann, 'Inbox', { ...order, auth: 'fail', text: forged });
    await office.run();
    const deps = { store: office.app.store, config: office.config, now: Date.now };
    await deleteMails({ ...deps, actor: { kind: 'operator', unixUser: 'tester' } }, { ids: ['m1'], dryRun: false });
    world.addMessage(ben, 'Inbox', { ...order, auth: 'fail', text: forged });
    expect((await office.run({ sinceMs: 0 })).totals).toMatchObject({ imported: 0, skipped: 3 });
    world.addMessage(ben, 'Inbox', { ...order, auth: 'pass', text: genuine });
    expect((await office.run()).totals).toMatchObject({ imported: 1, matched: 1 });
  });

  test('without a message id are one mail with a banner, and another with another text', async () => {
    await open({ connection });
    const { world } = office.sandbox;
    const scan = { ...order, from: 'scanner@acme.example', internetMessageId: null };
    const hop = (day: string) => [{ name: 'Received', value: `from scanner by mx.acme.example; ${day}` }];
    world.addMessage(ann, 'Inbox', { ...scan, headers: hop('Mon'), text: 'Page 1' });
    world.addMessage(ben, 'Inbox', { ...scan, headers: hop('Mon'), text: 'External!\nPage 1' });
    world.addMessage(ann, 'Inbox', { ...scan, headers: hop('Mon'), text: 'Page 2' });
    world.addMessage(ann, 'Inbox', { ...scan, headers: hop('Tue'), text: 'Page 1' });
    expect((await office.run()).totals).toMatchObject({ imported: 3, duplicates: 1 });
  });
});
