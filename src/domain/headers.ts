import type { Header } from './message.ts';

/** Values of all headers of this name, topmost first, unfolded and trimmed. `name` is lower-case. */
export function headerValues(headers: readonly Header[], name: string): readonly string[] {
  return headers.filter((header) => header.name.toLowerCase() === name).map((header) => unfold(header.value));
}

/** The topmost header of this name; null where there is none. */
export function headerValue(headers: readonly Header[], name: string): string | null {
  const header = headers.find((each) => each.name.toLowerCase() === name);
  return header === undefined ? null : unfold(header.value);
}

/** Of these headers, which must occur once, those that occur with different values. */
export function doubledHeaders(headers: readonly Header[], names: readonly string[]): readonly string[] {
  return names.filter((name) => new Set(headerValues(headers, name.toLowerCase())).size > 1);
}

function unfold(value: string): string {
  return value.replace(/\s+/gu, ' ').trim();
}
