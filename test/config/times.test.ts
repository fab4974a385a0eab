import { expect, test } from 'vitest';
import { nextDueMs, parseDuration, parseSchedule, parseTime } from '../../src/config/times.ts';

const now = Date.UTC(2026, 10, 22, 12);

test.each([
  ['30d', 'Europe/Berlin', '2026-10-23T12:00:00.000Z'],
  ['12h', 'Europe/Berlin', '2026-11-22T00:00:00.000Z'],
  ['2026-11-01', 'UTC', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01', 'Europe/Berlin', '2026-10-31T23:00:00.000Z'],
  ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
  ['2026-11-01', 'America/St_Johns', '2026-11-01T02:30:00.000Z'],
  ['2026-11-01', 'Pacific/Kiritimati', '2026-10-31T10:00:00.000Z'],
  ['2026-11-01T09:30', 'Europe/Berlin', '2026-11-01T08:30:00.000Z'],
  ['2026-11-01T09:30:15.25Z', 'Europe/Berlin', '2026-11-01T09:30:15.250Z'],
  ['2026-11-01T09:30:00-05:30', 'Europe/Berlin', '2026-11-01T15:00:00.000Z'],
  ['2026-11-01 09:30:00+0100', 'UTC', '2026-11-01T08:30:00.000Z'],
  ['2028-02-29', 'UTC', '2028-02-29T00:00:00.000Z'],
])('%s in %s is %s', (text, timezone, expected) => {
  expect(new Date(parseTime(text, { now, timezone })).toISOString()).toBe(expected);
});

test('a time in the hour that clocks skip is the time after the jump', () => {
  const ms = parseTime('2026-03-29T02:30', { now, timezone: 'Europe/Berlin' });
  expect(new Date(ms).toISOString()).toBe('2026-03-29T01:30:00.000Z');
});

test('midnight that clocks skip is the first moment of that day', () => {
  // Cuba's clocks jump from 00:00 to 01:00.
  const ms = parseTime('2026-03-08', { now, timezone: 'America/Havana' });
  expect(new Date(ms).toISOString()).toBe('2026-03-08T05:00:00.000Z');
});

test('a time that clocks show twice is one of the two', () => {
  const ms = parseTime('2026-10-25T02:30', { now, timezone: 'Europe/Berlin' });
  expect(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']).toContain(new Date(ms).toISOString());
});

test.each([
  '',
  'now',
  'yesterday',
  '2026-02-30',
  '2026-13-01',
  '2026-11-01T24:00',
  '01.11.2026',
  '30',
  '-5d',
  '2026-11-01T9:30',
])('"%s" is not a time', (text) => {
  expect(() => parseTime(text, { now, timezone: 'UTC' })).toThrow('is not a time');
});

test.each([
  ['30s', 30_000],
  ['10m', 600_000],
  ['12h', 43_200_000],
  ['180d', 15_552_000_000],
  ['2w', 1_209_600_000],
  [' 5 m ', 300_000],
])('%s is a duration', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each(['', '0s', '10', 'm', '1.5h', '10 minutes', '-1m', '99999999999s', '1e3s'])(
  '"%s" is not a duration',
  (text) => {
    expect(() => parseDuration(text)).toThrow('is not a duration');
  },
);

test('a schedule is a pace or a cron expression', () => {
  expect(parseSchedule('every 10m')).toEqual({ kind: 'every', ms: 600_000 });
  expect(parseSchedule('Every  30s')).toEqual({ kind: 'every', ms: 30_000 });
  expect(parseSchedule('*/15 8-18 * * 1-5')).toEqual({ kind: 'cron', expression: '*/15 8-18 * * 1-5' });
});

test.each(['', 'every', 'every ten minutes', '10m', '* * * *', '99 * * * *', '0 0 31 2 *', 'hourly'])(
  '"%s" is not a schedule',
  (text) => {
    expect(() => parseSchedule(text)).toThrow();
  },
);

test('a cron expression is in the configured time zone', () => {
  const due = nextDueMs(parseSchedule('0 9 * * *'), now, 'Europe/Berlin');
  expect(new Date(due).toISOString()).toBe('2026-11-23T08:00:00.000Z');
  expect(nextDueMs(parseSchedule('every 10m'), now, 'Europe/Berlin')).toBe(now + 600_000);
});
