import { headerValues } from './headers.ts';
import type { HeaderIndex } from './headers.ts';

/**
 * RFC 5322 allows lines of 998 characters, but nobody makes ids of half that length, and a key must fit into a database
 * index in any script (PostgreSQL: 2,704 bytes).
 */
const longestId = 600;
/** No thread is followed further back; a page of mail must stay one lookup. */
const mostIds = 100;

/**
 * The form in which message ids are compared: without angle brackets and blanks, lower-case (systems on the way do
 * change the case). Null where there is no id.
 */
export function messageKey(id: string | null): string | null {
  if (id === null) return null;
  const key = id
    .replace(/[<>\s]/gu, '')
    .toLowerCase()
    .slice(0, longestId);
  return key === '' ? null : key;
}

/** Keys of the message ids in the headers of this name, in the order written, each once, at most the last 100. */
export function messageKeysIn(headers: HeaderIndex, name: string): readonly string[] {
  if (!headers.has(name)) return [];
  const ids = headerValues(headers, name).flatMap(messageIds);
  return [...new Set(ids.flatMap((id) => messageKey(id) ?? []))].slice(-mostIds);
}

/** "<a@b> <c@d>" gives both; where nothing is in brackets, whatever looks like an id. */
function messageIds(text: string): readonly string[] {
  const bracketed = [...text.matchAll(/<([^<>]{1,998})>/gu)].map((match) => match[1] ?? '');
  return bracketed.length > 0 ? bracketed : text.split(/[\s,;]+/u).filter((word) => /^[^@]+@[^@]+$/u.test(word));
}
