import { sleep } from '../../http/deadline.ts';
import type { Answer, Refusal } from './answer.ts';
import type { GraphRead } from './client.ts';
import type { GraphMailbox } from './mailbox.ts';
import type { GraphPage } from './schema.ts';

/**
 * Reads pages in a size that the service, and our memory, can carry: a smaller one where a page is too heavy, the next
 * larger again after some that were not. The steps are few because every answer to a link makes a new generation of the
 * delta's state and only three are kept: a link that is asked a fourth time may be dead.
 */
export class PageReader {
  readonly #mailbox: GraphMailbox;
  readonly #signal: AbortSignal;
  #step = 0;
  /** So many pages of a size are read before a larger one is tried. */
  #patience = 1;
  #read = 0;
  #triesLarger = false;
  #once = false;

  constructor(mailbox: GraphMailbox, signal: AbortSignal) {
    this.#mailbox = mailbox;
    this.#signal = signal;
  }

  /** The next page is asked for without repetitions: what went before it was repeated already. */
  askOnce(): void {
    this.#once = true;
  }

  async read(ask: (read: GraphRead) => Promise<Answer<GraphPage>>): Promise<Answer<GraphPage>> {
    const { pageSizes, pageBytes, messageBytes, retries } = this.#mailbox.client.limits;
    const attempts = this.#once ? 1 : retries.attempts;
    this.#once = false;
    for (;;) {
      const isLast = this.#step === pageSizes.length - 1;
      const answer = await ask({
        pageSize: pageSizes[this.#step] ?? 1,
        maxBytes: isLast ? messageBytes : pageBytes,
        attempts,
        // A 504 comes after a long wait; a smaller page is a better second try than the same one.
        gatewayAttempts: isLast ? 2 : 1,
      });
      if (answer.kind === 'ok') this.#succeeded();
      if (answer.kind === 'ok' || isLast || !isTooHeavy(answer)) return answer;
      this.#makeSmaller();
      await sleep(retries.backoffMs, this.#signal);
    }
  }

  #succeeded(): void {
    if (this.#step === 0) {
      this.#patience = 1;
      return;
    }
    this.#triesLarger = false;
    this.#read += 1;
    if (this.#read < this.#patience) return;
    this.#read = 0;
    this.#step -= 1;
    this.#triesLarger = true;
  }

  /** Where heavy mail lies together, larger pages are tried more and more seldom. */
  #makeSmaller(): void {
    if (this.#triesLarger) this.#patience = Math.min(mostPatience, this.#patience * 2);
    this.#triesLarger = false;
    this.#read = 0;
    this.#step += 1;
  }
}

const mostPatience = 16;

function isTooHeavy(refusal: Refusal): boolean {
  return refusal.problem === 'too_large' || refusal.status === 504;
}
