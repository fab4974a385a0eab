import { IntegratorError } from '../../domain/errors.ts';
import type { FillPosition, FirstPosition, Position, WindowPosition } from './cursor.ts';

/** What matters of a page for where to go on. */
export interface PageSummary {
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
  /** When its mails were received, in the page's order. */
  readonly receivedMs: readonly number[];
  /** A mail dated later (they exist: migrated ones carry any date) must not move a window past what is to come. */
  readonly nowMs: number;
}

export interface Advance {
  readonly at: Position;
  readonly last: boolean;
}

/**
 * A filtered delta stops at 5,000 messages and says nothing about it. The entries we count are not exactly the messages
 * Graph counts (removed ones are not listed, replays are), so everything near that number is taken as cut off: the cost
 * of a mistake is one list of mail we already know.
 */
export const suspectedCutOff = 4_500;

/** In windows without delta, mail that was moved in or arrived late may be this much older than the newest seen. */
const windowOverlapMs = 48 * 3_600_000;

/** Pure: the position after a page. Throws `protocol` for a page of a delta that leads nowhere. */
export function advance(at: Position, page: PageSummary): Advance {
  switch (at.phase) {
    case 'first':
      return afterFirst(at, page);
    case 'delta':
      return afterDelta(page, at.light);
    case 'fill':
      return afterFill(at, page);
    case 'window':
      return afterWindow(at, page);
  }
}

function afterFirst(at: FirstPosition, page: PageSummary): Advance {
  const count = at.count + page.receivedMs.length;
  const newestFirst = at.newestFirst && isNewestFirst(page.receivedMs, at.oldestMs);
  const oldestMs = oldestOf(page.receivedMs, at.oldestMs);
  if (page.nextLink !== undefined) {
    return { at: { ...at, link: page.nextLink, count, oldestMs, newestFirst }, last: false };
  }
  const done = afterDelta(page, at.light);
  if (count < suspectedCutOff || done.at.phase !== 'delta') return done;
  const untilMs = newestFirst ? oldestMs : null;
  return { at: { phase: 'fill', link: null, untilMs, deltaLink: done.at.link, light: at.light }, last: false };
}

function afterDelta(page: PageSummary, light: boolean): Advance {
  const link = page.nextLink ?? page.deltaLink;
  if (link === undefined) {
    throw new IntegratorError(
      'protocol',
      'Microsoft Graph gave a page that leads nowhere: neither a next page nor an end',
      {
        hint: 'The answer was cut or changed on its way; nothing was lost, it is read again at the next turn.',
      },
    );
  }
  return { at: { phase: 'delta', link, light }, last: page.nextLink === undefined };
}

function afterFill(at: FillPosition, page: PageSummary): Advance {
  if (page.nextLink === undefined) return { at: { phase: 'delta', link: at.deltaLink, light: at.light }, last: true };
  return { at: { ...at, ...nextOfList(at.untilMs, page, page.nextLink) }, last: false };
}

function afterWindow(at: WindowPosition, page: PageSummary): Advance {
  const newestMs = newestOf(page, at.newestMs);
  if (page.nextLink !== undefined) {
    return { at: { ...at, newestMs, ...nextOfList(at.untilMs, page, page.nextLink) }, last: false };
  }
  const sinceMs = newestMs === null ? null : newestMs - windowOverlapMs;
  // The overlap is seen again each time, so from now on only its ids are listed.
  return {
    at: { phase: 'window', link: null, sinceMs, untilMs: null, newestMs, light: newestMs !== null },
    last: true,
  };
}

/**
 * The next page of a list is asked for by date, not by its link: links count how many to skip, and a mail deleted
 * meanwhile would hide another one. Where the dates do not move (many mails within a second, or no order), the link.
 */
function nextOfList(untilMs: number | null, page: PageSummary, nextLink: string) {
  const oldestMs = oldestOf(page.receivedMs, null);
  const ordered = isNewestFirst(page.receivedMs, null);
  const moves = ordered && oldestMs !== null && (untilMs === null || oldestMs < untilMs);
  return moves ? { link: null, untilMs: oldestMs } : { link: nextLink };
}

function isNewestFirst(receivedMs: readonly number[], beforeMs: number | null): boolean {
  let previous = beforeMs ?? Infinity;
  for (const ms of receivedMs) {
    if (ms > previous) return false;
    previous = ms;
  }
  return true;
}

function oldestOf(receivedMs: readonly number[], known: number | null): number | null {
  let oldest = known ?? Infinity;
  for (const ms of receivedMs) if (ms < oldest) oldest = ms;
  return oldest === Infinity ? null : oldest;
}

function newestOf(page: PageSummary, known: number | null): number | null {
  let newest = known ?? -Infinity;
  for (const ms of page.receivedMs) if (ms > newest && ms <= page.nowMs) newest = ms;
  return newest === -Infinity ? null : newest;
}
