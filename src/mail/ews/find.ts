import type { Folder } from '../provider.ts';
import { folderId } from './folder-id.ts';
import { findPage } from './limits.ts';
import { foundIn, type ListedItem } from './listed.ts';
import type { EwsMailbox } from './mailbox.ts';

/** A stretch of a folder, newest first. Whole seconds, both ends included. */
export interface Stretch {
  readonly fromMs: number;
  /** Null: without end. */
  readonly untilMs: number | null;
  /** Entries to pass over, where one second holds more than a page. */
  readonly skip: number;
}

export interface Found {
  readonly items: readonly ListedItem[];
  /** Items that are no mail. */
  readonly passedOver: number;
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
  const answer = await mailbox.text(`the folder "${folder.path}"`, more.signal, (service, library) => {
    const { ItemSchema, EmailMessageSchema, SearchFilter } = library;
    const view = new library.ItemView(findPage, stretch.skip);
    const described = [ItemSchema.Subject, EmailMessageSchema.From, EmailMessageSchema.InternetMessageId];
    const properties = [ItemSchema.DateTimeReceived, ItemSchema.Size, ...(more.described ? described : [])];
    view.PropertySet = new library.PropertySet(library.BasePropertySet.IdOnly, properties);
    view.OrderBy.Add(ItemSchema.DateTimeReceived, library.SortDirection.Descending);
    const at = (ms: number) => new library.DateTime(second(ms), library.DateTimeKind.Utc);
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
  const { items, passedOver, more: further } = foundIn(answer);
  return {
    items,
    passedOver,
    next: further && items.length + passedOver > 0 ? nextOf(stretch, items, passedOver) : null,
  };
}

/** Where the listing goes on after these items. */
export function nextOf(stretch: Stretch, items: readonly ListedItem[], passedOver: number): Stretch {
  // A date outside of what was asked for is nonsense, and would lead past mail that has not been listed.
  const times = items.flatMap(({ receivedAtMs: ms }) => (ms === null || ms < second(stretch.fromMs) ? [] : ms));
  const oldestMs = times.length === 0 ? null : Math.min(...times);
  const moves = oldestMs !== null && (stretch.untilMs === null || oldestMs < stretch.untilMs);
  if (moves) return { ...stretch, untilMs: oldestMs, skip: 0 };
  return { ...stretch, skip: stretch.skip + items.length + passedOver };
}

function second(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
