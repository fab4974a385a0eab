import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CsvSource } from '../../src/content/csv-source.ts';
import { IntegratorError } from '../../src/domain/errors.ts';
import { loadTemplate } from '../../src/content/template.ts';
import { optOut } from '../../src/outgoing/campaign/opt-out.ts';
import { planCampaign } from '../../src/outgoing/campaign/plan.ts';
import { readRecipients } from '../../src/outgoing/campaign/recipients.ts';
import { type CampaignOptions, type CampaignRun, sendCampaign } from '../../src/outgoing/campaign/send.ts';
import { type DeliverDeps, deliverMail } from '../../src/outgoing/deliver.ts';
import { deliverDeps } from '../../src/outgoing/delivering.ts';
import type { OutgoingDeps } from '../../src/outgoing/deps.ts';
import type { MailJob } from '../../src/outgoing/mail-job.ts';
import { outboxRow, dropOutboxRow } from '../../src/store/outbox.ts';
import { addOptOuts } from '../../src/store/opt-outs.ts';
import type { Presence } from '../../src/store/presence.ts';
import { readAudit } from '../../src/store/audit.ts';
import { ann, openOffice } from '../importer/office.ts';
import type { Office } from '../importer/office.ts';

const never = new AbortController().signal;
let office: Office;
let templates = '';

beforeAll(async () => {
  office = await openOffice({ config: { outgoing: { max_per_minute: 2, templates_dir: './templates' } } });
  templates = join(office.directory, 'templates');
  mkdirSync(templates);
});
afterAll(() => office.close());
beforeEach(() => {
  office.sandbox.world.post.deliveries.length = 0;
  nowMs += 3_600_000;
  writeFileSync(join(templates, 'news.txt'), 'Subject: News\n\nDear {{ name | default: "customer" }},\nread on.\n');
});

/** A clock that only sleeping moves. */
let nowMs = Date.UTC(2026, 10, 1);

function outgoing(): OutgoingDeps {
  const { store, config, sender } = office.app;
  const actor = { kind: 'agent', unixUser: 'tester', id: 'ann', role: 'agent', mailboxes: [ann] } as const;
  return { store, config, sender, now: () => nowMs, actor };
}

function csv(...rows: string[]): CsvSource {
  const bytes = Buffer.from(`name,email\n${rows.map((address) => `,${address}@acme.example\n`).join('')}`);
  return {
    name: 'in.csv',
    async *open(fromByte) {
      yield bytes.subarray(fromByte);
    },
  };
}

function delivering(): DeliverDeps {
  const presence: Presence = { name: () => 'tester', of: () => 'gone', close: () => undefined };
  return {
    ...deliverDeps({ ...outgoing(), presence }),
    looksMs: [1],
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
}

interface Sent {
  readonly run: CampaignRun;
  /** When each mail went out, by our clock. */
  readonly times: readonly number[];
}

async function sendTo(name: string, names: readonly string[], more: Partial<CampaignOptions> = {}): Promise<Sent> {
  const deps = outgoing();
  const { rows } = await readRecipients(csv(...names));
  const template = await loadTemplate(templates, 'news');
  const basis = { action: 'campaign', from: ann, ticket: null, files: [] };
  const plan = await planCampaign(deps, { name, template, rows, ...basis });
  const times: number[] = [];
  const deliver = async (id: number) => {
    const delivery = await deliverMail(id, delivering(), never);
    times.push(nowMs);
    return delivery;
  };
  return { run: await sendCampaign(deps, plan, { deliver, onRow: () => undefined, signal: never, ...more }), times };
}

const states = ({ run }: Sent) => run.rows.map(({ state }) => state);
const reached = () => office.sandbox.world.post.deliveries.map(({ to }) => to[0]?.address);

test('a mailbox sends no faster than max_per_minute, however long the list', async () => {
  const { times } = await sendTo('limit', ['a', 'b', 'c', 'd', 'e']);
  const start = times[0] ?? 0;
  expect(times.map((at) => Math.floor((at - start) / 60_000))).toEqual([0, 0, 1, 1, 2]);
  expect(reached()).toHaveLength(5);
});

test('what is refused for one mail as for all stops the campaign; started again, it goes on', async () => {
  const fault = { kind: 'status', status: 403, code: 'ErrorSendAsDenied' } as const;
  office.sandbox.faults.add({ path: '/send$', nth: 2, fault });
  const denied = await sendTo('denied', ['a', 'b', 'c']);
  expect(states(denied)).toEqual(['sent', 'failed', 'not_sent']);
  expect(denied.run.stopped).toMatchObject({ kind: 'access_denied' });
  expect(states(await sendTo('denied', ['a', 'b', 'c']))).toEqual(['already_sent', 'sent', 'sent']);
  expect(reached()).toEqual(['a', 'c', 'b'].map((name) => `${name}@acme.example`));
});

test('mails of an earlier run that fail again do not stand before those nobody wrote to yet', async () => {
  const unsure = async () =>
    ({ state: 'unsure', error: new IntegratorError('unreachable', 'nobody knows', { code: 'unsure' }) }) as const;
  expect(states(await sendTo('left over', ['a', 'b', 'c', 'd'], { deliver: unsure }))).toEqual([
    'unsure',
    'unsure',
    'unsure',
    'not_sent',
  ]);
  const sent: number[] = [];
  const again = await sendTo('left over', ['a', 'b', 'c', 'd', 'e'], {
    deliver: async (id) => {
      const row = await outboxRow(office.app.store.db, id);
      const isNew = /:[de]@acme\.example$/.test(row?.key ?? '');
      if (isNew) sent.push(id);
      return isNew ? { state: 'done' } : unsure();
    },
  });
  expect(states(again)).toEqual(['unsure', 'unsure', 'unsure', 'sent', 'sent']);
  expect(again.run.stopped).toBeNull();
  expect(sent).toHaveLength(2);
});

test('what is wrong with one recipient does not stop the others', async () => {
  const fault = { kind: 'status', status: 400, code: 'ErrorInvalidRecipients' } as const;
  office.sandbox.faults.add({ path: '/send$', fault });
  const sent = await sendTo('recipient', ['a', 'b']);
  expect(states(sent)).toEqual(['failed', 'sent']);
  expect(sent.run.stopped).toBeNull();
});

test('asked to stop, it stops after the mail in hand and queues nothing ahead', async () => {
  const stop = new AbortController();
  const stopped = await sendTo('stop', ['a', 'b', 'c'], { onRow: () => stop.abort(), signal: stop.signal });
  expect(states(stopped)).toEqual(['sent', 'not_sent', 'not_sent']);
  expect(stopped.run.stopped).toBe('signal');
  const inHand = new AbortController();
  const deliver = async () => {
    inHand.abort();
    throw new Error('stopped while it waited for its turn');
  };
  const waiting = await sendTo('stop', ['b', 'c'], { deliver, signal: inHand.signal });
  expect(waiting.run.rows).toMatchObject([
    { state: 'not_sent', outboxId: null },
    { state: 'not_sent', outboxId: null },
  ]);
  expect(states(await sendTo('stop', ['c', 'b', 'a']))).toEqual(['sent', 'sent', 'already_sent']);
});

test('an edited template does not write again to who got the old one; another name does', async () => {
  await sendTo('edited', ['a']);
  writeFileSync(join(templates, 'news.txt'), 'Subject: Better news\n\nread on.\n');
  expect(states(await sendTo('edited', ['a', 'b']))).toEqual(['already_sent', 'sent']);
  expect(states(await sendTo('edited again', ['a']))).toEqual(['sent']);
});

test('who was dropped from the outbox by a person is not written to again', async () => {
  const { run } = await sendTo('dropped', ['a']);
  const id = run.rows[0]?.outboxId ?? 0;
  expect(await outboxRow(office.app.store.db, id)).toMatchObject({ key: 'campaign:dropped:a@acme.example' });
  await office.app.store.write((trx) => dropOutboxRow(trx, id));
  expect(states(await sendTo('dropped', ['a']))).toEqual(['dropped']);
});

test('who opts out while the campaign runs gets no mail', async () => {
  let sent = 0;
  const deps = outgoing();
  const run = await sendTo('opt out', ['x', 'y'], {
    deliver: async () => {
      sent += 1;
      await deps.store.write((trx) => addOptOuts(trx, [{ address: 'y@acme.example', added_by: 'ann', at: nowMs }]));
      return { state: 'done' };
    },
  });
  expect(states(run)).toEqual(['sent', 'opted_out']);
  expect(sent).toBe(1);
});

const later = async () =>
  ({ state: 'pending', error: new IntegratorError('throttled', 'too much mail just now') }) as const;
const stopMail = (...names: string[]) =>
  office.app.store.write((trx) =>
    optOut(trx, { actor: outgoing().actor, nowMs, addresses: names.map((name) => `${name}@acme.example`) }),
  );
const outboxId = ({ run }: Sent, place: number) => run.rows[place]?.outboxId ?? 0;

test('who opts out gets none of the mail that waits in the outbox, and others get theirs', async () => {
  const waiting = await sendTo('waiting', ['p', 'q'], { deliver: later });
  expect(states(waiting)).toEqual(['pending', 'pending']);
  const taken = await stopMail('p');
  expect(taken).toMatchObject({ added: ['p@acme.example'], underWay: 0 });
  expect(taken.dropped).toMatchObject([{ outboxId: outboxId(waiting, 0), campaign: 'waiting' }]);
  expect(await deliverMail(outboxId(waiting, 0), delivering(), never)).toEqual({ state: 'elsewhere' });
  expect(await deliverMail(outboxId(waiting, 1), delivering(), never)).toEqual({ state: 'done' });
  expect(reached()).toEqual(['q@acme.example']);
  expect(states(await sendTo('waiting', ['p', 'q']))).toEqual(['dropped', 'already_sent']);
  const [line] = await readAudit(office.app.store.db, { object: String(outboxId(waiting, 0)), limit: 1 });
  expect(line).toMatchObject({ verb: 'outbox.drop' });
});

test('who opts out while the mail is under way, which then cannot be sent, gets no later attempt either', async () => {
  const waiting = await sendTo('race', ['r'], { deliver: later });
  const id = outboxId(waiting, 0);
  office.sandbox.faults.add({ path: '/messages$', method: 'POST', count: 0, fault: { kind: 'status', status: 503 } });
  let taken: Awaited<ReturnType<typeof stopMail>> | undefined;
  const senderOf = async (job: MailJob) => {
    taken ??= await stopMail('r');
    return delivering().senderOf(job);
  };
  expect(await deliverMail(id, { ...delivering(), senderOf }, never)).toMatchObject({ state: 'pending' });
  expect(taken).toMatchObject({ dropped: [], underWay: 1 });
  office.sandbox.faults.clear();
  expect(await deliverMail(id, delivering(), never)).toEqual({ state: 'elsewhere' });
  expect(await outboxRow(office.app.store.db, id)).toBeUndefined();
  expect(reached()).toEqual([]);
});

test('who opts out while the mail waits for its turn is told as such', async () => {
  const run = await sendTo('turn', ['s'], {
    deliver: async (id) => {
      await stopMail('s');
      return deliverMail(id, delivering(), never);
    },
  });
  expect(states(run)).toEqual(['opted_out']);
});

test('who sent what to how many is in the audit log', async () => {
  await sendTo('audited', ['a', 'a', 'b']);
  const [line] = await readAudit(office.app.store.db, { object: 'audited', limit: 10 });
  expect(line).toMatchObject({ who: 'ann', verb: 'campaign.send', outcome: 'done' });
  expect(JSON.parse(line?.detail ?? '')).toEqual({ template: 'news', mailbox: ann, rows: 3, to_send: 2 });
});
