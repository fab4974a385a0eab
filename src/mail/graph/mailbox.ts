import { IntegratorError } from '../../domain/errors.ts';
import type { Gate } from '../../http/gate.ts';
import type { MailboxAddress } from '../provider.ts';
import type { Answer, Refusal } from './answer.ts';
import type { ByteStream } from './call.ts';
import type { GraphClient, GraphRead } from './client.ts';
import { segment } from './query.ts';
import { type GraphPage, pageSchema } from './schema.ts';

/** One mailbox's requests: its address in paths, its name in errors, its gate, its count. */
export class GraphMailbox {
  readonly address: string;
  readonly client: GraphClient;
  /** "/users/ann@contoso.test" */
  readonly path: string;
  #requests = 0;
  readonly #gate: Gate;

  constructor(client: GraphClient, mailbox: MailboxAddress) {
    const user = mailbox.user ?? mailbox.address;
    this.client = client;
    this.address = mailbox.address;
    this.path = `/users/${segment(user)}`;
    this.#gate = client.gateOf(user.toLowerCase());
  }

  get requests(): number {
    return this.#requests;
  }

  /** `about` names the thing asked for, without the mailbox; '' means the mailbox itself. */
  json(read: GraphRead, about: string, signal: AbortSignal): Promise<Answer<unknown>> {
    return this.client.getJson(read, this.#asker(about, signal));
  }

  bytes(path: string, about: string, signal: AbortSignal): Promise<Answer<ByteStream>> {
    return this.client.getBytes({ path }, this.#asker(about, signal));
  }

  /** A page of anything; what is JSON but no page is garbled. */
  async page(read: GraphRead, about: string, signal: AbortSignal): Promise<Answer<GraphPage>> {
    const answer = await this.json(read, about, signal);
    if (answer.kind === 'refused') return answer;
    const page = pageSchema.safeParse(answer.value);
    if (page.success) return { kind: 'ok', value: page.data };
    return this.#garbled(about, 'the answer is no page of a list', page.error);
  }

  /** All entries of a list, over all its pages, unread. */
  async list(first: GraphRead, about: string, signal: AbortSignal): Promise<Answer<readonly unknown[]>> {
    const followed = new Set<string>();
    const entries: unknown[] = [];
    let read = first;
    for (;;) {
      const page = await this.page(read, about, signal);
      if (page.kind === 'refused') return page;
      for (const entry of page.value.value) entries.push(entry);
      const link = page.value['@odata.nextLink'];
      if (link === undefined) return { kind: 'ok', value: entries };
      if (followed.has(link)) return this.#garbled(about, "the service's pages go round in a circle");
      if (!this.client.mayFollow(link)) return this.#garbled(about, 'the next page lies on another host');
      followed.add(link);
      read = { link };
    }
  }

  #garbled(about: string, because: string, cause?: unknown): Refusal {
    const error = new IntegratorError('protocol', `${this.#named(about)}: ${because}`, { code: 'garbled', cause });
    return { kind: 'refused', problem: 'garbled', status: 0, code: '', error };
  }

  #asker(about: string, signal: AbortSignal) {
    return {
      about: this.#named(about),
      gate: this.#gate,
      signal,
      onRequest: () => {
        this.#requests += 1;
      },
    };
  }

  #named(about: string): string {
    return about === '' ? `the mailbox ${this.address}` : `${about} of ${this.address}`;
  }
}
