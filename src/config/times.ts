import { createRequire } from 'node:module';
import type * as Croner from 'croner';
import { IntegratorError } from '../domain/errors.ts';

/** When a connection is imported: at a fixed pace, or by a cron expression in the configured time zone. */
export type Schedule =
  { readonly kind: 'every'; readonly ms: number } | { readonly kind: 'cron'; readonly expression: string };

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `30s`, `10m`, `12h`, `30d`, `2w` in milliseconds. Throws `usage` for anything else. */
export function parseDuration(text: string): number {
  const parts = /^(\d{1,9})\s*([smhdw])$/.exec(text.trim());
  const ms = Number(parts?.[1]) * (unitMs[parts?.[2] ?? ''] ?? Number.NaN);
  if (!(ms > 0)) {
    throw new IntegratorError('usage', `"${text}" is not a duration`, { hint: 'write 30s, 10m, 12h, 30d or 2w' });
  }
  return ms;
}

/** `every 10m`, or a cron expression of five or six fields. Throws `usage`. */
export function parseSchedule(text: string): Schedule {
  const every = /^every\s+(.+)$/i.exec(text.trim());
  if (every?.[1] !== undefined) return { kind: 'every', ms: parseDuration(every[1]) };
  try {
    const runs = cron(text.trim(), undefined).nextRun();
    if (runs !== null) return { kind: 'cron', expression: text.trim() };
  } catch (cause) {
    throw notASchedule(text, cause);
  }
  throw notASchedule(text, undefined);
}

/** Loaded when there is an expression to read: every command reads the configuration, and few of them hold one. */
function cron(expression: string, timezone: string | undefined): Croner.Cron {
  const croner: typeof Croner = createRequire(import.meta.url)('croner');
  return new croner.Cron(expression, { paused: true, ...(timezone === undefined ? {} : { timezone }) });
}

function notASchedule(text: string, cause: unknown): IntegratorError {
  const reason = cause instanceof Error ? `: ${cause.message.replace(/^CronPattern: /, '')}` : ': it never runs';
  return new IntegratorError('usage', `"${text}" is neither "every 10m" nor a cron expression${reason}`, {
    hint: 'write "every 30s", "every 10m", "every 2h", or a cron expression such as "*/15 8-18 * * 1-5"',
    cause,
  });
}

/** When the schedule is due next after `afterMs`, in epoch milliseconds. `every` counts from `afterMs`. */
export function nextDueMs(schedule: Schedule, afterMs: number, timezone: string): number {
  switch (schedule.kind) {
    case 'every':
      return afterMs + schedule.ms;
    case 'cron': {
      const next = cron(schedule.expression, timezone).nextRun(new Date(afterMs));
      return next === null ? Number.POSITIVE_INFINITY : next.getTime();
    }
  }
}

export interface TimeContext {
  /** Epoch milliseconds; what `30d` counts back from. */
  readonly now: number;
  /** IANA name; what a date without an offset is in. */
  readonly timezone: string;
}

/**
 * A time as people write it in flags and in `import_from`: `30d` and `12h` (ago), `2026-11-01` (the start of that day),
 * or an ISO 8601 time, which is in the configured time zone unless it says its own. Epoch milliseconds; throws `usage`.
 */
export function parseTime(text: string, context: TimeContext): number {
  const trimmed = text.trim();
  if (/^\d+\s*[smhdw]$/.test(trimmed)) return context.now - parseDuration(trimmed);
  const timeMs = parseIsoTime(trimmed, context.timezone);
  if (timeMs === null) {
    throw new IntegratorError('usage', `"${text}" is not a time`, {
      hint: 'write 30d, 12h, 2026-11-01 or 2026-11-01T09:30:00Z',
    });
  }
  return timeMs;
}

const isoTime = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?$/i;

function parseIsoTime(text: string, timezone: string): number | null {
  const parts = isoTime.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const millisecond = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  const wall = utcMs([year ?? 0, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0], millisecond);
  if (wall === null) return null;
  const offset = parts[8];
  return offset === undefined ? zonedToEpochMs(wall, timezone) : wall - offsetMs(offset);
}

type DateParts = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];

/** Null for a day or hour that does not exist: Date would roll 31 February over to March. */
function utcMs([year, month, day, hour, minute, second]: DateParts, millisecond: number): number | null {
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, millisecond));
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same && hour < 24 && minute < 60 && second < 60 ? date.getTime() : null;
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 3_600_000 + Number(offset.slice(-2)) * 60_000);
}

/** A wall-clock time (given as if it were UTC) of a zone; in the hour that clocks skip, the time after the jump. */
function zonedToEpochMs(wallMs: number, timezone: string): number {
  const first = wallMs - zoneOffsetMs(wallMs, timezone);
  const second = wallMs - zoneOffsetMs(first, timezone);
  return zoneOffsetMs(second, timezone) === wallMs - second ? second : Math.max(first, second);
}

/** By time zone, of which a configuration has one: making a format takes far longer than using it. */
const offsetFormats = new Map<string, Intl.DateTimeFormat>();

function offsetFormat(timezone: string): Intl.DateTimeFormat {
  const known = offsetFormats.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  offsetFormats.set(timezone, made);
  return made;
}

function zoneOffsetMs(epochMs: number, timezone: string): number {
  const name =
    offsetFormat(timezone)
      .formatToParts(epochMs)
      .find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const parts = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name);
  if (parts === null) return 0;
  const seconds = Number(parts[2]) * 3_600 + Number(parts[3]) * 60 + Number(parts[4] ?? 0);
  return (parts[1] === '-' ? -1 : 1) * seconds * 1_000;
}

export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
