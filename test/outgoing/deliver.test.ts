import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sleep } from '../../src/http/deadline.ts';
import { type DeliverDeps, type Delivery, deliverMail } from '../../src/outgoing/deliver.ts';
import { planReply } from '../../src/outgoing/reply.ts';
import type { OutgoingDeps } from '../../src/outgoing/deps.ts';
import { planSend, queueMail, type SendRequest } from '../../src/outgoing/send-mail.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { listActions } from '../../src/store/actions.ts';
import type { Item } from '../../src/store/items.ts';
import { outboxRow } from '../../src/store/outbox.ts';
import { ann, openOffice } from '../importer/office.ts';
import type { Office } from '../importer/office.ts';
import { crashAt } from './crash-at.ts';

let office: Office;
let ticket: string;
let deps: OutgoingDeps;
const never = new AbortController().signal;
const bob = 'bob@acme.example';

beforeAll(async () => {
  office = await openOffice({
    connection: { import_sent_items: true },
    config: { outgoing: { max_per_minute: 10_000 } },
  });
  const { store, config, now, sender } = office.app;
  const actor = { kind: 'agent', unixUser: 'tester', id: 'ann', role: 'agent', mailboxes: [ann] } as const;
  deps = { store, config, now, sender, actor };
});
afterAll(() => office.close());
beforeEach(async () => {
  office.sandbox.faults.clear();
  office.sandbox.settings.sentCopyDelayMs = 0;
  office.sandbox.world.post.deliveries.length = 0;
  ticket = await office.ticket({ summary: 'Offer', contacts: [bob] });
});

const request = (more: Partial<SendRequest> = {}): SendRequest => ({
  ticket,
  action: 'email_customer',
  quotation: false,
  to: [bob],
  cc: [],
  bcc: [],
  subject: 'Offer',
  from: ann,
  body: { kind: 'text', content: 'Dear Bob' },
  files: [],
  ...more,
});
const queue = async (more: Partial<SendRequest> = {}) => queueMail(deps, await planSend(deps, request(more)));
const delivering = (more: Partial<DeliverDeps> = {}): DeliverDeps => ({
  store: deps.store,
  config: deps.config,
  now: Date.now,
  sleep,
  looksMs: [1, 5, 20],
  leaseMs: 0,
  senderOf: async ({ mailbox }) => {
    const [connection] = deps.config.connections;
    if (connection === undefined) throw new Error('no connection');
    return (await deps.sender(connection)).sender({ address: mailbox, user: undefined });
  },
  ...more,
});
const deliver = (id: number, more: Partial<DeliverDeps> = {}): Promise<Delivery> =>
  deliverMail(id, delivering(more), never);
const deliveries = () => office.sandbox.world.post.deliveries;
const actions = () => listActions(deps.store.db, ticket);
const draftsLeft = () =>
  [...office.sandbox.world.mailbox(ann).items()].filter(({ folder }) => folder.wellKnown === 'drafts').length;
const text = (name: string, content: string) => ({
  name,
  contentType: 'text/plain',
  async *bytes() {
    yield Buffer.from(content);
  },
});

test('mail that went out is an action of its ticket at once, and its copy in Sent Items, imported later, is the same', async () => {
  const id = await queue({ files: [text('offer.txt', 'ten')] });
  expect(await deliver(id)).toEqual({ state: 'done' });
  expect(await actions()).toMatchObject([{ kind: 'email', direction: 'out', filedBy: 'ann' }]);
  const report = await office.run();
  expect(report.totals).toMatchObject({ imported: 0, duplicates: 1, failed: 0 });
  expect(await actions()).toHaveLength(1);
  expect((await office.run()).totals).toMatchObject({ imported: 0, duplicates: 0 });
  expect(deliveries()).toMatchObject([{ subject: 'Offer', from: { address: ann, name: 'Ann Archer' } }]);
});

test('the copies of a quotation and of a reply, each with an id of its own, are no second action', async () => {
  await office.run();
  ticket = await office.ticket({ summary: 'Pumps', contacts: [bob] });
  office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Pumps', text: 'How much?' });
  await office.run();
  const quote = await queue({ action: 'send_quote', quotation: true, files: [text('quote.txt', 'ten')] });
  const [asked] = await deps.store.db.selectFrom('item').selectAll().where('ticket_id', '=', ticket).execute();
  if (asked === undefined) throw new Error('the question is not on the ticket');
  const body = { kind: 'text', content: 'Ten.' } as const;
  const reply = await planReply(deps, { item: asked, name: 'm', all: false, cc: [], body, files: [] });
  const ids = [quote, await queueMail(deps, reply)];
  const drafts: string[] = [];
  for (const id of ids) {
    expect(await deliver(id)).toEqual({ state: 'done' });
    drafts.push(JSON.parse((await outboxRow(deps.store.db, id))?.payload_json ?? '').draft.id);
  }
  expect((await office.run()).totals).toMatchObject({ imported: 0, duplicates: 2 });
  expect((await actions()).map(({ direction }) => String(direction)).toSorted()).toEqual(['in', 'out', 'out']);
  const copies = await deps.store.db.selectFrom('placement').select('provider_id').execute();
  expect(copies.filter(({ provider_id: id }) => drafts.includes(id))).toEqual([]);
});

test('a copy imported before we knew that it was sent is the same mail too', async () => {
  const id = await queue();
  const crash = crashAt(deps.store, 4, 'before');
  await expect(deliver(id, { store: crash })).rejects.toThrow('crash');
  expect(deliveries()).toHaveLength(1);
  await office.run();
  expect(await deliver(id)).toEqual({ state: 'done' });
  expect(await actions()).toHaveLength(1);
  await office.run();
  expect(await actions()).toHaveLength(1);
  expect(deliveries()).toHaveLength(1);
});

test.each<readonly [string, string, Fault]>([
  ['504 after a send that worked', '/send$', { kind: 'status_after', status: 504 }],
  ['the connection cut after the send', '/send$', { kind: 'reset_after' }],
  ['the connection cut before the send', '/send$', { kind: 'reset_before' }],
  ['503 instead of a send', '/send$', { kind: 'status', status: 503 }],
  ['a draft made without an answer', '/messages$', { kind: 'reset_after' }],
  ['an attachment put without an answer', '/attachments$', { kind: 'status_after', status: 502 }],
  ['throttling', '/send$', { kind: 'status', status: 429, retryAfter: '0' }],
])('%s: delivered exactly once, however often it is tried', async (_name, path, fault) => {
  office.sandbox.faults.add({ path, method: 'POST', fault });
  office.sandbox.settings.sentCopyDelayMs = 10;
  const id = await queue({ files: [text('offer.txt', 'ten')] });
  for (let round = 0; round < 4; round += 1) await deliver(id);
  expect(deliveries()).toHaveLength(1);
  expect(await actions()).toHaveLength(1);
  expect(draftsLeft()).toBe(0);
  expect(await outboxRow(deps.store.db, id)).toMatchObject({ state: 'done' });
});

test('a mail whose copy is late is unsure, is never sent again, and is done when the copy shows', async () => {
  office.sandbox.faults.add({ path: '/send$', fault: { kind: 'status_after', status: 504 } });
  office.sandbox.settings.sentCopyDelayMs = 3_000_000;
  const id = await queue();
  const first = await deliver(id);
  expect(first).toMatchObject({ state: 'unsure' });
  expect(first.state === 'unsure' ? first.error.hint : '').toContain('Sent Items');
  expect(await actions()).toHaveLength(0);
  office.sandbox.clock.advance(3_000_000);
  expect(await deliver(id)).toEqual({ state: 'done' });
  expect(deliveries()).toHaveLength(1);
  expect(await actions()).toHaveLength(1);
});

test('a definite refusal comes back to the person, and leaves no draft behind', async () => {
  office.sandbox.faults.add({ path: '/send$', fault: { kind: 'status', status: 403, code: 'ErrorSendAsDenied' } });
  const id = await queue();
  expect(await deliver(id)).toMatchObject({ state: 'dead', error: { kind: 'access_denied' } });
  expect(draftsLeft()).toBe(0);
  expect(deliveries()).toHaveLength(0);
  expect(await actions()).toHaveLength(0);
});

test('two deliverers of one mail send it once', async () => {
  const id = await queue();
  const both = await Promise.all([deliver(id, { leaseMs: 60_000 }), deliver(id, { leaseMs: 60_000 })]);
  expect(both.map(({ state }) => state).toSorted()).toEqual(['done', 'elsewhere']);
  expect(deliveries()).toHaveLength(1);
});

test('a deliverer whose mail another one took over and sent says so, and leaves no draft behind', async () => {
  const id = await queue();
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const { senderOf } = delivering();
  const slow = deliver(id, { senderOf: (job) => held.then(() => senderOf(job)) });
  while ((await outboxRow(deps.store.db, id))?.state !== 'sending') await sleep(1, never);
  await sleep(2, never);
  expect(await deliver(id)).toEqual({ state: 'done' });
  goOn();
  expect(await slow).toEqual({ state: 'elsewhere' });
  expect(deliveries()).toHaveLength(1);
  expect(await actions()).toHaveLength(1);
  expect(draftsLeft()).toBe(0);
});

test.each([0, 10])('a mail whose draft had no message id is its copy in Sent Items, %i ms later', async (late) => {
  office.sandbox.settings.sentCopyDelayMs = late;
  const fault = { kind: 'drop_fields', names: ['internetMessageId'] } as const;
  office.sandbox.faults.add({ path: '/messages$', method: 'POST', fault });
  const id = await queue();
  expect(await deliver(id)).toEqual({ state: 'done' });
  expect((await office.run()).totals).toMatchObject({ imported: 0 });
  expect(await actions()).toHaveLength(1);
  expect(deliveries()).toHaveLength(1);
});

test('a mail that was accepted is done, even where its copy cannot be looked for', async () => {
  const fault = { kind: 'drop_fields', names: ['internetMessageId'] } as const;
  office.sandbox.faults.add({ path: '/messages$', method: 'POST', fault });
  office.sandbox.faults.add({ path: '/messages\\?', method: 'GET', count: 0, fault: { kind: 'status', status: 403 } });
  expect(await deliver(await queue())).toEqual({ state: 'done' });
  expect(await actions()).toHaveLength(1);
});

test('a mail that was accepted and still lies in Drafts is unsure, and the next look sends that very draft, once', async () => {
  const accepted = { kind: 'status', status: 202, noBody: true } as const;
  office.sandbox.faults.add({ path: '/send$', fault: accepted });
  const id = await queue();
  expect(await deliver(id)).toMatchObject({
    state: 'unsure',
    error: { message: expect.stringContaining('the service accepted it, but it still lies in Drafts') },
  });
  expect(await actions()).toHaveLength(0);
  expect(draftsLeft()).toBe(1);
  expect(await deliver(id)).toEqual({ state: 'done' });
  expect(deliveries()).toHaveLength(1);
  expect(await actions()).toHaveLength(1);
  expect(draftsLeft()).toBe(0);
});

describe('an answer to a mail that its owner moved', () => {
  async function answered(subject: string) {
    office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject, text: 'How much?' });
    await office.run();
    const { db } = deps.store;
    const mail = await db.selectFrom('message').select('id').where('subject', '=', subject).executeTakeFirst();
    const ofMail = db
      .selectFrom('placement')
      .selectAll()
      .where('message_id', '=', mail?.id ?? 0);
    const { item_id: id, provider_id: providerId } = await ofMail.executeTakeFirstOrThrow();
    const item = await db.selectFrom('item').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return { item, providerId };
  }
  const answer = (item: Item) =>
    planReply(deps, { item, name: 'm', all: false, cc: [], body: { kind: 'text', content: 'Ten.' }, files: [] });

  test.each(['and nobody noticed yet', 'and the import noticed'])('%s, goes out in its thread', async (noticed) => {
    const { item, providerId } = await answered(`Moved ${noticed}`);
    office.sandbox.world.moveMessage(ann, providerId, 'Archive');
    if (noticed.includes('import')) await office.run();
    expect(await deliver(await queueMail(deps, await answer(item)))).toEqual({ state: 'done' });
    expect(deliveries()).toMatchObject([{ subject: `RE: Moved ${noticed}` }]);
  });

  test('and then deleted for good, is refused with what to do instead, and leaves no draft behind', async () => {
    const { item, providerId } = await answered('Gone');
    office.sandbox.world.deleteMessage(ann, providerId);
    const failed = await deliver(await queueMail(deps, await answer(item)));
    expect(failed).toMatchObject({ state: 'dead', error: { kind: 'not_found' } });
    expect(failed.state === 'dead' ? failed.error.hint : '').toContain('integrator mail send');
    expect(deliveries()).toHaveLength(0);
    expect(draftsLeft()).toBe(0);
  });
});

test.each([1, 2, 3, 4].flatMap((nth) => (['before', 'after'] as const).map((when) => [nth, when] as const)))(
  'stopped at write %i, %s it was committed, and taken up again: delivered exactly once, one action',
  async (nth, when) => {
    const id = await queue({ files: [text('offer.txt', 'ten')] });
    await expect(deliver(id, { store: crashAt(deps.store, nth, when) })).rejects.toThrow('crash');
    await deliver(id);
    expect(deliveries()).toHaveLength(1);
    expect(await actions()).toHaveLength(1);
    expect(draftsLeft()).toBe(0);
    expect(await outboxRow(deps.store.db, id)).toMatchObject({ state: 'done' });
  },
);

test.each(['Offer\r\nBcc: spy@evil.example', 'Offer\u2028x', '', ' '])('the subject %j is refused', async (subject) => {
  await expect(queue({ subject })).rejects.toMatchObject({ kind: 'usage' });
});

test.each(['bob@acme.example\r\nBcc: x@y.example', 'bob', '<bob@>', 'bob@acme example', 'a@b@c', '@acme.example'])(
  'the address %j is refused',
  async (to) => {
    await expect(queue({ to: [to] })).rejects.toMatchObject({ kind: 'usage' });
  },
);

test('nobody sends from the mailbox of another, and the refusal is written down', async () => {
  await expect(queue({ from: 'ben@contoso.test' })).rejects.toMatchObject({ kind: 'not_allowed' });
  const log = await deps.store.db.selectFrom('audit_log').selectAll().where('outcome', '=', 'refused').execute();
  expect(log).toMatchObject([{ verb: 'mail.send', object: 'ben@contoso.test', agent: 'ann' }]);
});

test('an operator must say who completes the action', async () => {
  const operator = { ...deps, actor: { kind: 'operator', unixUser: 'tester' } as const };
  await expect(planSend(operator, request())).rejects.toMatchObject({ kind: 'usage' });
});
