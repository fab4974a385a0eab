import type { ChangePage } from '../provider.ts';

/** A page is in memory as a whole until it is stored; what ids alone do not tell is how large their mails are. */
const mostIds = 12;

/**
 * A page of ids as several small ones. All but the last leave the cursor where it was: who stops among them gets the
 * page again, and knows what it has.
 */
export function partsOf(page: ChangePage, before: string): ChangePage[] {
  const parts: ChangePage[] = [];
  for (let at = 0; at + mostIds < page.entries.length; at += mostIds) {
    const entries = page.entries.slice(at, at + mostIds);
    parts.push({ folder: page.folder, entries, cursor: before, last: false, resync: page.resync && at === 0 });
  }
  const rest = page.entries.slice(parts.length * mostIds);
  return [...parts, { ...page, entries: rest, resync: page.resync && parts.length === 0 }];
}
