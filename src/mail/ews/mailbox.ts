import type { EwsClient, Work } from './client.ts';
import type { Asker } from './exchange.ts';

export type AnswerRules = Pick<Asker, 'maxBytes' | 'parts' | 'take'>;

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
    return this.client.call(this.#asker(about, signal, more), work);
  }

  /** The same for the XML of the answer, which the library does not read. */
  text(about: string, signal: AbortSignal, work: Work<unknown>): Promise<string> {
    return this.client.text(this.#asker(about, signal, {}), work);
  }

  #asker(about: string, signal: AbortSignal, more: AnswerRules): Asker {
    const { address } = this;
    return {
      address,
      about: about === '' ? `the mailbox ${address}` : `${about} of ${address}`,
      signal,
      onRequest: () => {
        this.#requests += 1;
      },
      ...more,
    };
  }
}
