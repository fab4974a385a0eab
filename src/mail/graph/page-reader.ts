import type { Answer, Refusal } from './answer.ts';
import type { GraphRead } from './client.ts';
import type { GraphMailbox } from './mailbox.ts';
import type { GraphPage } from './schema.ts';

/** 504s are answered after a long wait; two say that the page is too heavy, not that the moment is bad. */
const gatewayAttempts = 2;

/** Reads pages in a size that the service can carry: halved where a page is too heavy, doubled again after a success. */
export class PageReader {
  readonly #mailbox: GraphMailbox;
  #size: number;

  constructor(mailbox: GraphMailbox) {
    this.#mailbox = mailbox;
    this.#size = mailbox.client.limits.pageSize;
  }

  async read(ask: (read: GraphRead) => Promise<Answer<GraphPage>>): Promise<Answer<GraphPage>> {
    const { limits } = this.#mailbox.client;
    for (;;) {
      const maxBytes = this.#size === 1 ? limits.messageBytes : limits.pageBytes;
      const answer = await ask({ pageSize: this.#size, maxBytes, gatewayAttempts });
      if (answer.kind === 'ok') this.#size = Math.min(limits.pageSize, this.#size * 2);
      else if (this.#size > 1 && isTooHeavy(answer)) {
        this.#size = Math.floor(this.#size / 2);
        continue;
      }
      return answer;
    }
  }
}

function isTooHeavy(refusal: Refusal): boolean {
  return refusal.problem === 'too_large' || refusal.status === 504;
}
