import { parseTime } from '../config/times.ts';
import { IntegratorError } from '../domain/errors.ts';

/** `--since 30d` in epoch milliseconds. Throws `usage`. */
export function timeFlag(option: string, text: string, timezone: string): number {
  try {
    return parseTime(text, { now: Date.now(), timezone });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new IntegratorError('usage', `${option}: ${message}`, {
      hint: '30d, 12h, 2026-11-01 or an ISO 8601 time',
      cause,
    });
  }
}
