import { afterEach, expect, test } from 'vitest';
import type { RunReport } from '../../src/importer/report.ts';
import { ann, ben, openOffice } from './office.ts';
import type { Office } from './office.ts';

const offices: Office[] = [];
afterEach(async () => {
  for (const office of offices.splice(0)) await office.close();
});

const bob = 'bob@acme.example';
const at = Date.parse('2026-11-20T10:00:00Z');
const hour = 3_600_000;

/**
 * Ann and Ben got the same mails; only Ann's mailbox is matched. On Ann's first page are answers whose question comes
 * on a later one, unless Ben's mailbox is quicker.
 */
async function importedIn(order: readonly string[], slow: string | null): Promise<RunReport> {
  const settings = [
    { address: ann, agent: 'ann' },
    { address: ben, agent: 'ben', email_matching: order.length > 2 },
  ];
  const mailboxes = settings.toSorted((a, b) => order.indexOf(a.address) - order.indexOf(b.address));
  const office = await openOffice({ mailboxes, config: { concurrency: slow === null ? 1 : 2 } });
  offices.push(office);
  const { world, faults } = office.sandbox;
  await office.ticket({ summary: 'Offer', contacts: [bob] });
  const both = (mail: Record<string, unknown> & { readonly sentAt: number }) => {
    for (const mailbox of [ann, ben])
      world.addMessage(mailbox, 'Inbox', { from: bob, to: [ann, ben], receivedAt: mail.sentAt, ...mail });
  };
  both({ subject: 'Offer', internetMessageId: '<q@acme.example>', sentAt: at });
  for (let n = 0; n < 150; n += 1)
    world.addMessage(ann, 'Inbox', {
      from: 'x@y.example',
      to: ann,
      subject: `Noise ${n}`,
      receivedAt: at + hour + n * 1000,
    });
  for (let n = 0; n < 5; n += 1) {
    const receivedAt = at + 2 * hour + n * 1000;
    world.addMessage(ann, 'Inbox', {
      from: bob,
      to: ann,
      subject: `Answer ${n}`,
      inReplyTo: '<q@acme.example>',
      receivedAt,
      sentAt: receivedAt,
    });
  }
  both({ subject: 'Lunch', internetMessageId: '<l@acme.example>', sentAt: at + 3 * hour });
  if (slow !== null) faults.add({ mailbox: slow, path: 'delta', count: 0, fault: { kind: 'delay', ms: 300 } });
  return office.run();
}

const withoutRequests = ({ totals }: RunReport) => ({ ...totals, requests: 0 });

test('equal runs report equal numbers, whichever mailbox is quicker, and the numbers add up', async () => {
  const expected = { imported: 157, matched: 6, to_inbox: 151, new_tickets: 0, kept: 0, ignored: 0, duplicates: 2 };
  for (const order of [
    [ann, ben],
    [ben, ann],
    [ann, ben, 'matched'],
    [ben, ann, 'matched'],
  ]) {
    for (const slow of [null, ann, ben]) {
      const report = await importedIn(order, slow);
      expect(withoutRequests(report), `${order.join()} ${slow}`).toMatchObject(expected);
      for (const { imported, matched, to_inbox, new_tickets, kept, ignored } of [...report.mailboxes, report.totals]) {
        expect(imported).toBe(matched + to_inbox + new_tickets + kept + ignored);
      }
    }
  }
});
