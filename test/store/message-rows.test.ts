import { expect, it } from 'vitest';
import { messageKey } from '../../src/domain/message-id.ts';
import { insertMessages } from '../../src/store/messages.ts';
import { addMailAction } from '../../src/store/actions.ts';
import { createTicket } from '../../src/store/tickets.ts';
import { onBothStores } from './both-stores.ts';
import { newMessage } from './messages.ts';

/** Text that no database compresses: an index sees all of it. */
function incompressible(length: number, first: number, count: number): string {
  let state = 1;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  return Array.from({ length }, () => String.fromCodePoint(first + (next() % count))).join('');
}

await onBothStores('the mail tables', (stores) => {
  it.each([
    ['ASCII', 0x21, 90],
    ['Chinese', 0x4e00, 20_000],
    ['emoji', 0x1f300, 500],
  ])('hold message ids however long, in %s', async (_what, first, count) => {
    const store = await stores.open();
    const id = incompressible(20_000, first, count);
    const key = messageKey(id);
    const mail = newMessage('m1');
    const row = { ...mail.row, internet_message_id: id, message_key: key, in_reply_to: key };
    const ids = await store.write((trx) => insertMessages(trx, [{ ...mail, row }]));
    expect(ids.size).toBe(1);
  });

  it('hold a NUL, or what stands for it, in every text of a mail', async () => {
    const store = await stores.open();
    const nul = 'a\0b';
    const mail = newMessage('m1', { subject: nul, from: nul, body: { kind: 'text', content: nul } });
    const row = { ...mail.row, internet_message_id: nul, message_key: nul, conversation_id: nul, from_name: nul };
    const attachment = {
      position: 0,
      name: nul,
      content_type: nul,
      size: 1,
      kind: 'file',
      inline: 0,
      note: nul,
    } as const;
    const attachments = [{ ...attachment, content_id: nul, provider_id: null, sha256: null }];
    await store.write((trx) => insertMessages(trx, [{ ...mail, row, attachments }]));
    const found = await store.db.selectFrom('message').selectAll().where('message_key', '=', nul).executeTakeFirst();
    expect(found?.subject).toMatch(/^a[\0\ufffd]b$/);
  });

  it('hold participants with endless addresses', async () => {
    const store = await stores.open();
    const address = `${incompressible(5_000, 0x61, 26)}@acme.example`;
    await store.write(async (trx) => {
      const ids = await insertMessages(trx, [newMessage('m1', { from: address })]);
      const ticketId = await createTicket(trx, {
        use: 'project',
        type: 'Project',
        summary: incompressible(5_000, 0x4e00, 20_000),
        openingSubject: incompressible(5_000, 0x1f300, 500),
        clientId: null,
        contactIds: [],
        atMs: 1,
      });
      await addMailAction(trx, {
        ticketId,
        messageId: ids.get('m1') ?? 0,
        opening: false,
        direction: 'in',
        atMs: 1,
        chainHidden: false,
        filedBy: 'rule',
        filedAtMs: 1,
        participants: [address],
      });
    });
    const kept = await store.db.selectFrom('ticket').select('summary_base').execute();
    expect(kept).toHaveLength(1);
  });
});
