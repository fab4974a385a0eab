import { afterEach, describe, expect, test } from 'vitest';
import { listInbox } from '../../src/inbox/list.ts';
import { incidentMails } from '../../src/incidents/mails.ts';
import { ann } from '../importer/office.ts';
import { openSoc, plant, soc } from './soc.ts';
import type { Soc } from './soc.ts';

let office: Soc | undefined;
afterEach(() => office?.close());

const team = { address: soc, agents: ['ann', 'ben'], matched_to: 'incidents', folders: ['Inbox'] };

async function open(more: Parameters<typeof openSoc>[0] = {}): Promise<Soc> {
  office = await openSoc({ ...more, config: { concurrency: 1, ...more.config } });
  await office.ticket({ use: 'incident', summary: 'Payroll mail', contacts: [], units: [] });
  await office.app.store.db.updateTable('ticket').set({ details: 'Do not open it.' }).execute();
  return office;
}

const waiting = (of: Soc) => listInbox(of.deps('ann'), { limit: 50 });
const mailsOf = async (of: Soc) => (await incidentMails(of.deps('ann'), 'INC-1')).mails;
const texts = async (of: Soc) =>
  (await of.app.store.db.selectFrom('message_content').select('body').execute()).map(({ body }) => body);

/** Notifies one unit and gives what everybody who got the mail knows of it. */
async function notified(of: Soc) {
  expect(await of.notify({ units: ['Plant Operations'] })).toEqual({ 'Plant Operations': 'done' });
  const [sent] = of.sandbox.world.post.deliveries;
  if (sent === undefined) throw new Error('nothing was sent');
  const { internetMessageId, subject } = sent;
  return { from: soc, to: soc, subject: subject ?? '', internetMessageId };
}

describe('a mail that claims to be our own notification', () => {
  test.each<[string, (sentAt: number) => { readonly subject?: string; readonly sentAt: number }]>([
    ['with another Date and subject', (sentAt) => ({ subject: 'Pay here', sentAt: sentAt + 86_400_000 })],
    ['with the very Date and subject of ours', (sentAt) => ({ sentAt })],
  ])('and is forged, %s, waits with its own text and leaves the evidence alone', async (_name, more) => {
    const of = await open();
    const known = await notified(of);
    const { sandbox } = of;
    const sentAt = sandbox.world.post.deliveries[0]?.at ?? 0;
    const forged = { ...known, ...more(sentAt), auth: 'fail', text: 'All clear. Pay here.' } as const;
    sandbox.world.addMessage(soc, 'Inbox', forged);
    expect((await of.run()).totals).toMatchObject({ failed: 0, to_inbox: 1, imported: 1, duplicates: 1 });
    expect(await waiting(of)).toMatchObject([{ reason: 'unverified_sender', from: { address: soc } }]);
    expect(await texts(of)).toContainEqual(expect.stringContaining('Pay here'));
    const mails = await mailsOf(of);
    expect(mails).toMatchObject([{ direction: 'out', original_kept: true, subject: 'Payroll mail' }]);
    // Once the notification is whole, another forged copy is still no copy of it.
    sandbox.world.addMessage(soc, 'Inbox', { ...forged, text: 'Once more. Pay here.' });
    expect((await of.run()).totals).toMatchObject({ to_inbox: 1, imported: 1 });
    expect(await mailsOf(of)).toEqual(mails);
  });

  test('with an unknown sender and another Date, subject or mailbox is a mail of its own', async () => {
    const of = await open();
    const known = await notified(of);
    const sentAt = of.sandbox.world.post.deliveries[0]?.at ?? 0;
    for (const more of [{ sentAt: sentAt - 3_600_000 }, { subject: 'Pay here', sentAt }]) {
      of.sandbox.world.addMessage(soc, 'Inbox', { ...known, ...more, auth: 'none', text: 'Pay here.' });
    }
    expect((await of.run()).totals).toMatchObject({ imported: 2, duplicates: 1 });
    expect((await mailsOf(of)).filter(({ direction }) => direction === 'out')).toMatchObject([{ original_kept: true }]);
  });

  test.each([
    ['none', 'Pay to our new account.', 1],
    ['none', 'External! Dear Plant Operations, Do not open it. Ann Archer', 0],
    ['pass', 'Rewritten on the way.', 0],
  ] as const)('nobody judged (%s), near in time: “%s” is another mail: %i', async (auth, text, imported) => {
    const of = await open({ mailboxes: [{ address: ann, agent: 'ann' }, team] });
    const known = await notified(of);
    const sentAt = of.sandbox.world.post.deliveries[0]?.at ?? 0;
    of.sandbox.world.addMessage(ann, 'Inbox', { ...known, sentAt: sentAt + 5_000, auth, text });
    expect((await of.run()).totals).toMatchObject({ imported, failed: 0 });
    expect((await texts(of)).filter((each) => each.includes(text))).toHaveLength(imported);
    expect(await mailsOf(of)).toMatchObject([{ direction: 'out', original_kept: true }]);
  });

  test('is adopted from the Sent Items of the mailbox that sent it, and from no other', async () => {
    const of = await open({ mailboxes: [{ address: ann, agent: 'ann', import_sent_items: true }, team] });
    const known = await notified(of);
    const sentAt = (of.sandbox.world.post.deliveries[0]?.at ?? 0) + 60_000;
    of.sandbox.world.addMessage(ann, 'Sent Items', { ...known, to: plant, sentAt, text: 'Something else.' });
    await of.run();
    const [mail] = await mailsOf(of);
    expect(mail).toMatchObject({ direction: 'out', original_kept: true, mailboxes: [soc] });
    expect(Date.parse(mail?.sent_at ?? '')).toBeLessThan(sentAt - 30_000);
  });
});

test('a true copy in our own Inbox is the notification, and that in Sent Items still brings original, headers and Date', async () => {
  const of = await open();
  const known = await notified(of);
  const sentAt = (of.sandbox.world.post.deliveries[0]?.at ?? 0) + 5_000;
  of.sandbox.world.addMessage(soc, 'Inbox', { ...known, subject: '[EXTERNAL] Payroll mail', sentAt, auth: 'pass' });
  expect((await of.run()).totals).toMatchObject({ imported: 0, duplicates: 2 });
  expect(await waiting(of)).toEqual([]);
  const [mail, ...others] = await mailsOf(of);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ direction: 'out', original_kept: true });
  expect(Date.parse(mail?.sent_at ?? '')).toBeLessThan(sentAt);
  const { headers_json: headers } = await of.app.store.db
    .selectFrom('message_content')
    .select('headers_json')
    .executeTakeFirstOrThrow();
  expect(headers).toContain('X-Integrator-Reference');
  expect(headers).not.toContain('EXTERNAL');
});

test.each([
  ['pass', 'pass', true],
  ['pass', 'fail', false],
  ['fail', 'fail', true],
] as const)(
  'a mail read first (%s) where originals are not kept has that of a second copy (%s): %s',
  async (first, second, kept) => {
    const of = await open({ mailboxes: [{ address: ann, agent: 'ann' }, team] });
    const mail = { from: plant, to: [soc, ann], subject: 'Payroll mail', sentAt: Date.now(), text: 'We opened it.' };
    const internetMessageId = '<both@contoso.test>';
    of.sandbox.world.addMessage(ann, 'Inbox', { ...mail, from: 'eve@acme.example', internetMessageId, auth: first });
    await of.run();
    of.sandbox.world.addMessage(soc, 'Inbox', { ...mail, from: 'eve@acme.example', internetMessageId, auth: second });
    expect((await of.run()).totals).toMatchObject({ imported: 0, duplicates: 1 });
    const rows = await of.app.store.db.selectFrom('message').select('original_sha256').execute();
    expect(rows.map(({ original_sha256: sha256 }) => sha256 !== null)).toEqual([kept]);
  },
);
