import { bytes } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { mimeOf } from '../world/mime.ts';
import type { Item } from '../world/types.ts';
import { answer, folderOf, itemOf, mustBeReadable } from './call.ts';
import type { Call } from './call.ts';
import { badRequest } from './errors.ts';
import { expanded } from './expand.ts';
import { extendedValue } from './extended.ts';
import { fitsFilter } from './filter.ts';
import type { Condition } from './filter.ts';
import { checkSelect, messageJson } from './message-json.ts';

const defaultTop = 10;

/** `GET mailFolders/{id}/messages` */
export function listFolderMessages(call: Call): Reply {
  const folder = folderOf(call.mailbox, call.values[0] ?? '');
  const path = `mailFolders('${encodeURIComponent(call.mailbox.ids.make('folder', folder.serial))}')/messages`;
  return messagePage(call, [...folder.items.values()], path);
}

/** `GET messages`: all folders, Deleted Items included. */
export function listMessages(call: Call): Reply {
  return messagePage(call, [...call.mailbox.items()], 'messages');
}

/** `GET …/messages/$count` */
export function countMessages(call: Call): Reply {
  const [folderId] = call.values;
  const items =
    folderId === undefined ? [...call.mailbox.items()] : [...folderOf(call.mailbox, folderId).items.values()];
  const count = items.filter((item) => fits(call.query.filter, item)).length;
  return { status: 200, headers: {}, body: { kind: 'text', contentType: 'text/plain', text: String(count) } };
}

export function getMessage(call: Call): Reply {
  checkSelect(call.query.select);
  const item = target(call);
  mustBeReadable(item);
  const context = `${call.graph.root()}/$metadata#${call.base}/messages/$entity`;
  return answer(call, 200, {
    '@odata.context': context,
    ...messageJson(item, call.view, call.query.select),
    ...expanded(item, call.view, call.query.expand, true),
  });
}

/** `GET …/$value`: the MIME bytes. */
export function getMime(call: Call): Reply {
  const item = target(call);
  mustBeReadable(item);
  return bytes(200, 'text/plain', mimeOf(item));
}

/** The mail a path names, with or without its folder. */
export function target({ mailbox, values }: Call): Item {
  const [first = '', second] = values;
  return second === undefined ? itemOf(mailbox, first) : itemOf(mailbox, second, folderOf(mailbox, first));
}

function messagePage(call: Call, all: readonly Item[], path: string): Reply {
  const { query, request } = call;
  checkSelect(query.select);
  checkOrder(call);
  const found = all.filter((item) => fits(query.filter, item)).sort(compareBy(call));
  const top = query.top ?? call.view.prefer.maxPageSize ?? defaultTop;
  const page = found.slice(query.skip, query.skip + top);
  const next = new URL(`${call.graph.root()}/${call.base}/${path}`);
  for (const [name, value] of request.url.searchParams) next.searchParams.set(name, value);
  next.searchParams.set('$skip', String(query.skip + top));
  return answer(call, 200, {
    '@odata.context': `${call.graph.root()}/$metadata#${call.base}/${path}`,
    ...(query.count ? { '@odata.count': found.length } : {}),
    ...(query.skip + top < found.length ? { '@odata.nextLink': next.href } : {}),
    value: page.map((item) => listed(item, call)),
  });
}

function listed(item: Item, call: Call): Record<string, unknown> {
  const shown = {
    ...messageJson(item, call.view, call.query.select),
    ...expanded(item, call.view, call.query.expand, true),
  };
  if (!item.damaged) return shown;
  return Object.fromEntries(
    Object.entries(shown).filter(([name]) => !/^(body|uniqueBody|bodyPreview|internetMessageHeaders)$/.test(name)),
  );
}

function fits(conditions: readonly Condition[], item: Item): boolean {
  return conditions.every((condition) =>
    condition.kind === 'extended'
      ? extendedValue(item, condition.id) === condition.value
      : fitsFilter([condition], item),
  );
}

/** Properties of `$orderby` must stand first in `$filter`, in the same order. */
function checkOrder({ query }: Call): void {
  if (query.filter.length === 0) return;
  for (const [index, { property }] of query.orderBy.entries()) {
    const condition = query.filter[index];
    if (condition?.kind === 'compare' && condition.property.toLowerCase() === property.toLowerCase()) continue;
    throw badRequest('The restriction or sort order is too complex for this operation.', 'InefficientFilter');
  }
}

const orderings: ReadonlyMap<string, (one: Item, other: Item) => number> = new Map<
  string,
  (one: Item, other: Item) => number
>([
  ['receiveddatetime', (one, other) => one.receivedAt - other.receivedAt || one.key - other.key],
  ['sentdatetime', (one, other) => one.sentAt - other.sentAt || one.key - other.key],
  ['subject', (one, other) => ((one.subject ?? '') < (other.subject ?? '') ? -1 : 1)],
]);

/** Newest first unless told. */
function compareBy({ query }: Call): (one: Item, other: Item) => number {
  const [order] = query.orderBy;
  const ordering = orderings.get((order?.property ?? 'receivedDateTime').toLowerCase());
  if (ordering === undefined) throw badRequest('The sandbox cannot order by this.', 'ErrorInvalidUrlQuery');
  const descending = order?.descending ?? true;
  return (one, other) => (descending ? ordering(other, one) : ordering(one, other));
}
