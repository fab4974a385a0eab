import { expect, it } from 'vitest';
import {
  addCampaignRecipient,
  beginCampaign,
  findCampaign,
  listCampaigns,
  takeBackUntried,
  writtenTo,
} from '../../src/store/campaigns.ts';
import { addOptOuts, hasOptedOut, listOptOuts, removeOptOuts } from '../../src/store/opt-outs.ts';
import { addOutboxRow, dropOutboxRow } from '../../src/store/outbox.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores } from './both-stores.ts';

const spring = { name: 'spring', template: 'news', template_hash: 'a', started_by: 'ann', started_at: 1_000 };

function queued(store: Store, address: string): Promise<number> {
  return store.write(async (trx) => {
    const outboxId = await addOutboxRow(trx, { key: `spring:${address}`, kind: 'mail', payload: {}, atMs: 1 });
    if (outboxId === null) throw new Error('queued before');
    await addCampaignRecipient(trx, { campaign: 'spring', address, outboxId, atMs: 1 });
    return outboxId;
  });
}

await onBothStores('a campaign', (stores) => {
  it('is begun once, and keeps whom it has written to when the outbox no longer does', async () => {
    const store = await stores.open();
    await store.write((trx) => beginCampaign(trx, spring));
    await store.write((trx) => beginCampaign(trx, { ...spring, template_hash: 'b', started_at: 2_000 }));
    expect(await findCampaign(store.db, 'spring')).toEqual(spring);
    const [a, b, c] = [
      await queued(store, 'a@x.example'),
      await queued(store, 'b@x.example'),
      await queued(store, 'c@x.example'),
    ];
    await store.write((trx) =>
      trx.updateTable('outbox').set({ state: 'done', attempts: 1 }).where('id', '=', a).execute(),
    );
    await store.write((trx) => dropOutboxRow(trx, b));
    expect(await store.write((trx) => takeBackUntried(trx, a))).toBe(false);
    expect(await store.write((trx) => takeBackUntried(trx, c))).toBe(true);
    expect(Object.fromEntries(await writtenTo(store.db, 'spring'))).toEqual({
      'a@x.example': { outboxId: a, state: 'done' },
      'b@x.example': { outboxId: b, state: null },
    });
    expect(await listCampaigns(store.db)).toEqual([{ ...spring, recipients: 2, done: 1 }]);
  });

  it('has no place for the same address twice', async () => {
    const store = await stores.open();
    await store.write((trx) => beginCampaign(trx, spring));
    const outboxId = await queued(store, 'a@x.example');
    const again = { campaign: 'spring', address: 'a@x.example', outboxId, atMs: 2 };
    await expect(store.write((trx) => addCampaignRecipient(trx, again))).rejects.toThrow();
  });

  it('is not sent to those on the opt-out list, which tells who was new to it', async () => {
    const store = await stores.open();
    const rows = ['a', 'b'].map((name) => ({ address: `${name}@x.example`, added_by: 'ann', at: 1 }));
    expect(await store.write((trx) => addOptOuts(trx, rows.slice(0, 1)))).toEqual(['a@x.example']);
    expect(await store.write((trx) => addOptOuts(trx, rows))).toEqual(['b@x.example']);
    expect(await listOptOuts(store.db)).toEqual(rows);
    expect(await store.write((trx) => removeOptOuts(trx, ['a@x.example', 'c@x.example']))).toEqual(['a@x.example']);
    expect([await hasOptedOut(store.db, 'a@x.example'), await hasOptedOut(store.db, 'b@x.example')]).toEqual([
      false,
      true,
    ]);
  });
});
