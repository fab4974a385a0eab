import { stopped } from './deadline.ts';

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

  /** Milliseconds until it opens again; 0 while it is open. */
  opensInMs(): number {
    return Math.max(0, this.#closedUntil - performance.now());
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
