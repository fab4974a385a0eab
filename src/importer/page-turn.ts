import { Gate } from '../http/gate.ts';

/** So many pages are unpacked, read, decided and committed side by side, unless they wait for a slow service. */
const pagesAtOnce = 3;
/** Whose page takes longer waits for its service, not for this machine, and no longer keeps others waiting. */
const turnMs = 1000;

/** Who may have a page of mail in memory; one for all mailboxes of a run. */
export function pageTurns(): Gate {
  return new Gate(pagesAtOnce);
}

/**
 * One mailbox's turns to have a page in memory, one after another. Pages are large: the fewer there are at a time, the
 * more of them is garbage before it is looked at for the first time, which is when collecting it costs nothing.
 */
export class PageTurn {
  readonly #turns: Gate;
  readonly #signal: AbortSignal;
  #end: (() => void) | null = null;

  constructor(turns: Gate, signal: AbortSignal) {
    this.#turns = turns;
    this.#signal = signal;
  }

  /** Waits for the turn; does nothing where it has begun. It ends by itself after a second. */
  async begin(): Promise<void> {
    if (this.#end !== null) return;
    const leave = await this.#turns.enter(this.#signal);
    const timer = setTimeout(leave, turnMs);
    this.#end = () => {
      clearTimeout(timer);
      leave();
    };
  }

  end(): void {
    this.#end?.();
    this.#end = null;
  }
}
