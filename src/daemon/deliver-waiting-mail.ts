import { sleep } from '../http/deadline.ts';

/** So late at most is mail that waits taken up after its time. */
const everyMs = 30_000;

/** Runs `round` now and then again and again until the signal aborts; a round that fails is told and followed by the next. */
export async function deliverWaitingMail(
  round: () => Promise<unknown>,
  onError: (thrown: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await round().catch((thrown: unknown) => {
      if (!signal.aborted) onError(thrown);
    });
    await sleep(everyMs, signal).catch(() => undefined);
  }
}
