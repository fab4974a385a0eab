import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Draft, MailSender } from '../../src/mail/sender.ts';
import { type DeliverDeps, deliverMail } from '../../src/outgoing/deliver.ts';
import type { OutgoingDeps } from '../../src/outgoing/deps.ts';
import { mailJobSchema } from '../../src/outgoing/mail-job.ts';
import { planReply } from '../../src/outgoing/reply.ts';
import { planSend, queueMail, type SendRequest } from '../../src/outgoing/send-mail.ts';
import { listActions } from '../../src/store/actions.ts';
import { outboxRow } from '../../src/store/outbox.ts';
import { ann, type Office, openOffice } from '../importer/office.ts';

let office: Office;
let ticket: string;
let deps: OutgoingDeps;
const never = new AbortController().signal;
const bob = 'bob@acme.example';

beforeAll(async () => {
  office = await openOffice({ config: { outgoing: { max_per_minute: 10_000 } } });
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

async function queue(files: SendRequest['files'] = []): Promise<number> {
  const request = { ticket, action: 'email_customer', quotation: false, to: [bob], cc: [], bcc: [] };
  const body = { kind: 'text', content: 'Dear Bob' } as const;
  return queueMail(deps, await planSend(deps, { ...request, subject: 'Offer', from: ann, body, files }));
}

type Meanwhile = (step: 'createDraft' | 'attach' | 'send' | 'remove', when: 'before' | 'after') => Promise<void> | void;

/** The real sender; `meanwhile` is what others do at the same time. */
function watched(sender: MailSender, meanwhile: Meanwhile): MailSender {
  const around = async <T>(step: Parameters<Meanwhile>[0], work: () => Promise<T>): Promise<T> => {
    await meanwhile(step, 'before');
    const result = await work();
    await meanwhile(step, 'after');
    return result;
  };
  return {
    createDraft: (mail, signal) => around('createDraft', () => sender.createDraft(mail, signal)),
    createReply: (reply, signal) => sender.createReply(reply, signal),
    attach: (draft, file, signal) => around('attach', () => sender.attach(draft, file, signal)),
    send: (draft: Draft, signal) => around('send', () => sender.send(draft, signal)),
    find: (by, signal) => sender.find(by, signal),
    remove: (id, mark, signal) => around('remove', () => sender.remove(id, mark, signal)),
  };
}

function delivering(meanwhile: Meanwhile = () => undefined): DeliverDeps {
  return {
    store: deps.store,
    config: deps.config,
    now: Date.now,
    sleep: async () => undefined,
    looksMs: [1],
    leaseMs: 0,
    senderOf: async ({ mailbox }) => {
      const [connection] = deps.config.connections;
      if (connection === undefined) throw new Error('no connection');
      return watched((await deps.sender(connection)).sender({ address: mailbox, user: undefined }), meanwhile);
    },
  };
}

const deliver = (id: number, meanwhile?: Meanwhile, signal = never) => deliverMail(id, delivering(meanwhile), signal);
const drafts = () =>
  [...office.sandbox.world.mailbox(ann).items()].filter(({ folder }) => folder.wellKnown === 'drafts');
const deliveries = () => office.sandbox.world.post.deliveries;
const row = (id: number) => outboxRow(deps.store.db, id);

/** The server carries out a send that it had answered with 504. */
function completeFirstSend(): void {
  const mailbox = office.sandbox.world.mailbox(ann);
  for (const item of drafts()) {
    mailbox.remove(item);
    office.sandbox.world.post.send({ ...item, isDraft: false }, mailbox, office.sandbox.settings.sentCopyDelayMs);
  }
}

const lateSend = [403, 409].flatMap((status) =>
  (['send', 'remove'] as const).flatMap((step) => [0, 60_000].map((delayMs) => [status, step, delayMs] as const)),
);
test.each([...lateSend, [429, 'remove', 60_000] as const])(
  'a second send refused with %i, and the first carried out before the %s, its copy %i ms later: it is sent once',
  async (status, step, delayMs) => {
    office.sandbox.settings.sentCopyDelayMs = delayMs;
    office.sandbox.faults.add({ path: '/send$', method: 'POST', fault: { kind: 'status', status: 504 } });
    const refusal = { kind: 'status', status, retryAfter: '0' } as const;
    office.sandbox.faults.add({ path: '/send$', method: 'POST', nth: 2, count: 0, fault: refusal });
    let sends = 0;
    const id = await queue();
    const first = await deliver(id, (at, when) => {
      if (at === 'send' && when === 'before') sends += 1;
      if (at === step && when === 'before' && sends === 2) completeFirstSend();
    });
    expect(first).toMatchObject({ state: delayMs === 0 ? 'done' : 'unsure' });
    office.sandbox.faults.clear();
    office.sandbox.clock.advance(delayMs);
    await deliver(id);
    await deliver(id);
    expect(deliveries()).toHaveLength(1);
    expect(await row(id)).toMatchObject({ state: 'done' });
    expect(await listActions(deps.store.db, ticket)).toHaveLength(1);
  },
);

test('a second send that is refused while the draft still lies there takes it back, and a later attempt sends once', async () => {
  office.sandbox.faults.add({ path: '/send$', method: 'POST', fault: { kind: 'status', status: 504 } });
  office.sandbox.faults.add({ path: '/send$', method: 'POST', nth: 2, fault: { kind: 'status', status: 403 } });
  const id = await queue();
  expect(await deliver(id)).toMatchObject({ state: 'dead', error: { kind: 'access_denied' } });
  expect(drafts()).toEqual([]);
  expect(await deliver(id)).toEqual({ state: 'done' });
  expect(deliveries()).toHaveLength(1);
});

test('an attempt that would make a new draft finds the mail sent, and sends nothing', async () => {
  office.sandbox.faults.add({ path: '/attachments$', method: 'POST', fault: { kind: 'status', status: 400 } });
  const id = await queue([{ name: 'a.txt', contentType: 'text/plain', bytes: ten }]);
  const outcome = await deliver(id, (step, when) => {
    if (step === 'attach' && when === 'after') completeFirstSend();
  });
  expect(outcome).toEqual({ state: 'done' });
  expect(deliveries()).toHaveLength(1);
  expect(await listActions(deps.store.db, ticket)).toHaveLength(1);
});

async function* ten() {
  yield Buffer.from('ten');
}

async function storedJob(id: number) {
  return mailJobSchema.parse(JSON.parse((await row(id))?.payload_json ?? '{}'));
}

test('a reply whose text is refused leaves no draft behind', async () => {
  office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Pumps', text: 'How much?' });
  await office.run();
  const [item] = await deps.store.db.selectFrom('item').selectAll().where('sent', '=', 0).execute();
  if (item === undefined) throw new Error('nothing was imported');
  const body = { kind: 'text', content: 'Ten.' } as const;
  const plan = await planReply(deps, { item, name: 'm', all: false, cc: [], body, files: [] });
  office.sandbox.faults.add({ path: '/messages/', method: 'PATCH', fault: { kind: 'status', status: 400 } });
  expect(await deliver(await queueMail(deps, plan))).toMatchObject({ state: 'dead' });
  expect(drafts()).toEqual([]);
});

test('a file that can no longer be read leaves no draft behind', async () => {
  const id = await queue([{ name: 'a.txt', contentType: 'text/plain', bytes: ten }]);
  const [file] = (await storedJob(id)).files;
  deps.store.files.remove(file?.sha256 ?? '');
  const outcome = await deliver(id);
  expect(outcome).toMatchObject({ state: expect.stringMatching(/^(?:dead|pending)$/) });
  expect(drafts()).toEqual([]);
});

test.each(['createDraft', 'attach'] as const)(
  'a deliverer whose mail another one takes over after %s leaves no draft, and takes none of the other',
  async (step) => {
    const id = await queue([{ name: 'a.txt', contentType: 'text/plain', bytes: ten }]);
    const taken: Promise<unknown>[] = [];
    const outcome = await deliver(id, async (at, when) => {
      if (at !== step || when !== 'after') return;
      taken.push(deliver(id));
      await taken[0];
    });
    expect(outcome).toEqual({ state: 'elsewhere' });
    expect(await Promise.all(taken)).toEqual([{ state: 'done' }]);
    expect(drafts()).toEqual([]);
    expect(deliveries()).toHaveLength(1);
  },
);

test('a send that its person stops is told as unsure, with what to check', async () => {
  const stop = new AbortController();
  const hanging = office.sandbox.faults.add({ path: '/send$', fault: { kind: 'hang_after' } });
  const id = await queue();
  const stopping = deliver(id, undefined, stop.signal);
  while (office.sandbox.faults.hits(hanging) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new Error('stopped by SIGINT'));
  const outcome = await stopping;
  expect(outcome).toMatchObject({ state: 'unsure' });
  expect(outcome.state === 'unsure' ? outcome.error.hint : '').toContain('Sent Items');
  expect((await row(id))?.error_json).toContain('Sent Items');
});
