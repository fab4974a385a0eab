import type { Item } from 'ews-javascript-api';
import type { Folder } from '../provider.ts';
import { folderId } from './folder-id.ts';
import { findPage } from './limits.ts';
import type { EwsMailbox } from './mailbox.ts';
import { optional, timeOf } from './map.ts';

/** A stretch of a folder, newest first. Whole seconds, both ends included. */
export interface Stretch {
  readonly fromMs: number;
  /** Null: without end. */
  readonly untilMs: number | null;
  /** Entries to pass over, where one second holds more than a page. */
  readonly skip: number;
}

export interface Found {
  readonly items: readonly Item[];
  /** Where the next page begins; null after the last. */
  readonly next: Stretch | null;
}

/**
 * One page by date. Pages by offset would lose mail that moves up while somebody deletes; by date they overlap by a
 * second, and the same mail may come twice.
 */
export async function findItems(
  mailbox: EwsMailbox,
  folder: Folder,
  stretch: Stretch,
  more: { readonly signal: AbortSignal; readonly described: boolean },
): Promise<Found> {
  const found = await mailbox.call(`the folder "${folder.path}"`, more.signal, (service, library) => {
    const { ItemSchema, EmailMessageSchema, SearchFilter } = library;
    const view = new library.ItemView(findPage, stretch.skip);
    const described = [ItemSchema.Subject, EmailMessageSchema.From, EmailMessageSchema.InternetMessageId];
    const properties = [ItemSchema.DateTimeReceived, ...(more.described ? described : [])];
    view.PropertySet = new library.PropertySet(library.BasePropertySet.IdOnly, properties);
    view.OrderBy.Add(ItemSchema.DateTimeReceived, library.SortDirection.Descending);
    const at = (ms: number) => new library.DateTime(Math.floor(ms / 1_000) * 1_000, library.DateTimeKind.Utc);
    const from = new SearchFilter.IsGreaterThanOrEqualTo(ItemSchema.DateTimeReceived, at(stretch.fromMs));
    const filter =
      stretch.untilMs === null
        ? from
        : new SearchFilter.SearchFilterCollection(library.LogicalOperator.And, [
            from,
            new SearchFilter.IsLessThanOrEqualTo(ItemSchema.DateTimeReceived, at(stretch.untilMs)),
          ]);
    return service.FindItems(folderId(library, folder.id, mailbox.address), filter, view);
  });
  const items = found.Items;
  return { items, next: found.MoreAvailable ? nextOf(stretch, items) : null };
}

function nextOf(stretch: Stretch, items: readonly Item[]): Stretch {
  const times = items.map((item) => timeOf(optional(() => item.DateTimeReceived))).filter((ms) => ms !== null);
  const oldestMs = times.length === 0 ? null : Math.min(...times);
  const moves = oldestMs !== null && (stretch.untilMs === null || oldestMs < stretch.untilMs);
  return moves ? { ...stretch, untilMs: oldestMs, skip: 0 } : { ...stretch, skip: stretch.skip + items.length };
}
