import { headersOf } from '../world/headers.ts';
import { namedProperty } from '../world/named-property.ts';
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
  // What IMAP calls UID and flags.
  0xe23: (item) => String(item.key),
  0xe07: (item) =>
    String((item.isRead ? 0x1 : 0) + (item.isDraft ? 0x8 : 0) + (item.attachments.length > 0 ? 0x10 : 0)),
  0x1035: (item) => item.internetMessageId,
  0x1039: (item) => item.references.join(' ') || null,
  0x1042: (item) => item.inReplyTo,
};

/** A property that was asked for; nothing where the item has none. */
export function extendedXml(item: Item, wanted: Node): string {
  const text = extendedValue(item, wanted.attributes);
  if (text === null) return '';
  return tag('t:ExtendedProperty', [tag('t:ExtendedFieldURI', '', wanted.attributes), value('t:Value', text)]);
}

/** `asked` are the attributes of an ExtendedFieldURI. */
export function extendedValue(item: Item, asked: Readonly<Record<string, string>>): string | null {
  const number = asked['PropertyTag'];
  if (number !== undefined) return byTag[Number(number)]?.(item) ?? null;
  const name = asked['PropertyName']?.toLowerCase();
  if (isHeader(asked)) {
    return headersOf(item).find((header) => header.name.toLowerCase() === name)?.value ?? null;
  }
  const id = namedIdOf(asked);
  return id === null ? null : namedProperty(item, id);
}

/** A header of the mail that is set and read as a property. */
export function isHeader(asked: Readonly<Record<string, string>>): boolean {
  return asked['DistinguishedPropertySetId'] === 'InternetHeaders';
}

/** Graph's name of the same named property; null where the attributes name none. */
export function namedIdOf(asked: Readonly<Record<string, string>>): string | null {
  const { PropertySetId: set, PropertyName: name, PropertyType: type = 'String' } = asked;
  return set === undefined || name === undefined ? null : `${type} {${set}} Name ${name}`;
}

function transportHeaders(item: Item): string | null {
  if (item.isDraft || item.folder.wellKnown === 'sentitems') return null;
  return `${headersOf(item)
    .map(({ name, value: text }) => `${name}: ${text}`)
    .join('\r\n')}\r\n\r\n`;
}
