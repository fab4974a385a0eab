import { expect, test } from 'vitest';
import { readCursor, saveCursor } from '../../src/store/mailboxes.ts';
import { openStore } from '../../src/store/store.ts';
import { onBothStores } from './both-stores.ts';
import { newMessage } from './messages.ts';
import { addRows, oldStore } from './old-stores.ts';

const key = { connection: 'contoso', mailbox: 'ann@contoso.test' };

await onBothStores('folders of version 0.1.0', (stores) => {
  test('keep their cursors under their ids; of two paths to one folder the later one counts', async () => {
    const place = await stores.place();
    const db = await oldStore(place);
    await addRows(db, 'folder_state', [
      { ...key, folder: 'Inbox', folder_id: 'inbox', cursor: 'of the inbox', updated_at: 5 },
      { ...key, folder: 'Deals', folder_id: 'AAA', cursor: 'earlier', updated_at: 1 },
      { ...key, folder: 'deals', folder_id: 'AAA', cursor: 'later', updated_at: 2 },
      { ...key, folder: 'A/B', folder_id: 'aaa', cursor: 'of another folder', updated_at: 3 },
      { ...key, connection: 'other', folder: 'Inbox', folder_id: 'inbox', cursor: 'of another mailbox', updated_at: 3 },
    ]);
    const { family: _f, variant: _v, trust: _t, ...message } = newMessage('one').row;
    await addRows(db, 'message', [{ id: 1, ...message }]);
    const item = { ...key, message_id: 1, sent: 0, state: 'inbox', decision_json: '{}', decided_at: 1, received_at: 1 };
    await addRows(db, 'item', [{ id: 1, ...item }]);
    const placement = { item_id: 1, message_id: 1, mailbox: key.mailbox, duplicate: 0, seen_at: 1 };
    await addRows(db, 'placement', [
      { ...placement, folder: 'A/B', provider_id: 'x' },
      { ...placement, folder: 'Forgotten', provider_id: 'y' },
    ]);
    await db.destroy();

    const store = await openStore(place);
    const cursor = (folderId: string) => readCursor(store.db, key, folderId);
    expect(await cursor('inbox')).toBe('of the inbox');
    expect(await cursor('AAA')).toBe('later');
    expect(await cursor('aaa')).toBe('of another folder');
    expect(await readCursor(store.db, { ...key, connection: 'other' }, 'inbox')).toBe('of another mailbox');
    const placements = await store.db.selectFrom('placement').select(['folder', 'folder_id']).orderBy('id').execute();
    expect(placements).toEqual([
      { folder: 'A/B', folder_id: 'aaa' },
      { folder: 'Forgotten', folder_id: null },
    ]);
    await store.close();
  });

  test('are followed under their ids from then on, whatever their paths', async () => {
    const store = await stores.open();
    const save = (folder: string, folderId: string, cursor: string) =>
      store.write((trx) => saveCursor(trx, key, { folder, folderId, cursor, atMs: 1, restart: null }));
    await save('A', '1', 'one');
    await save('B', '2', 'two');
    await save('B', '1', 'one, renamed');
    await save('A', '2', 'two, renamed');
    const rows = await store.db.selectFrom('folder_state').select(['folder_id', 'folder', 'cursor']).execute();
    expect(rows.toSorted((a, b) => a.folder_id.localeCompare(b.folder_id))).toEqual([
      { folder_id: '1', folder: 'B', cursor: 'one, renamed' },
      { folder_id: '2', folder: 'A', cursor: 'two, renamed' },
    ]);
  });
});
