/** Microsoft's services allow five minutes. */
const tolerableMs = 300_000;

/** How far this machine's clock is ahead of an answer's Date; null where that says nothing, or is within what services allow. */
export function clockAheadMs(date: string | undefined, nowMs: number): number | null {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return null;
  return Math.abs(nowMs - theirs) <= tolerableMs ? null : nowMs - theirs;
}

/** "The clock of this machine is 3 days ahead of that of login.example: set it by NTP (…)." */
export function clockWords(aheadMs: number, host: string): string {
  const way = aheadMs > 0 ? 'ahead of' : 'behind';
  return `The clock of this machine is ${spanWords(Math.abs(aheadMs))} ${way} that of ${host}: ${setTheClock}.`;
}

export const setTheClock = 'set it by NTP (timedatectl set-ntp true)';

function spanWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
