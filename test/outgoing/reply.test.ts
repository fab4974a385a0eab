import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { OutgoingDeps } from '../../src/outgoing/deps.ts';
import { planReply } from '../../src/outgoing/reply.ts';
import { planSend } from '../../src/outgoing/send-mail.ts';
import { readAudit } from '../../src/store/audit.ts';
import { ann, ben, openOffice } from '../importer/office.ts';
import type { Office } from '../importer/office.ts';

const bob = 'bob@acme.example';
let office: Office;

beforeAll(async () => {
  const shared = [{ address: ann, connection: 'contoso', agents: ['ben'] }];
  office = await openOffice({ config: { outgoing: { mailboxes: shared } } });
});
afterAll(() => office.close());

function as(id: string, mailbox: string): OutgoingDeps {
  const { store, config, now, sender } = office.app;
  return {
    store,
    config,
    now,
    sender,
    actor: { kind: 'agent', unixUser: 'x', id, role: 'agent', mailboxes: [mailbox] },
  };
}

test('who may send from a mailbox, but not read its mail, cannot have that mail sent along by answering it', async () => {
  const ticket = await office.ticket({ summary: 'Pumps', contacts: [bob] });
  office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Pumps', text: 'For Ann only.' });
  await office.run();
  const { store } = office.app;
  const item = await store.db.selectFrom('item').selectAll().where('mailbox', '=', ann).executeTakeFirstOrThrow();
  const body = { kind: 'text', content: 'Ten.' } as const;
  const answer = { item, name: 'm1', all: false, cc: [], body, files: [] };

  const refused = await planReply(as('ben', ben), answer).catch((error: unknown) => error);
  expect(refused).toMatchObject({ kind: 'not_allowed', message: expect.stringContaining('not a mailbox of ben') });
  expect(exitCodeOf('not_allowed')).toBe(77);
  const [line] = await readAudit(store.db, { object: 'm1', limit: 1 });
  expect(line).toMatchObject({ verb: 'mail.reply', outcome: 'refused', who: 'ben' });

  const write = { ticket, action: 'email_customer', quotation: false, to: [bob], cc: [], bcc: [], files: [] };
  expect((await planSend(as('ben', ben), { ...write, subject: 'Pumps', from: ann, body })).from.address).toBe(ann);
  expect((await planReply(as('ann', ann), answer)).from.address).toBe(ann);
});
