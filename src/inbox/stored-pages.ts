import { decidingStored } from '../filing/deciding.ts';
import type { Deciding } from '../filing/deciding.ts';
import { itemPage } from '../store/item-pages.ts';
import type { Item } from '../store/items.ts';
import type { ItemState } from '../store/schema.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { storedEnvelopes } from '../store/stored-mails.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';

export interface StoredItem {
  readonly item: Item;
  readonly mail: StoredEnvelope;
  readonly deciding: Deciding;
}

export interface PagesAsked {
  readonly mailbox: string;
  readonly sent: boolean;
  readonly states: readonly ItemState[];
  readonly sinceMs: number;
}

const pageSize = 200;

/** A mailbox's stored mail page by page, oldest first, ready to be decided again. */
export async function* storedPages(db: StoreReader, asked: PagesAsked): AsyncGenerator<readonly StoredItem[]> {
  let after: Item | null = null;
  for (;;) {
    const items: readonly Item[] = await itemPage(db, { ...asked, after, limit: pageSize });
    const last = items.at(-1);
    if (last === undefined) return;
    yield await readyToDecide(db, items);
    after = last;
  }
}

export async function readyToDecide(db: StoreReader | StoreWriter, items: readonly Item[]): Promise<StoredItem[]> {
  const mails = await storedEnvelopes(
    db,
    items.map((item) => item.message_id),
  );
  return items.flatMap((item) => {
    const mail = mails.get(item.message_id);
    return mail === undefined ? [] : { item, mail, deciding: decidingStored(mail) };
  });
}
