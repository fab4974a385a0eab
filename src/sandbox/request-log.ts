export interface LoggedRequest {
  readonly at: number;
  readonly service: 'graph' | 'entra' | 'ews' | 'upload' | 'control' | 'other';
  readonly method: string;
  /** Path and query, as it came. */
  readonly path: string;
  /** The Host header: shows which name of this server was asked. */
  readonly host: string;
  /** An Authorization header came along. */
  readonly authorized: boolean;
  /** Address of the mailbox it was about, where it was about one. */
  readonly mailbox: string | null;
  readonly status: number;
  /** It could change a mailbox: anything but a read there. */
  readonly mutating: boolean;
  /** Requests on the same mailbox under way at its start, itself included. */
  readonly concurrent: number;
}

const keep = 100_000;

/** What was asked, in the order of the answers; the oldest entries of a long run are dropped. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];
  readonly #mutations = new Map<string, number>();
  #mutationTotal = 0;

  add(entry: LoggedRequest): void {
    this.entries.push(entry);
    if (this.entries.length > keep) this.entries.splice(0, keep / 2);
    if (!entry.mutating) return;
    this.#mutationTotal += 1;
    const mailbox = entry.mailbox ?? '';
    this.#mutations.set(mailbox, (this.#mutations.get(mailbox) ?? 0) + 1);
  }

  /** How many requests, over all or of one mailbox, were not reads. */
  mutations(mailbox?: string): number {
    return mailbox === undefined ? this.#mutationTotal : (this.#mutations.get(mailbox) ?? 0);
  }

  of(service: LoggedRequest['service'], mailbox?: string): readonly LoggedRequest[] {
    return this.entries.filter(
      (entry) => entry.service === service && (mailbox === undefined || entry.mailbox === mailbox),
    );
  }

  /** Forgets the entries; the mutation counters stay. */
  clear(): void {
    this.entries.length = 0;
  }
}
