import type { Item } from './items.ts';
import type { ItemState } from './schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';

export interface PageQuery {
  readonly mailbox: string;
  readonly sent: boolean;
  readonly states: readonly ItemState[];
  readonly sinceMs: number;
  /** The last item of the page before; null for the first page. */
  readonly after: Pick<Item, 'received_at' | 'id'> | null;
  readonly limit: number;
}

/** One page of a mailbox's items, oldest first, so that a mail comes before its answers. */
export function itemPage(db: StoreReader | StoreWriter, query: PageQuery): Promise<Item[]> {
  const { after } = query;
  return db
    .selectFrom('item')
    .selectAll()
    .where('mailbox', '=', query.mailbox)
    .where('sent', '=', query.sent ? 1 : 0)
    .where('state', 'in', [...query.states])
    .where('received_at', '>=', query.sinceMs)
    .$if(after !== null, (select) =>
      select.where((eb) =>
        eb.or([
          eb('received_at', '>', after?.received_at ?? 0),
          eb.and([eb('received_at', '=', after?.received_at ?? 0), eb('id', '>', after?.id ?? 0)]),
        ]),
      ),
    )
    .orderBy('received_at')
    .orderBy('id')
    .limit(query.limit)
    .execute();
}

/** Every mailbox of which there is mail, also where it is no longer configured. */
export async function storedMailboxes(db: StoreReader): Promise<string[]> {
  const rows = await db.selectFrom('item').select('mailbox').distinct().orderBy('mailbox').execute();
  return rows.map((row) => row.mailbox);
}
