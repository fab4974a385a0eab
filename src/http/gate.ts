import { stoppedBy } from './deadline.ts';

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

  /** Waits for a slot, until a signal aborts; the function given back frees it (calling it again does nothing). */
  async enter(...signals: readonly AbortSignal[]): Promise<() => void> {
    await this.#takeSlot(signals);
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

  async #takeSlot(signals: readonly AbortSignal[]): Promise<void> {
    const stopped = stoppedBy(signals);
    if (stopped !== undefined) throw stopped;
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const forget = (): void => {
        for (const signal of signals) signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        forget();
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(stoppedBy(signals));
      };
      const turn = (): void => {
        forget();
        resolve();
      };
      this.#waiting.push(turn);
      for (const signal of signals) signal.addEventListener('abort', onAbort);
    });
  }

  #giveSlot(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
