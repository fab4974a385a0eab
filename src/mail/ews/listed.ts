import { normalMessageId, toPerson } from '../address.ts';
import { type Element, somewhere, treeOf, within } from './answer-tree.ts';
import { textOf, timeWritten } from './values.ts';

/** An item as a listing shows it. */
export interface ListedItem {
  readonly id: string;
  readonly receivedAtMs: number | null;
  /** Bytes, attachments included; 0 where the server does not say. */
  readonly size: number;
  readonly subject: string;
  readonly from: string;
  readonly internetMessageId: string | null;
}

export interface FoundItems {
  readonly items: readonly ListedItem[];
  /** Items of a kind that is no mail and cannot be read. */
  readonly passedOver: number;
  readonly more: boolean;
}

export interface SyncedPage {
  readonly changes: readonly SyncedChange[];
  readonly passedOver: number;
  /** '' where the answer has none. */
  readonly state: string;
  readonly more: boolean;
}

export type SyncedChange =
  | { readonly kind: 'present'; readonly id: string; readonly size: number }
  | { readonly kind: 'removed'; readonly id: string };

/** The kinds that can be read. The schema knows more (RoleMember, Network, …), and a later server will. */
const readableKinds: ReadonlySet<string> = new Set([
  'Item',
  'Message',
  'MeetingMessage',
  'MeetingRequest',
  'MeetingResponse',
  'MeetingCancellation',
  'PostItem',
  'CalendarItem',
  'Contact',
  'DistributionList',
  'Task',
]);

/** The answer to FindItem. */
export function foundIn(xml: string): FoundItems {
  const folder = somewhere(treeOf(xml), 'RootFolder');
  const all = within(folder, 'Items')?.children ?? [];
  const items = all.flatMap((one) => itemOf(one) ?? []);
  return { items, passedOver: all.length - items.length, more: isFalse(folder?.attributes['IncludesLastItemInRange']) };
}

/** The answer to SyncFolderItems. */
export function syncedIn(xml: string): SyncedPage {
  const page = somewhere(treeOf(xml), 'SyncFolderItemsResponseMessage');
  const changes: SyncedChange[] = [];
  let passedOver = 0;
  for (const change of within(page, 'Changes')?.children ?? []) {
    if (change.name === 'ReadFlagChange') continue;
    const made = change.name === 'Delete' ? removedOf(change) : presentOf(change);
    if (made === null) passedOver += 1;
    else changes.push(made);
  }
  const more = isFalse(within(page, 'IncludesLastItemInRange')?.text);
  return { changes, passedOver, state: within(page, 'SyncState')?.text ?? '', more };
}

function removedOf(change: Element): SyncedChange | null {
  const id = idOf(change);
  return id === '' ? null : { kind: 'removed', id };
}

function presentOf(change: Element): SyncedChange | null {
  const [item] = change.children;
  const found = item === undefined ? null : itemOf(item);
  return found === null ? null : { kind: 'present', id: found.id, size: found.size };
}

function itemOf(item: Element): ListedItem | null {
  const id = idOf(item);
  if (id === '' || !readableKinds.has(item.name)) return null;
  const text = (...names: readonly string[]): string => textOf(within(item, ...names)?.text);
  const from = within(item, 'From', 'Mailbox');
  return {
    id,
    receivedAtMs: timeWritten(text('DateTimeReceived')),
    size: sizeOf(text('Size')),
    subject: text('Subject'),
    from: toPerson(textOf(within(from, 'Name')?.text), textOf(within(from, 'EmailAddress')?.text))?.address ?? '',
    internetMessageId: normalMessageId(text('InternetMessageId')),
  };
}

function idOf(element: Element): string {
  return within(element, 'ItemId')?.attributes['Id'] ?? '';
}

function sizeOf(written: string): number {
  const size = /^\d+$/.test(written) ? Number(written) : 0;
  return Number.isSafeInteger(size) ? size : 0;
}

/** What is not said ends a listing: the next run goes on from there. */
function isFalse(written: string | undefined): boolean {
  return written === 'false' || written === '0';
}
