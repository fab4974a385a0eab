import type { Header } from './message.ts';

/** No thread is followed further back; a page of mail must stay one lookup. */
const mostMessageIds = 100;

/** Values of all headers of this name, topmost first, unfolded and trimmed. `name` is lower-case. */
export function headerValues(headers: readonly Header[], name: string): readonly string[] {
  return headers.filter((header) => header.name.toLowerCase() === name).map((header) => unfold(header.value));
}

/** The topmost header of this name; null where there is none. */
export function headerValue(headers: readonly Header[], name: string): string | null {
  const header = headers.find((each) => each.name.toLowerCase() === name);
  return header === undefined ? null : unfold(header.value);
}

/** The message ids in a header, without angle brackets, in the order written, at most the last 100 of them. */
export function messageIdsIn(headers: readonly Header[], name: string): readonly string[] {
  return [...new Set(headerValues(headers, name).flatMap(messageIds))].slice(-mostMessageIds);
}

/** "<a@b> <c@d>" gives a@b and c@d; ids without brackets are taken where nothing is in brackets. */
export function messageIds(text: string): readonly string[] {
  const bracketed = [...text.matchAll(/<([^<>]{1,998})>/gu)].map((match) => (match[1] ?? '').replace(/\s/gu, ''));
  const ids = bracketed.length > 0 ? bracketed : text.split(/[\s,;]+/u).filter((word) => /^[^@]+@[^@]+$/u.test(word));
  return ids.filter((id) => id !== '');
}

/** Of these headers, which must occur once, those that occur with different values. */
export function doubledHeaders(headers: readonly Header[], names: readonly string[]): readonly string[] {
  return names.filter((name) => new Set(headerValues(headers, name.toLowerCase())).size > 1);
}

function unfold(value: string): string {
  return value.replace(/\s+/gu, ' ').trim();
}
