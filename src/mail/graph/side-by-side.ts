import type { PresentEntry, ReadOptions, ReadResult } from '../provider.ts';
import { slotsPerMailbox } from './limits.ts';

/**
 * Reads a page's mails as many at a time as the mailbox has slots, in their order. When one throws, or the caller
 * stops, those under way are stopped and waited for: nothing goes on behind the caller's back.
 */
export async function* readSideBySide(
  entries: readonly PresentEntry[],
  options: ReadOptions,
  readOne: (entry: PresentEntry, options: ReadOptions) => Promise<ReadResult>,
): AsyncGenerator<ReadResult> {
  const inner = new AbortController();
  const stop = (): void => inner.abort(options.signal.reason);
  if (options.signal.aborted) stop();
  options.signal.addEventListener('abort', stop, { once: true });
  const within = { ...options, signal: inner.signal };
  const underWay: Promise<ReadResult>[] = [];
  const start = (entry: PresentEntry | undefined): void => {
    if (entry === undefined) return;
    const reading = readOne(entry, within);
    // Its error is seen when its turn comes; until then it is not unhandled.
    reading.catch(() => undefined);
    underWay.push(reading);
  };
  try {
    let next = 0;
    while (next < slotsPerMailbox) start(entries[next++]);
    for (let reading = underWay.shift(); reading !== undefined; reading = underWay.shift()) {
      const result = await reading;
      start(entries[next++]);
      yield result;
    }
  } finally {
    inner.abort();
    options.signal.removeEventListener('abort', stop);
    await Promise.allSettled(underWay);
  }
}
