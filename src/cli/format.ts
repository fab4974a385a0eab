/** Times, ages and sizes as people read them. */

/** Making a formatter costs a thousand times what using it costs; a command has one time zone. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-01 09:30` in the configured zone. */
export function formatTime(epochMs: number, timezone: string): string {
  const known = formatters.get(timezone);
  if (known !== undefined) return known.format(epochMs);
  const made = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' });
  formatters.set(timezone, made);
  return made.format(epochMs);
}

/** ISO 8601 UTC, for JSON. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

const steps = [
  { ms: 86_400_000, unit: 'd' },
  { ms: 3_600_000, unit: 'h' },
  { ms: 60_000, unit: 'm' },
  { ms: 1_000, unit: 's' },
];

/** `3d`, `5h`, `12m`, `40s`: the largest unit that fits, rounded down. */
export function formatDuration(ms: number): string {
  const step = steps.find((one) => ms >= one.ms);
  return step === undefined ? '0s' : `${Math.floor(ms / step.ms)}${step.unit}`;
}

/** `512 B`, `20 KB`, `3.4 MB`; a KB is 1024 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${value < 10 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${units[unit]}`;
}

/** `1 mailbox`, `2 mailboxes` */
export function count(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`;
}
