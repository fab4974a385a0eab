import type { Problem } from '../problem.ts';
import type { Config } from '../schema.ts';
import { parseDuration, parseSchedule } from '../times.ts';

/** A mirror that goes stale before it is refreshed would make matching wait for ever. */
export function checkTicketing({ ticket_system: system }: Config): Problem[] {
  if (system.type === 'local') return [];
  const refresh = parseSchedule(system.refresh);
  if (refresh.kind === 'cron' || parseDuration(system.stale_after) > refresh.ms) return [];
  const message = `(${system.stale_after}) must be longer than refresh (${system.refresh})`;
  return [{ path: ['ticket_system', 'stale_after'], message }];
}
