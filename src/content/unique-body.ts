import type { Line } from './lines.ts';

/**
 * How many of the body's lines the server calls new, where its idea is a proper prefix of the body, white space aside,
 * that ends with a line and holds a word; otherwise undefined. (It is often the whole mail, chain and all.)
 */
export function uniqueLineCount(body: readonly Line[], unique: readonly Line[]): number | undefined {
  const wanted = squeezed(unique);
  if (!/\p{L}/u.test(wanted)) return undefined;
  let matched = 0;
  for (const [index, line] of body.entries()) {
    if (matched === wanted.length) return hasText(body.slice(index)) ? index : undefined;
    const text = squeezed([line]);
    if (!wanted.startsWith(text, matched)) return undefined;
    matched += text.length;
  }
  return undefined;
}

function squeezed(lines: readonly Line[]): string {
  return lines.map((line) => line.text.replace(/\s+/gu, '')).join('');
}

function hasText(lines: readonly Line[]): boolean {
  return lines.some((line) => line.text !== '');
}
