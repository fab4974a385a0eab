/** The last instant that a Date can hold. */
const latestMs = 8.64e15;

/**
 * Epoch milliseconds of a date that a server gave; null where it is none. Where there is no date, servers write the
 * first one they can: year 1 (.NET), 1601 (Windows), 1970 (Unix). No mail is older than that.
 */
export function plausibleTime(ms: number): number | null {
  return ms > 0 && ms <= latestMs ? ms : null;
}
