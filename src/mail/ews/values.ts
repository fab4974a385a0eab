import type {
  EmailAddress,
  EmailMessage,
  ExtendedProperty,
  FileAttachment,
  Folder,
  InternetMessageHeader,
  ItemAttachment,
} from 'ews-javascript-api';
import { plausibleTime } from '../plausible-time.ts';

/**
 * The one door for values of ews-javascript-api. Its types say what a value should be, and an answer decides what it
 * is: a blank element is an object, an element that comes twice an array, what an item lacks throws. So whatever comes
 * from it is `unknown`, and gets its type here: a value of another type reads as the empty one.
 */
export type LibraryField =
  | keyof EmailMessage
  | keyof EmailAddress
  | keyof FileAttachment
  | keyof ItemAttachment
  | keyof Folder
  | keyof InternetMessageHeader
  | keyof ExtendedProperty
  | 'BodyType'
  | 'Content'
  | 'Tag'
  | 'Text'
  | 'TotalMilliSeconds'
  | 'UniqueId';

/** A field of a value of the library, still of any type. */
export function fieldOf(value: unknown, name: LibraryField): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    const found: unknown = Reflect.get(value, name);
    return found;
  } catch {
    return undefined;
  }
}

/** Well-formed text; '' for all else. */
export function textOf(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.replace(/\p{Surrogate}/gu, '\ufffd');
}

export function textIn(value: unknown, name: LibraryField): string {
  return textOf(fieldOf(value, name));
}

/** A count or a size; 0 for what is none. */
export function countIn(value: unknown, name: LibraryField): number {
  const found = fieldOf(value, name);
  return typeof found === 'number' && Number.isSafeInteger(found) && found > 0 ? found : 0;
}

export function flagIn(value: unknown, name: LibraryField): boolean {
  return fieldOf(value, name) === true;
}

/** The members of a collection of the library. */
export function listIn(value: unknown, name: LibraryField): readonly unknown[] {
  const collection = fieldOf(value, name);
  if (typeof collection !== 'object' || collection === null) return [];
  try {
    const members: unknown = Array.isArray(collection) ? collection : enumerated(collection);
    return Array.isArray(members) ? members.filter((one) => typeof one === 'object' && one !== null) : [];
  } catch {
    return [];
  }
}

function enumerated(collection: object): unknown {
  const enumerate: unknown = Reflect.get(collection, 'GetEnumerator');
  return typeof enumerate === 'function' ? Reflect.apply(enumerate, collection, []) : null;
}

/** Epoch milliseconds of a date of the library. */
export function timeIn(value: unknown, name: LibraryField): number | null {
  const ms = fieldOf(fieldOf(value, name), 'TotalMilliSeconds');
  return typeof ms === 'number' ? plausibleTime(ms) : null;
}

/** Epoch milliseconds of a date as it is written; Exchange means UTC where it names no zone. */
export function timeWritten(written: string): number | null {
  const text = written.trim();
  return plausibleTime(Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`));
}
