import { sleep } from '../../http/deadline.ts';
import type { Answer, Refusal } from './answer.ts';
import type { GraphRead } from './client.ts';
import type { GraphMailbox } from './mailbox.ts';
import type { GraphPage } from './schema.ts';

/**
 * Reads pages in a size that the service can carry: a smaller one where a page is too heavy, the next larger again after
 * a success. The steps are few because every answer to a link makes a new generation of the delta's state and only
 * three are kept: a link that is asked a fourth time may be dead.
 */
export class PageReader {
  readonly #mailbox: GraphMailbox;
  readonly #signal: AbortSignal;
  #step = 0;

  constructor(mailbox: GraphMailbox, signal: AbortSignal) {
    this.#mailbox = mailbox;
    this.#signal = signal;
  }

  async read(ask: (read: GraphRead) => Promise<Answer<GraphPage>>): Promise<Answer<GraphPage>> {
    const { pageSizes, pageBytes, messageBytes, retries } = this.#mailbox.client.limits;
    for (;;) {
      const isLast = this.#step === pageSizes.length - 1;
      const answer = await ask({
        pageSize: pageSizes[this.#step] ?? 1,
        maxBytes: isLast ? messageBytes : pageBytes,
        // A 504 comes after a long wait; a smaller page is a better second try than the same one.
        gatewayAttempts: isLast ? 2 : 1,
      });
      if (answer.kind === 'ok') this.#step = Math.max(0, this.#step - 1);
      if (answer.kind === 'ok' || isLast || !isTooHeavy(answer)) return answer;
      this.#step += 1;
      await sleep(retries.backoffMs, this.#signal);
    }
  }
}

function isTooHeavy(refusal: Refusal): boolean {
  return refusal.problem === 'too_large' || refusal.status === 504;
}
