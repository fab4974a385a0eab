/** No mail service means a longer wait than this; a header that says so is a mistake we do not want to sit out. */
export const longestRetryAfterMs = 3_600_000;

/**
 * The wait a Retry-After header asks for, in milliseconds, at most an hour. Null where it is absent, zero, in the past
 * or no value at all ("soon", "-1"): the caller then backs off by its own rule.
 * `dateHeader` is the answer's own Date, so that a wrong clock on this machine does not matter.
 */
export function retryAfterMs(header: string | undefined, dateHeader: string | undefined, nowMs: number): number | null {
  const value = header?.trim() ?? '';
  const wait = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : untilDate(value, dateHeader, nowMs);
  if (!Number.isFinite(wait) || wait <= 0) return null;
  return Math.min(wait, longestRetryAfterMs);
}

function untilDate(value: string, dateHeader: string | undefined, nowMs: number): number {
  // Date.parse reads a lone "-1" or "5" as a year; a real HTTP date names its weekday first.
  if (!/^[A-Za-z]{3,9},? /.test(value)) return Number.NaN;
  const from = Date.parse(dateHeader ?? '');
  return Date.parse(value) - (Number.isNaN(from) ? nowMs : from);
}
