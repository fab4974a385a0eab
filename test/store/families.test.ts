import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { loadFamilies, lockFamilies } from '../../src/store/families.ts';
import { insertMessages } from '../../src/store/messages.ts';
import { openStore } from '../../src/store/store.ts';
import { onBothStores } from './both-stores.ts';
import { newMessage } from './messages.ts';

await onBothStores('the mail of a family', (stores) => {
  it('is known with content and files, oldest first, and no two have one variant', async () => {
    const store = await stores.open();
    const attachment = { position: 0, content_type: '', size: 1, kind: 'file', inline: 0, content_id: null } as const;
    const file = { ...attachment, name: 'a.pdf', provider_id: null, sha256: 'a'.repeat(64), note: null };
    const first = newMessage('f', { attachments: [file] });
    const second = newMessage('f#2', { body: { kind: 'html', content: '<p>Other</p>' } });
    await store.write((trx) =>
      insertMessages(trx, [{ ...second, row: { ...second.row, family: 'f', variant: 2 } }, first]),
    );
    const { variants, deleted } = await loadFamilies(store.db, ['f', 'none']);
    expect([variants.size, deleted.size]).toEqual([1, 0]);
    expect(variants.get('f')).toMatchObject([
      { variant: 1, body: { kind: 'text' }, attachments: [{ name: 'a.pdf', sha256: 'a'.repeat(64) }] },
      { variant: 2, identity: 'f#2', body: { content: '<p>Other</p>' }, attachments: [] },
    ]);
    const third = { ...second, row: { ...second.row, identity: 'f#3', family: 'f', variant: 2 } };
    await expect(store.write((trx) => insertMessages(trx, [third]))).rejects.toThrow(/unique/iu);
  });

  if (stores.dialect === 'sqlite') return;

  it('is written by one machine at a time, in whatever order each names the families', async () => {
    const place = await stores.place();
    const machines = [await openStore(place), await openStore(place)] as const;
    const families = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
    const inside = { now: 0, most: 0 };
    const hold = (machine: (typeof machines)[number], wanted: readonly string[]) =>
      machine.db.transaction().execute(async (trx) => {
        await lockFamilies(trx, wanted);
        inside.now += 1;
        inside.most = Math.max(inside.most, inside.now);
        await sleep(20);
        inside.now -= 1;
      });
    const turns = Array.from({ length: 10 }, (_, turn) =>
      turn % 2 === 0 ? hold(machines[0], families) : hold(machines[1], families.toReversed()),
    );
    await Promise.all(turns);
    expect(inside).toEqual({ now: 0, most: 1 });
    for (const machine of machines) await machine.close();
  });
});
