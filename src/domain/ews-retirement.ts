/** Exchange Online in each national cloud; Exchange on premises has names of its own, and is not affected. */
const exchangeOnline =
  /(?:^|\.)(?:outlook\.office365\.(?:com|us)|outlook\.office\.com|webmail\.apps\.mil|partner\.outlook\.cn)$/i;

/** Microsoft, MC1227454: tenant by tenant from the first date on, for everybody and without exception on the second. */
const begunAtMs = Date.UTC(2026, 9, 1);
const endedAtMs = Date.UTC(2027, 3, 1);

export function isExchangeOnline(host: string): boolean {
  return exchangeOnline.test(host);
}

/** What to know about EWS at this host, for whoever set it up; null where it stays. */
export function ewsRetirement(host: string, nowMs: number): string | null {
  if (!isExchangeOnline(host)) return null;
  const since = nowMs < begunAtMs ? 'will be' : 'is being';
  const says =
    nowMs < endedAtMs
      ? `EWS ${since} switched off in Exchange Online, tenant by tenant from 1 October 2026 and for good on 1 April 2027`
      : 'EWS was switched off in Exchange Online on 1 April 2027';
  return `${says}: make this connection type: graph`;
}
