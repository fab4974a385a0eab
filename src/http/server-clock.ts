/** Before this program was written no server told a time: such a Date is nonsense. */
const earliestMs = Date.UTC(2026, 0, 1);

/** The clock of a server, by the Date header of its last answer. Our own clock has no part in it. */
export class ServerClock {
  #told: { readonly dateMs: number; readonly at: number } | null = null;

  tell(date: string | string[] | undefined): void {
    const dateMs = typeof date === 'string' ? Date.parse(date) : NaN;
    if (dateMs >= earliestMs) this.#told = { dateMs, at: performance.now() };
  }

  /** The server's time now, in epoch milliseconds; null until an answer told it. */
  timeMs(): number | null {
    return this.#told === null ? null : this.#told.dateMs + performance.now() - this.#told.at;
  }
}
