import type { Item } from '../world/types.ts';
import { folderOf, listed } from './call.ts';
import type { Call } from './call.ts';
import { extendedValue } from './extended.ts';
import { each } from './folders.ts';
import { itemXml } from './item-xml.ts';
import { shapeOf } from './shape.ts';
import { EwsRefusal, success } from './soap.ts';
import { below, child, tag } from './xml.ts';
import type { Node } from './xml.ts';

/** Largest pages of the service: fewer where it has to search. */
const mostListed = 1_000;
const mostSearched = 250;

type Test = (item: Item) => boolean;

export function findItem(call: Call): readonly string[] {
  const shape = shapeOf(child(call.body, 'ItemShape'));
  const restriction = child(call.body, 'Restriction')?.children[0] ?? null;
  const view = child(call.body, 'IndexedPageItemView');
  const most = Math.min(
    Number(view?.attributes['MaxEntriesReturned'] ?? mostListed),
    restriction === null ? mostListed : mostSearched,
  );
  const offset = Number(view?.attributes['Offset'] ?? 0);
  return listed(call, 'ParentFolderIds').map((id) =>
    each(call.operation, () => {
      const { mailbox, folder } = folderOf(call, id);
      const found = [...folder.items.values()].filter(testOf(restriction)).toSorted(orderOf(call.body));
      const page = found.slice(offset, offset + most);
      const attributes = {
        IndexedPagingOffset: String(offset + page.length),
        TotalItemsInView: String(found.length),
        IncludesLastItemInRange: String(offset + page.length >= found.length),
      };
      const items = page.map((item) => itemXml(item, mailbox, shape, false));
      return success(call.operation, tag('m:RootFolder', tag('t:Items', items), attributes));
    }),
  );
}

/** Newest first unless a sort order says otherwise. */
function orderOf(body: Node): (one: Item, other: Item) => number {
  const ascending =
    below(child(body, 'SortOrder'), 'FieldURI') !== null &&
    child(body, 'SortOrder', 'FieldOrder')?.attributes['Order'] === 'Ascending';
  const byKey = below(child(body, 'SortOrder'), 'ExtendedFieldURI')?.attributes['PropertyTag'] === '0xe23';
  if (byKey) return (one, other) => one.key - other.key;
  const sign = ascending ? -1 : 1;
  return (one, other) => sign * (second(other.receivedAt) - second(one.receivedAt) || other.key - one.key);
}

function testOf(node: Node | null): Test {
  if (node === null) return () => true;
  const parts = node.children.filter(({ name }) => /^(?:And|Or|Not|Is|Contains|Exists)/.test(name)).map(testOf);
  switch (node.name) {
    case 'And':
      return (item) => parts.every((part) => part(item));
    case 'Or':
      return (item) => parts.some((part) => part(item));
    default:
      return sameText(node) ?? comparison(node);
  }
}

function sameText(node: Node): Test | null {
  if (node.name !== 'IsEqualTo') return null;
  const constant = below(node, 'Constant')?.attributes['Value'] ?? '';
  const property = child(node, 'ExtendedFieldURI')?.attributes;
  if (property !== undefined) return (item) => extendedValue(item, property) === constant;
  const isId = child(node, 'FieldURI')?.attributes['FieldURI'] === 'message:InternetMessageId';
  return isId ? (item) => item.internetMessageId === constant : null;
}

function comparison(node: Node): Test {
  const field = child(node, 'FieldURI')?.attributes['FieldURI'] ?? '';
  const constant = below(node, 'Constant')?.attributes['Value'] ?? '';
  const at = second(Date.parse(constant));
  if (field !== 'item:DateTimeReceived' || Number.isNaN(at)) {
    throw new EwsRefusal('ErrorUnsupportedPathForQuery', 'The property is not supported for queries.');
  }
  const difference = (item: Item): number => second(item.receivedAt) - at;
  switch (node.name) {
    case 'IsGreaterThanOrEqualTo':
      return (item) => difference(item) >= 0;
    case 'IsGreaterThan':
      return (item) => difference(item) > 0;
    case 'IsLessThanOrEqualTo':
      return (item) => difference(item) <= 0;
    case 'IsLessThan':
      return (item) => difference(item) < 0;
    default:
      return (item) => difference(item) === 0;
  }
}

function second(at: number): number {
  return Math.floor(at / 1_000);
}
