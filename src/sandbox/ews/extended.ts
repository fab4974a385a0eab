import { headersOf } from '../world/headers.ts';
import type { Item } from '../world/types.ts';
import { tag, value } from './xml.ts';
import type { Node } from './xml.ts';

const sensitivities = ['normal', 'personal', 'private', 'confidential'] as const;

/** MAPI properties by their number (MS-OXPROPS). */
const byTag: Readonly<Record<number, (item: Item) => string | null>> = {
  0x1a: (item) => item.itemClass,
  0x36: (item) => String(sensitivities.indexOf(item.sensitivity)),
  0x37: (item) => item.subject,
  0x7d: (item) => transportHeaders(item),
  0x1035: (item) => item.internetMessageId,
  0x1039: (item) => item.references.join(' ') || null,
  0x1042: (item) => item.inReplyTo,
};

/** A property that was asked for; nothing where the item has none. */
export function extendedXml(item: Item, wanted: Node): string {
  const text = valueOf(item, wanted.attributes);
  if (text === null) return '';
  return tag('t:ExtendedProperty', [tag('t:ExtendedFieldURI', '', wanted.attributes), value('t:Value', text)]);
}

function valueOf(item: Item, asked: Readonly<Record<string, string>>): string | null {
  const number = asked['PropertyTag'];
  if (number !== undefined) return byTag[Number(number)]?.(item) ?? null;
  const name = asked['PropertyName']?.toLowerCase();
  if (asked['DistinguishedPropertySetId'] === 'InternetHeaders') {
    return headersOf(item).find((header) => header.name.toLowerCase() === name)?.value ?? null;
  }
  return null;
}

function transportHeaders(item: Item): string | null {
  if (item.isDraft || item.folder.wellKnown === 'sentitems') return null;
  return `${headersOf(item)
    .map(({ name, value: text }) => `${name}: ${text}`)
    .join('\r\n')}\r\n\r\n`;
}
