import type { Item } from './types.ts';

/** An item's own property by its Graph name, `String {guid} Name X`; null where the item has none. */
export function namedProperty(item: Item, id: string): string | null {
  const wanted = normalPropertyId(id);
  return Object.entries(item.extendedProperties).find(([name]) => normalPropertyId(name) === wanted)?.[1] ?? null;
}

/** Graph writes hexadecimal without leading zeros, and nobody agrees on upper and lower case. */
export function normalPropertyId(id: string): string {
  return id
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase()
    .replace(/0x0+(?=[0-9a-f])/, '0x');
}
