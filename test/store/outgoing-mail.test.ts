import { expect, it } from 'vitest';
import { loadFamilies } from '../../src/store/families.ts';
import { insertItems } from '../../src/store/items.ts';
import { addMailResponses, bouncedAt, responsesTo, touchTicketsOfSent } from '../../src/store/mail-responses.ts';
import { insertMessages, setOriginal } from '../../src/store/messages.ts';
import {
  adoptSentCopy,
  awaitedMails,
  awaitsSentCopy,
  outgoingFamily,
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
  const trust = item.sent === 1 ? 'trusted' : 'unknown';
  const row = { ...message.row, message_key: key, trust } satisfies (typeof message)['row'];
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
  it('takes family, original, headers and Date of its copy in Sent Items, and is the oldest of that family', async () => {
    const store = await stores.open();
    const ours = await mail(store, outgoingFamily('mark'), { sent: 1 });
    const other = await mail(store, 'copy', { sent: 0 });
    const [awaited, ...more] = await awaitedMails(store.db, [key, 'other@contoso.test']);
    expect(more).toEqual([]);
    expect(awaited).toMatchObject({ id: ours, messageKey: key, from: soc, subject: 'Payroll', mailbox: soc });
    expect(awaitsSentCopy(awaited?.family ?? '')).toBe(true);
    const copy = { family: 'copy', originalSha256: 'a'.repeat(64), headersJson: '[["X","y"]]', sentAtMs: 5_000 };
    await store.write((trx) => adoptSentCopy(trx, ours, copy));
    const rows = await store.db
      .selectFrom('message')
      .innerJoin('message_content', 'message_id', 'message.id')
      .select(['id', 'family', 'variant', 'original_sha256', 'sent_at', 'headers_json'])
      .orderBy('id')
      .execute();
    expect(rows).toMatchObject([
      {
        id: ours,
        family: 'copy',
        variant: 0,
        original_sha256: 'a'.repeat(64),
        sent_at: 5_000,
        headers_json: '[["X","y"]]',
      },
      { id: other, family: 'copy', variant: 1, original_sha256: null, sent_at: 1_000 },
    ]);
    expect(await awaitedMails(store.db, [key])).toEqual([]);
    const { variants } = await loadFamilies(store.db, ['copy']);
    expect(variants.get('copy')?.map(({ id, trust }) => [id, trust])).toEqual([
      [ours, 'trusted'],
      [other, 'unknown'],
    ]);
  });

  it('loses nothing to a copy that has neither original nor headers', async () => {
    const store = await stores.open();
    const ours = await mail(store, outgoingFamily('mark'), { sent: 1 });
    await store.write((trx) => setOriginal(trx, ours, 'b'.repeat(64)));
    await store.write((trx) => setOriginal(trx, ours, 'c'.repeat(64)));
    const bare = { family: 'copy', originalSha256: null, headersJson: null, sentAtMs: null };
    await store.write((trx) => adoptSentCopy(trx, ours, bare));
    const row = await store.db.selectFrom('message').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ original_sha256: 'b'.repeat(64), sent_at: 1_000 });
    expect((await loadFamilies(store.db, ['copy'])).variants.get('copy')).toMatchObject([
      { id: ours, identity: 'copy', originalSha256: 'b'.repeat(64) },
    ]);
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
