import pLimit from 'p-limit';
import { afterEach, expect, test } from 'vitest';
import { sleep } from '../../src/http/deadline.ts';
import { type DeliverDeps, deliverMail } from '../../src/outgoing/deliver.ts';
import type { OutgoingDeps } from '../../src/outgoing/deps.ts';
import { planSend, queueMail } from '../../src/outgoing/send-mail.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { listActions } from '../../src/store/actions.ts';
import { ann, ben, openOffice } from '../importer/office.ts';
import type { Office } from '../importer/office.ts';
import { crashAt } from './crash-at.ts';

const never = new AbortController().signal;

interface Service {
  readonly name: string;
  readonly sends: number;
  readonly connection: Record<string, unknown>;
  /** Paths of the requests that make a draft, and that send it. */
  readonly making: string;
  readonly sending: string;
  readonly throttled: Fault;
  readonly garbled: Fault;
}

const services: readonly Service[] = [
  {
    name: 'Graph',
    sends: 500,
    connection: {},
    making: '/messages$',
    sending: '/send$',
    throttled: { kind: 'status', status: 429, retryAfter: '0' },
    garbled: { kind: 'cut_json' },
  },
  {
    name: 'EWS',
    sends: 100,
    connection: { type: 'ews' },
    making: '#CreateItem$',
    sending: '#SendItem$',
    throttled: { kind: 'status', status: 200, code: 'ErrorServerBusy', message: 'BackOffMilliseconds 5' },
    garbled: { kind: 'cut_connection' },
  },
];

/** Every fifth send, and every ninth draft, goes wrong in one of these ways. */
const sendFaults = ({ throttled }: Service): readonly Fault[] => [
  { kind: 'status_after', status: 504 },
  { kind: 'reset_after' },
  { kind: 'reset_before' },
  { kind: 'status', status: 503, retryAfter: '0' },
  { kind: 'status_after', status: 500 },
  throttled,
];
const draftFaults = ({ garbled }: Service): readonly Fault[] => [
  { kind: 'reset_after' },
  { kind: 'status_after', status: 502 },
  garbled,
];

function spoil({ sandbox }: Office, service: Service): number[] {
  const each = (path: string, every: number, faults: readonly Fault[]) =>
    Array.from({ length: Math.floor(service.sends / every) }, (_, index) => {
      const fault = faults[index % faults.length] ?? { kind: 'reset_before' };
      return sandbox.faults.add({ path, method: 'POST', nth: (index + 1) * every, fault });
    });
  return [...each(service.sending, 5, sendFaults(service)), ...each(service.making, 9, draftFaults(service))];
}

function depsOf({ app }: Office, id: string, mailbox: string): OutgoingDeps {
  const { store, config, now, sender } = app;
  return {
    store,
    config,
    now,
    sender,
    actor: { kind: 'agent', unixUser: 'tester', id, role: 'agent', mailboxes: [mailbox] },
  };
}

function delivering(deps: OutgoingDeps, store = deps.store): DeliverDeps {
  return {
    store,
    config: deps.config,
    now: Date.now,
    sleep,
    looksMs: [1, 10, 40],
    leaseMs: 0,
    senderOf: async ({ mailbox }) => {
      const [connection] = deps.config.connections;
      if (connection === undefined) throw new Error('no connection');
      return (await deps.sender(connection)).sender({ address: mailbox, user: undefined });
    },
  };
}

const open: Office[] = [];
afterEach(async () => {
  for (const office of open.splice(0)) await office.close();
});

const title =
  '$sends sends over $name with the service failing and the process ending at every write: each is delivered exactly once';
test.each(services)(title, { timeout: 120_000 }, async (service) => {
  const { sends, connection } = service;
  const office = await openOffice({ connection, config: { outgoing: { max_per_minute: 10_000 } } });
  open.push(office);
  office.sandbox.settings.sentCopyDelayMs = 25;
  const ticket = await office.ticket({ summary: 'Many', contacts: ['bob@acme.example'] });
  const hit = spoil(office, service);
  const limit = pLimit(4);
  let crashes = 0;

  const one = async (number: number): Promise<void> => {
    const [agent, mailbox] = number % 2 === 0 ? (['ann', ann] as const) : (['ben', ben] as const);
    const deps = depsOf(office, agent, mailbox);
    const subject = `Mail ${number}`;
    const request = { ticket, action: 'email_customer', quotation: false, to: ['bob@acme.example'], cc: [], bcc: [] };
    const body = { kind: 'text', content: 'Dear Bob' } as const;
    const id = await queueMail(deps, await planSend(deps, { ...request, subject, from: mailbox, body, files: [] }));
    if (number % 3 === 0) {
      const store = crashAt(deps.store, (number % 12) / 3 + 1, number % 2 === 0 ? 'before' : 'after');
      await deliverMail(id, delivering(deps, store), never).catch(() => {
        crashes += 1;
      });
    }
    for (let round = 0; round < 10; round += 1) {
      const { state } = await deliverMail(id, delivering(deps), never);
      if (state === 'done' || state === 'elsewhere') return;
    }
  };
  await Promise.all(Array.from({ length: sends }, (_, number) => limit(() => one(number))));

  const { store } = office.app;
  const states = (await store.db.selectFrom('outbox').select('state').execute()).map(({ state }) => state);
  expect(states).toEqual(Array.from({ length: sends }, () => 'done'));
  const delivered = office.sandbox.world.post.deliveries.map(({ subject }) => subject);
  expect(delivered).toHaveLength(sends);
  expect(new Set(delivered).size).toBe(sends);
  expect(await listActions(store.db, ticket)).toHaveLength(sends);
  for (const address of [ann, ben]) {
    const drafts = [...office.sandbox.world.mailbox(address).items()].filter(
      ({ folder }) => folder.wellKnown === 'drafts',
    );
    expect(drafts).toEqual([]);
  }
  // The proof would be empty if nothing had gone wrong.
  expect(crashes).toBeGreaterThan(sends * 0.3);
  expect(hit.filter((id) => office.sandbox.faults.hits(id) > 0).length).toBeGreaterThan(hit.length * 0.9);
});
