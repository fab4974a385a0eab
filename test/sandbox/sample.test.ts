import { expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  sampleBusinessUnits,
  sampleClients,
  sampleTicketTypes,
  sampleTickets,
} from '../../src/sandbox/sample/tickets.ts';
import { mimeOf } from '../../src/sandbox/world/mime.ts';

const now = Date.parse('2026-06-15T09:00:00Z');

async function withSample<T>(seed: number, work: (sandbox: Sandbox) => T): Promise<T> {
  const sandbox = await startSandbox({ world: 'sample', seed, now: () => now });
  try {
    return work(sandbox);
  } finally {
    await sandbox.close();
  }
}

const everything = (sandbox: Sandbox): string[] =>
  sandbox.world
    .mailboxes()
    .flatMap((mailbox) =>
      [...mailbox.items()].map(
        (item) =>
          `${mailbox.address} ${mailbox.ids.make('item', item.instance)} ${Buffer.from(mimeOf(item)).toString('base64')}`,
      ),
    );

test('the same seed and time give the same world, another seed another one', async () => {
  const [one, same, other] = [
    await withSample(3, everything),
    await withSample(3, everything),
    await withSample(4, everything),
  ];
  expect(one.length).toBeGreaterThan(40);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

test('the tenant has agents, shared and team mailboxes, one without access, and a service account without mailbox', async () => {
  const kinds = await withSample(1, (sandbox) => new Map(sandbox.accounts.map(({ address, kind }) => [address, kind])));
  expect(kinds.get('svc-crm@contoso.test')).toBe('none');
  expect(kinds.get('ann@contoso.test')).toBe('user');
  expect(kinds.get('info@contoso.test')).toBe('shared');
  expect(kinds.get('room-berlin@contoso.test')).toBe('room');
  await withSample(1, ({ world }) => {
    expect(world.mailbox('fiona@contoso.test').access).toBe('none');
    expect(world.mailbox('soc@contoso.test').folders.find('IR/Business Units')?.items.size).toBe(1);
  });
});

test('every kind of mail is there: replies, forged, automatic, meeting, encrypted, attached, in two mailboxes', async () => {
  await withSample(1, ({ world }) => {
    const mine = [...world.mailbox('ann@contoso.test').items()];
    const bySubject = (subject: string) => mine.filter((item) => item.subject === subject);
    expect(bySubject('AW: Lagerautomatisierung Hamburg')).toHaveLength(1);
    expect(bySubject('Delivery dates?')[0]?.inReplyTo).toBe(
      bySubject('RE: Quote for conveyor sensors')[1]?.internetMessageId,
    );
    expect(mine.filter((item) => item.extraHeaders.some(({ value }) => value.includes('dmarc=fail')))).toHaveLength(1);
    expect(mine.filter((item) => item.extraHeaders.some(({ name }) => name === 'Auto-Submitted'))).toHaveLength(2);
    expect(mine.filter((item) => item.meeting !== null)).toHaveLength(1);
    expect(mine.map(({ protection }) => protection)).toEqual(expect.arrayContaining(['smime_encrypted', 'rights']));
    expect(mine.flatMap((item) => item.attachments.map(({ kind }) => kind))).toEqual(
      expect.arrayContaining(['file', 'item', 'reference']),
    );
    const shared = mine.find((item) => item.subject === 'Cold storage for the new warehouse');
    expect([...world.mailbox('ben@contoso.test').items()].map(({ internetMessageId }) => internetMessageId)).toContain(
      shared?.internetMessageId,
    );
  });
});

test('all times lie before the start, within two weeks', async () => {
  await withSample(1, ({ world }) => {
    for (const mailbox of world.mailboxes()) {
      for (const item of mailbox.items()) {
        expect(item.receivedAt).toBeLessThan(now);
        expect(item.receivedAt).toBeGreaterThan(now - 14 * 86_400_000);
      }
    }
  });
});

test('the sample tickets have the columns that import reads, and their clients and types exist', () => {
  expect(Object.keys(sampleTickets[0] ?? {}).toSorted()).toEqual([
    'client',
    'contacts',
    'details',
    'opening_subject',
    'reference',
    'status',
    'summary',
    'type',
    'use',
  ]);
  expect(new Set(sampleTickets.map(({ reference }) => reference)).size).toBe(sampleTickets.length);
  // An address belongs to one client: a ticket may name contacts of its own client only.
  const clientOf = new Map(
    sampleClients.flatMap(({ name, contacts }) =>
      [...contacts.matchAll(/<([^>]+)>/g)].map((found) => [found[1], name]),
    ),
  );
  for (const ticket of sampleTickets) {
    for (const address of ticket.contacts.split(';').filter((one) => one !== ''))
      expect(clientOf.get(address)).toBe(ticket.client);
  }
  const clients = new Set<string>(['', ...sampleClients.map(({ name }) => name)]);
  const types = new Map<string, string>(sampleTicketTypes.map(({ name, use }) => [name, use]));
  for (const ticket of sampleTickets) {
    expect(clients).toContain(ticket.client);
    expect(types.get(ticket.type)).toBe(ticket.use);
  }
  expect(sampleBusinessUnits.map(({ name }) => name)).toEqual(['Finance', 'Plant Operations']);
});
