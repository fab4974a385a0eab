import { IntegratorError } from '../domain/errors.ts';
import { sleep, stopped } from './deadline.ts';

/**
 * Lets at most `slots` through at a time and nobody while it is closed. One per mailbox: Exchange counts concurrent
 * requests per application and mailbox, and asking again before a Retry-After is over prolongs the throttling.
 */
export class Gate {
  #free: number;
  #closedUntil = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Waits for a slot; the function given back frees it (calling it again does nothing). */
  async enter(signal: AbortSignal): Promise<() => void> {
    await this.#takeSlot(signal);
    let held = true;
    const leave = (): void => {
      if (held) this.#giveSlot();
      held = false;
    };
    return leave;
  }

  /** Nobody new passes for so long. Monotonic time. */
  closeFor(ms: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, performance.now() + ms);
  }

  /** Waits while the gate is closed. Throws `throttled` at once where that would take longer than `patienceMs`. */
  async untilOpen(patienceMs: number, nowMs: () => number, signal: AbortSignal): Promise<void> {
    const givesUpAt = performance.now() + patienceMs;
    for (;;) {
      const wait = this.#closedUntil - performance.now();
      if (wait <= 0) return;
      if (this.#closedUntil > givesUpAt) {
        throw new IntegratorError('throttled', 'the service asked to be left alone for a while', {
          retryAtMs: Math.ceil(nowMs() + wait),
        });
      }
      await sleep(wait, signal);
    }
  }

  async #takeSlot(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw stopped(signal);
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(stopped(signal));
      };
      const turn = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiting.push(turn);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #giveSlot(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
