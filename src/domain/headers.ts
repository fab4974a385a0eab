import type { Header } from './message.ts';

/** Raw header values by lower-case name, topmost first; made once for a mail, because many are asked for. */
export type HeaderIndex = ReadonlyMap<string, readonly string[]>;

export function headerIndex(headers: readonly Header[]): HeaderIndex {
  const index = new Map<string, string[]>();
  for (const { name, value } of headers) {
    const key = name.trim().toLowerCase();
    const values = index.get(key);
    if (values === undefined) index.set(key, [value]);
    else values.push(value);
  }
  return index;
}

/** Values of all headers of this name, topmost first, unfolded and trimmed. `name` is lower-case. */
export function headerValues(headers: HeaderIndex, name: string): readonly string[] {
  return (headers.get(name) ?? []).map(unfold);
}

/** The topmost header of this name; null where there is none. */
export function headerValue(headers: HeaderIndex, name: string): string | null {
  const topmost = headers.get(name)?.[0];
  return topmost === undefined ? null : unfold(topmost);
}

/** Of these headers, which must occur once, those that occur with different values. */
export function doubledHeaders(headers: HeaderIndex, names: readonly string[]): readonly string[] {
  return names.filter((name) => differ(headers.get(name.toLowerCase()) ?? []));
}

function differ(values: readonly string[]): boolean {
  return values.length > 1 && new Set(values.map(unfold)).size > 1;
}

function unfold(value: string): string {
  return value.replace(/\s+/gu, ' ').trim();
}
