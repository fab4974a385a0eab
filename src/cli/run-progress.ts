import type { PageCounts } from '../filing/page-counts.ts';
import type { MailboxConfig } from '../config/schema.ts';
import type { Output } from './output.ts';

/** The line changes no more often: pages come faster than anybody reads. */
const leastMs = 200;

/** `1,240 mails, 85/s, ann@contoso.test (1 of 4 mailboxes done)` while mailboxes are imported, on a terminal. */
export class RunProgress {
  readonly #output: Pick<Output, 'progress'>;
  readonly #mailboxes: number;
  readonly #now: () => number;
  readonly #startedMs: number;
  #shownMs = Number.NEGATIVE_INFINITY;
  #mails = 0;
  #done = 0;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(output: Pick<Output, 'progress'>, mailboxes: number, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#mailboxes = mailboxes;
    this.#now = now;
    this.#startedMs = now();
  }

  page({ address }: Pick<MailboxConfig, 'address'>, { imported, duplicates }: PageCounts): void {
    this.#mails += imported + duplicates;
    this.#show(address);
  }

  mailboxDone(address: string): void {
    this.#done += 1;
    this.#show(address);
  }

  end(): void {
    this.#output.progress('');
  }

  #show(address: string): void {
    const nowMs = this.#now();
    if (nowMs - this.#shownMs < leastMs) return;
    this.#shownMs = nowMs;
    const done = `${this.#done} of ${this.#mailboxes} ${this.#mailboxes === 1 ? 'mailbox' : 'mailboxes'} done`;
    this.#output.progress(`${this.#mailsText()}${this.#rateText(nowMs)}, ${address} (${done})`);
  }

  #mailsText(): string {
    return `${this.#mails.toLocaleString('en')} ${this.#mails === 1 ? 'mail' : 'mails'}`;
  }

  /** Of the whole run; after a second at the earliest, since before that it says nothing. */
  #rateText(nowMs: number): string {
    const seconds = (nowMs - this.#startedMs) / 1000;
    if (this.#mails === 0 || seconds < 1) return '';
    const rate = this.#mails / seconds;
    return `, ${rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en')}/s`;
  }
}
