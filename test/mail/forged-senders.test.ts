import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMail } from '../../src/sandbox/eml/read-mail.ts';
import { ann, openOffice } from '../importer/office.ts';
import type { Office } from '../importer/office.ts';
import { bob, senderForms } from './forged-senders.ts';
import type { SenderForm } from './forged-senders.ts';

/** Each form tries every way onto a ticket: the rule, the thread, and opening one. */
const ways = ['rule', 'thread', 'new'] as const;
type Way = (typeof ways)[number];

const providers = [
  { type: 'graph', auth: 'application' },
  { type: 'ews', auth: 'application', server: 'mail.contoso.test' },
] as const;
const matchings = ['address_and_subject', 'domain', 'address'] as const;

const first = 'first@acme.example';
const idOf = (at: number, way: Way) => `${way}-${at}@forged.example`;

async function bytesOf(form: SenderForm, at: number, way: Way): Promise<Uint8Array> {
  const subject = { rule: 'Conveyor', thread: `Another ${at}`, new: `Something new ${at}` }[way];
  const lines = [
    ...(form.received === false ? [] : ['Received: from a.example by mx.contoso.test; Mon, 2 Nov 2026 10:00:00 +0000']),
    ...form.lines,
    `To: ${ann}`,
    `Subject: ${subject}`,
    'Date: Mon, 2 Nov 2026 10:00:00 +0000',
    `Message-ID: <${idOf(at, way)}>`,
    ...(way === 'thread' ? [`In-Reply-To: <${first}>`] : []),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\nText of ${form.name}.\r\n`, 'utf8');
}

describe.each(providers)('over $type', (provider) => {
  describe.each(matchings)('with matching: %s', (matching) => {
    let office: Office;
    let decided: ReadonlyMap<string, { readonly reason: string | null; readonly ticket: string | null }>;

    beforeAll(async () => {
      office = await openOffice({
        connection: { ...provider, matching, unmatched: 'new_ticket' },
        mailboxes: [{ address: ann, agent: 'ann', new_ticket_type: 'Opportunity' }],
      });
      const contacts = [bob, 'bob+sales@acme.example', 'otto@xn--bcher-kva.example', 'kim@kiosk.example'];
      await office.ticket({ summary: 'Conveyor', contacts });
      const { world } = office.sandbox;
      const facts = { fileTime: world.now(), now: world.now() };
      world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Conveyor', internetMessageId: `<${first}>` });
      await office.run();
      for (const [at, form] of senderForms.entries()) {
        for (const way of ways) {
          const mail = await readMail(await bytesOf(form, at, way), facts);
          world.addMessage(ann, 'Inbox', form.shows === undefined ? mail : { ...mail, from: form.shows });
        }
      }
      await office.run();
      const rows = await office.app.store.db
        .selectFrom('item')
        .innerJoin('message', 'message.id', 'item.message_id')
        .select(['message.message_key', 'item.reason', 'item.ticket_id'])
        .execute();
      decided = new Map(
        rows.map(({ message_key, reason, ticket_id }) => [message_key ?? '', { reason, ticket: ticket_id }]),
      );
    });
    afterAll(() => office.close());

    test.each(senderForms.map((form, at) => ({ ...form, at })))('$becomes: $name', ({ becomes, at }) => {
      const of = (way: Way) => decided.get(idOf(at, way));
      switch (becomes) {
        case 'held':
          for (const way of ways) expect(of(way)).toEqual({ reason: 'unverified_sender', ticket: null });
          break;
        case 'matched':
          for (const way of ['rule', 'thread'] as const) expect(of(way)).toEqual({ reason: null, ticket: 'OPP-1' });
          break;
        case 'stranger':
          for (const way of ways) expect(of(way)).toBeDefined();
          for (const way of ways) expect(of(way)?.ticket).not.toBe('OPP-1');
      }
    });
  });
});
