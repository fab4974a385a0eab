/** The sandbox's own time: the given clock plus what a test added to it. Epoch milliseconds. */
export class Clock {
  readonly #base: () => number;
  #offsetMs = 0;

  constructor(base: () => number) {
    this.#base = base;
  }

  now(): number {
    return this.#base() + this.#offsetMs;
  }

  /** Moves every later reading forward, so that tokens expire and waits end without waiting. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}
