import type { EwsClient, Work } from './client.ts';
import type { Asker } from './exchange.ts';

export type AnswerRules = Pick<Asker, 'maxBytes' | 'parts'>;

/** One mailbox's requests: its address, its name in errors, its count. */
export class EwsMailbox {
  readonly address: string;
  readonly client: EwsClient;
  #requests = 0;

  constructor(client: EwsClient, address: string) {
    this.client = client;
    this.address = address;
  }

  get requests(): number {
    return this.#requests;
  }

  /** `about` names the thing asked for, without the mailbox; '' means the mailbox itself. */
  call<T>(about: string, signal: AbortSignal, work: Work<T>, more: AnswerRules = {}): Promise<T> {
    const { address } = this;
    const asker = {
      address,
      about: about === '' ? `the mailbox ${address}` : `${about} of ${address}`,
      signal,
      onRequest: () => {
        this.#requests += 1;
      },
      ...more,
    };
    return this.client.call(asker, work);
  }
}
