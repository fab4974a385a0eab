import { expect, test } from 'vitest';
import { longestRetryAfterMs, retryAfterMs } from '../../src/http/retry-after.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const now = 'Sun, 01 Mar 2026 12:00:00 GMT';

test.each([
  ['5', 5_000],
  ['0.5', 500],
  [' 7 ', 7_000],
  ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
  ['Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
  ['86400', longestRetryAfterMs],
  ['99999999999999999999', longestRetryAfterMs],
  ['Mon, 01 Mar 2027 12:00:00 GMT', longestRetryAfterMs],
  ['0', null],
  ['-1', null],
  ['-86400', null],
  ['soon', null],
  ['', null],
  [undefined, null],
  ['1e9', null],
  ['5 seconds', null],
  ['NaN', null],
  ['Infinity', null],
  ['2026', 2_026_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', null],
  ['Sun, 99 Mar 2026 12:00:00 GMT', null],
])('Retry-After %j asks for %j ms', (header, expected) => {
  expect(retryAfterMs(header, undefined, nowMs)).toBe(expected);
});

test('a date counts from the answer’s own Date, so that our clock may be wrong', () => {
  const anHourSlow = nowMs - 3_600_000;
  expect(retryAfterMs('Sun, 01 Mar 2026 12:00:30 GMT', now, anHourSlow)).toBe(30_000);
});
