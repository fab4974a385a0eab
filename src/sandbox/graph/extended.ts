import { headersOf } from '../world/headers.ts';
import { namedProperty, normalPropertyId } from '../world/named-property.ts';
import type { Item } from '../world/types.ts';

const sensitivities = { normal: '0', personal: '1', private: '2', confidential: '3' } as const;

/** MAPI properties that every item has, under the names Graph uses for them. */
const tags: ReadonlyMap<string, (item: Item) => string | null> = new Map<string, (item: Item) => string | null>([
  ['string 0x1a', (item) => item.itemClass],
  ['integer 0x36', (item) => sensitivities[item.sensitivity]],
  ['string 0x1035', (item) => item.internetMessageId],
  ['string 0x1042', (item) => item.inReplyTo ?? headerOf(item, 'in-reply-to')],
  ['string 0x1039', (item) => (item.references.length > 0 ? item.references.join(' ') : headerOf(item, 'references'))],
  [
    'string 0x7d',
    (item) =>
      headersOf(item)
        .map(({ name, value }) => `${name}: ${value}`)
        .join('\r\n'),
  ],
]);

/** The value of `String 0x1042` or `String {guid} Name X`; null where the item has none. */
export function extendedValue(item: Item, id: string): string | null {
  const tag = tags.get(normalPropertyId(id));
  return tag === undefined ? namedProperty(item, id) : tag(item);
}

function headerOf(item: Item, name: string): string | null {
  return headersOf(item).find((header) => header.name.toLowerCase() === name)?.value ?? null;
}
