import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { deliverWaiting, type WaitingOptions } from '../../src/outgoing/deliver-waiting.ts';
import { type DeliverDeps, deliverMail } from '../../src/outgoing/deliver.ts';
import type { OutgoingDeps } from '../../src/outgoing/deps.ts';
import { dropRow } from '../../src/outgoing/outbox.ts';
import { planSend, queueMail } from '../../src/outgoing/send-mail.ts';
import { mostAttempts } from '../../src/outgoing/try-again.ts';
import { outboxRow } from '../../src/store/outbox.ts';
import type { Presence, Whereabouts } from '../../src/store/presence.ts';
import { outboxNumbers } from '../../src/store/status.ts';
import { ann, ben, openOffice } from '../importer/office.ts';
import type { Office } from '../importer/office.ts';
import { crashAt } from './crash-at.ts';

let office: Office;
let ticket: string;
let nowMs: number;
const never = new AbortController().signal;
const minute = 60_000;
const leaseMs = 5 * minute;

beforeAll(async () => {
  office = await openOffice({ config: { outgoing: { max_per_minute: 10_000 } } });
});
afterAll(() => office.close());
beforeEach(async () => {
  nowMs = Date.now();
  office.sandbox.faults.clear();
  office.sandbox.settings.sentCopyDelayMs = 0;
  office.sandbox.world.post.deliveries.length = 0;
  await office.app.store.db.deleteFrom('outbox').execute();
  ticket = await office.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
});

/** Processes by name; what is not listed is not known. */
function presenceOf(me: string, others: Readonly<Record<string, Whereabouts>> = {}): Presence {
  return { name: () => me, of: (name) => others[name] ?? 'unknown', close: () => undefined };
}

function depsOf(agent: 'ann' | 'ben', presence?: Presence): OutgoingDeps {
  const { store, config, sender } = office.app;
  const mailbox = agent === 'ann' ? ann : ben;
  const actor = { kind: 'agent', unixUser: 'tester', id: agent, role: 'agent', mailboxes: [mailbox] } as const;
  return { store, config, now: () => nowMs, sender, actor, presence };
}

async function queue(agent: 'ann' | 'ben', subject: string, presence?: Presence): Promise<number> {
  const deps = depsOf(agent, presence);
  const request = { ticket, action: 'email_customer', quotation: false, to: ['bob@acme.example'], cc: [], bcc: [] };
  const from = agent === 'ann' ? ann : ben;
  const body = { kind: 'text', content: 'Dear Bob' } as const;
  return queueMail(deps, await planSend(deps, { ...request, subject, from, body, files: [] }));
}

function delivering(more: Partial<DeliverDeps> = {}): DeliverDeps {
  const { store, config, sender } = office.app;
  return {
    store,
    config,
    now: () => nowMs,
    sleep: async () => undefined,
    looksMs: [],
    leaseMs,
    senderOf: async ({ mailbox }) => {
      const [connection] = config.connections;
      if (connection === undefined) throw new Error('no connection');
      return (await sender(connection)).sender({ address: mailbox, user: undefined });
    },
    ...more,
  };
}

const waiting = (more: Partial<DeliverDeps> = {}, options: Partial<WaitingOptions> = {}) =>
  deliverWaiting(delivering(more), { concurrency: 4, signal: never, ...options });
const delivered = () => office.sandbox.world.post.deliveries.map(({ subject }) => subject).toSorted();
const row = (id: number) => outboxRow(office.app.store.db, id);
const nothing = { done: 0, pending: 0, unsure: 0, dead: 0 };

test('mail that could not be sent is tried again when it is due, later each time, and is sent when the service is back', async () => {
  const outage = office.sandbox.faults.add({
    service: 'graph',
    method: 'POST',
    count: 0,
    fault: { kind: 'reset_before' },
  });
  const id = await queue('ann', 'Offer');
  expect(await deliverMail(id, delivering(), never)).toMatchObject({ state: 'pending' });
  expect(await waiting()).toEqual(nothing);
  nowMs += minute;
  expect(await waiting()).toEqual({ ...nothing, pending: 1 });
  expect((await row(id))?.next_at).toBe(nowMs + 2 * minute);
  office.sandbox.faults.remove(outage);
  nowMs += 2 * minute;
  expect(await waiting()).toEqual({ ...nothing, done: 1 });
  expect(delivered()).toEqual(['Offer']);
  expect(await waiting()).toEqual(nothing);
});

test('after so many attempts mail is given up, and says why and what to do', async () => {
  office.sandbox.faults.add({ service: 'graph', method: 'POST', count: 0, fault: { kind: 'reset_before' } });
  const id = await queue('ann', 'Offer');
  await office.app.store.db
    .updateTable('outbox')
    .set({ attempts: mostAttempts - 1 })
    .where('id', '=', id)
    .execute();
  expect(await waiting()).toEqual({ ...nothing, dead: 1 });
  const error = JSON.parse((await row(id))?.error_json ?? '{}');
  expect(error).toMatchObject({ kind: 'unreachable', hint: expect.stringContaining(`outbox retry ${id}`) });
  expect(error.message).toContain(`given up after ${mostAttempts} attempts`);
  nowMs += 100 * minute;
  expect(await waiting()).toEqual(nothing);
  expect(await outboxNumbers(office.app.store.db)).toEqual({ pending: 0, sending: 0, unsure: 0, dead: 1 });
});

test('one mail that is refused and one mailbox that fails stop no other', async () => {
  const first = await queue('ann', 'Refused');
  await queue('ann', 'After it');
  await queue('ben', 'Another mailbox');
  office.sandbox.faults.add({
    path: '/send$',
    mailbox: ann,
    fault: { kind: 'status', status: 403, code: 'ErrorSendAsDenied' },
  });
  nowMs += leaseMs;
  expect(await waiting()).toEqual({ ...nothing, done: 2, dead: 1 });
  expect(delivered()).toEqual(['After it', 'Another mailbox']);
  expect(await row(first)).toMatchObject({ state: 'dead' });
});

test('a connection that nobody is signed in to keeps its mail waiting, without asking for each of them', async () => {
  const ids = [await queue('ann', 'One'), await queue('ann', 'Two')];
  nowMs += leaseMs;
  let asked = 0;
  const { IntegratorError } = await import('../../src/domain/errors.ts');
  const senderOf = () => {
    asked += 1;
    return Promise.reject(new IntegratorError('needs_login', 'sign in again'));
  };
  expect(await waiting({ senderOf })).toEqual({ ...nothing, pending: 1 });
  expect(asked).toBe(1);
  nowMs += minute;
  expect(await waiting()).toEqual({ ...nothing, done: 2 });
  expect(ids).toHaveLength(2);
});

test('unsure mail is looked for again, done when its copy shows, and never sent twice', async () => {
  office.sandbox.faults.add({ path: '/send$', fault: { kind: 'status_after', status: 504 } });
  office.sandbox.settings.sentCopyDelayMs = 60_000_000;
  const id = await queue('ann', 'Offer');
  expect(await deliverMail(id, delivering(), never)).toMatchObject({ state: 'unsure' });
  nowMs += minute;
  expect(await waiting()).toEqual({ ...nothing, unsure: 1 });
  office.sandbox.clock.advance(60_000_000);
  nowMs += 2 * minute;
  expect(await waiting()).toEqual({ ...nothing, done: 1 });
  expect(delivered()).toEqual(['Offer']);
});

test.each<[string, Whereabouts, number, number]>([
  ['is gone: at once', 'gone', 0, 1],
  ['still runs: never', 'alive', 1_000, 0],
  ['cannot be known: not before its lease', 'unknown', 4, 0],
  ['cannot be known: after its lease', 'unknown', 6, 1],
])('mail in the hands of a process that %s', async (_name, whereabouts, afterMinutes, done) => {
  const id = await queue('ann', 'Offer', presenceOf('other'));
  const store = crashAt(office.app.store, 3, 'after');
  await expect(deliverMail(id, delivering({ store, presence: presenceOf('other') }), never)).rejects.toThrow('crash');
  expect(await row(id)).toMatchObject({ state: 'sending', held_by: 'other' });
  nowMs += afterMinutes * minute;
  const presence = presenceOf('me', { other: whereabouts });
  expect(await waiting({ presence })).toEqual({ ...nothing, done });
  expect(delivered()).toHaveLength(done);
});

test('mail just queued is left to the process that is about to send it', async () => {
  await queue('ann', 'Mine', presenceOf('other'));
  await queue('ann', 'Nobody said');
  expect(await waiting({ presence: presenceOf('me', { other: 'alive' }) })).toEqual(nothing);
  expect(await waiting({ presence: presenceOf('me', { other: 'gone' }) })).toEqual({ ...nothing, done: 1 });
  expect(delivered()).toEqual(['Mine']);
});

test('what is being sent cannot be dropped while its process runs', async () => {
  const id = await queue('ann', 'Offer', presenceOf('other'));
  const store = crashAt(office.app.store, 3, 'after');
  await expect(deliverMail(id, delivering({ store, presence: presenceOf('other') }), never)).rejects.toThrow('crash');
  const current = await row(id);
  if (current === undefined) throw new Error('no row');
  nowMs += 100 * minute;
  const dropping = (whereabouts: Whereabouts, dryRun: boolean) =>
    dropRow(depsOf('ann', presenceOf('me', { other: whereabouts })), current, { leaseMs, dryRun });
  await expect(dropping('alive', true)).rejects.toMatchObject({ kind: 'busy' });
  await expect(dropping('alive', false)).rejects.toMatchObject({ kind: 'busy' });
  await dropping('gone', true);
  expect(await row(id)).toBeDefined();
  await dropping('gone', false);
  expect(await row(id)).toBeUndefined();
});

test('narrowed to a mailbox, only its mail goes out', async () => {
  await queue('ann', 'Of Ann');
  await queue('ben', 'Of Ben');
  nowMs += leaseMs;
  expect(await waiting({}, { mailbox: ben })).toEqual({ ...nothing, done: 1 });
  expect(delivered()).toEqual(['Of Ben']);
});

test('a send stopped by its person is taken up at once, and the mail goes out once', async () => {
  const id = await queue('ann', 'Offer');
  const stop = new AbortController();
  const hanging = office.sandbox.faults.add({ path: '/send$', fault: { kind: 'hang_after' } });
  const senderOf = async (...args: Parameters<DeliverDeps['senderOf']>) => {
    const watch = setInterval(() => {
      if (office.sandbox.faults.hits(hanging) === 0) return;
      clearInterval(watch);
      stop.abort();
    }, 5);
    return delivering().senderOf(...args);
  };
  expect(await deliverMail(id, delivering({ senderOf }), stop.signal)).toMatchObject({ state: 'unsure' });
  expect(await row(id)).toMatchObject({ state: 'unsure', held_by: null });
  expect(await waiting()).toEqual({ ...nothing, done: 1 });
  expect(delivered()).toEqual(['Offer']);
});
