import { takeSendSlot } from '../store/send-slots.ts';
import type { Store } from '../store/store.ts';

export interface RateLimit {
  readonly store: Store;
  /** `outgoing.max_per_minute`. */
  readonly mostPerMinute: number;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told before a wait, with the epoch ms it lasts until. */
  readonly onWait?: ((mailbox: string, untilMs: number) => void) | undefined;
}

const minuteMs = 60_000;

/**
 * Waits until this mailbox may send one more mail, and takes that turn: the caller sends, or lets it pass. Exchange
 * takes about 30 a minute from a mailbox and holds back or refuses what comes faster. Throws when the signal aborts.
 */
export async function waitToSend(limit: RateLimit, mailbox: string, signal: AbortSignal): Promise<void> {
  const slots = { mailbox, most: limit.mostPerMinute, withinMs: minuteMs };
  for (;;) {
    signal.throwIfAborted();
    const againMs = await limit.store.write((trx) => takeSendSlot(trx, slots, limit.now()));
    if (againMs === null) return;
    limit.onWait?.(mailbox, againMs);
    await limit.sleep(Math.max(1, againMs - limit.now()), signal);
  }
}
