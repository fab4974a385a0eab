import { expect, it } from 'vitest';
import { insertItems } from '../../src/store/items.ts';
import { addMailResponses, bouncedAt, responsesTo, touchTicketsOfSent } from '../../src/store/mail-responses.ts';
import { findByIdentity, insertMessages, setOriginal } from '../../src/store/messages.ts';
import {
  adoptSentCopy,
  awaitedMails,
  awaitsSentCopy,
  outgoingIdentity,
  sentMessage,
} from '../../src/store/outgoing-mail.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores } from './both-stores.ts';
import { newMessage } from './messages.ts';

const soc = 'soc@contoso.test';
const key = 'note@contoso.test';

/** A mail with our message id as this mailbox has it. */
async function mail(store: Store, identity: string, item: { readonly mailbox?: string; readonly sent: 0 | 1 }) {
  const message = newMessage(identity, { from: soc, subject: 'Payroll' });
  const row = { ...message.row, message_key: key };
  const { mailbox = soc, sent } = item;
  return store.write(async (trx) => {
    const id = (await insertMessages(trx, [{ ...message, row }])).get(identity) ?? 0;
    const state = { state: 'inbox', reason: 'unmatched', ticket_id: null, filed_by: null, note_id: null } as const;
    const at = { decided_at: 1, received_at: 1 };
    await insertItems(trx, [{ ...state, ...at, message_id: id, connection: 'c', mailbox, sent, decision_json: '{}' }]);
    return id;
  });
}

await onBothStores('mail that went out', (stores) => {
  it('takes identity, original, headers and Date of its copy in Sent Items, and what had that identity steps aside', async () => {
    const store = await stores.open();
    const ours = await mail(store, outgoingIdentity('mark'), { sent: 1 });
    const other = await mail(store, 'copy', { sent: 0 });
    const [awaited, ...more] = await awaitedMails(store.db, [key, 'other@contoso.test']);
    expect(more).toEqual([]);
    expect(awaited).toMatchObject({ id: ours, messageKey: key, from: soc, subject: 'Payroll', mailbox: soc });
    expect(awaitsSentCopy(awaited?.identity ?? '')).toBe(true);
    const copy = { identity: 'copy', originalSha256: 'a'.repeat(64), headersJson: '[["X","y"]]', sentAtMs: 5_000 };
    await store.write((trx) => adoptSentCopy(trx, ours, copy));
    const rows = await store.db
      .selectFrom('message')
      .innerJoin('message_content', 'message_id', 'message.id')
      .select(['id', 'identity', 'original_sha256', 'sent_at', 'headers_json'])
      .orderBy('id')
      .execute();
    expect(rows).toMatchObject([
      { id: ours, identity: 'copy', original_sha256: 'a'.repeat(64), sent_at: 5_000, headers_json: '[["X","y"]]' },
      { id: other, original_sha256: null, sent_at: 1_000 },
    ]);
    expect(await awaitedMails(store.db, [key])).toEqual([]);
    expect((await findByIdentity(store.db, ['copy'])).stored).toEqual(new Map([['copy', ours]]));
  });

  it('loses nothing to a copy that has neither original nor headers', async () => {
    const store = await stores.open();
    const ours = await mail(store, outgoingIdentity('mark'), { sent: 1 });
    await store.write((trx) => setOriginal(trx, ours, 'b'.repeat(64)));
    await store.write((trx) => setOriginal(trx, ours, 'c'.repeat(64)));
    const bare = { identity: 'copy', originalSha256: null, headersJson: null, sentAtMs: null };
    await store.write((trx) => adoptSentCopy(trx, ours, bare));
    const row = await store.db.selectFrom('message').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ original_sha256: 'b'.repeat(64), sent_at: 1_000 });
    expect((await findByIdentity(store.db, ['copy'])).withoutOriginal.size).toBe(0);
  });

  it('is known by its message id only where the mailbox sent it', async () => {
    const store = await stores.open();
    const asked = { from: soc, mailbox: soc };
    await mail(store, 'came in', { sent: 0 });
    await mail(store, 'sent elsewhere', { mailbox: 'ann@contoso.test', sent: 1 });
    expect(await sentMessage(store.db, key, asked)).toBeNull();
    const ours = await mail(store, 'sent', { sent: 1 });
    expect(await sentMessage(store.db, key, asked)).toBe(ours);
    expect(await sentMessage(store.db, key, { ...asked, from: 'eve@evil.example' })).toBeNull();
  });

  it('has come back from the first bounce on, and only a new bounce counts as one', async () => {
    const store = await stores.open();
    const ours = await mail(store, 'sent', { sent: 1 });
    const about = { mailbox: soc, message_id: null, recipient: '', reason: '', message_key: key };
    const responses = [
      { ...about, kind: 'auto_reply', identity: 'away', at: 1 },
      { ...about, kind: 'bounce', identity: 'second', at: 3 },
      { ...about, kind: 'bounce', identity: 'first', at: 2 },
    ] as const;
    expect(await store.write((trx) => addMailResponses(trx, responses))).toEqual([key, key]);
    expect(await store.write((trx) => addMailResponses(trx, responses))).toEqual([]);
    await store.write((trx) => touchTicketsOfSent(trx, soc, [key], 9));
    expect(bouncedAt((await responsesTo(store.db, [ours])).get(ours) ?? [])).toBe(2);
    expect(bouncedAt([])).toBeNull();
  });
});
