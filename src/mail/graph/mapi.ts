import type { Header, Sensitivity } from '../../domain/message.ts';
import type { GraphMessage } from './schema.ts';

/**
 * MAPI properties (MS-OXPROPS) under Graph's names. Sent mail that never travelled has no internet headers; these say
 * what they would have said. Every item has a class, so that their absence means that they were not given.
 */
const itemClass = 'String 0x1A';
const sensitivity = 'Integer 0x36';
const inReplyTo = 'String 0x1042';
const references = 'String 0x1039';
export const mapiIds: readonly string[] = [itemClass, sensitivity, inReplyTo, references];

const sensitivities: readonly Sensitivity[] = ['normal', 'personal', 'private', 'confidential'];

/** True where the MAPI properties came along. */
export function hasMapi(raw: object): boolean {
  if (!('singleValueExtendedProperties' in raw)) return false;
  const properties = raw.singleValueExtendedProperties;
  return Array.isArray(properties) && properties.length > 0;
}

export function mapiSensitivity(from: GraphMessage): Sensitivity | null {
  const value = valueOf(from, sensitivity);
  return value === '' ? null : (sensitivities[Number(value)] ?? null);
}

/** Reports (bounces, receipts) have a class of their own. */
export function isReportClass(from: GraphMessage): boolean {
  return valueOf(from, itemClass).toUpperCase().startsWith('REPORT.');
}

export function threadHeaders(from: GraphMessage): readonly Header[] {
  const headers = [
    { name: 'In-Reply-To', value: valueOf(from, inReplyTo) },
    { name: 'References', value: valueOf(from, references) },
  ];
  return headers.filter(({ value }) => value !== '');
}

function valueOf(from: GraphMessage, id: string): string {
  const wanted = plain(id);
  const found = from.singleValueExtendedProperties?.find((property) => plain(property.id ?? '') === wanted);
  return found?.value?.trim() ?? '';
}

/** Ids come back in another case and without leading zeros. */
function plain(id: string): string {
  return id.toLowerCase().replace(/0x0+(?=[0-9a-f])/, '0x');
}
