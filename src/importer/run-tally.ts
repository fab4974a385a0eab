import type { MailOutcome, Outcome } from '../filing/page-counts.ts';
import type { MailboxKey } from '../store/mailboxes.ts';
import type { MailboxReport } from './report.ts';

const rank: Readonly<Record<Outcome, number>> = { ignored: 0, kept: 1, to_inbox: 2, matched: 3, new_tickets: 4 };

type Changes = Record<Outcome, number>;

/**
 * What became in the end of the mail that a run brought. A mail that waits when it is committed may be filed later in
 * the same run (what it answers comes, another mailbox has a ticket for it): it then counts as matched, in the mailbox
 * that brought it, whichever mailbox was quicker.
 */
export class RunTally {
  readonly #mails = new Map<number, { readonly changes: Changes; outcome: Outcome }>();
  readonly #changes = new Map<string, Changes>();

  note(key: MailboxKey, outcomes: readonly MailOutcome[]): void {
    for (const { messageId, outcome, imported } of outcomes) {
      const before = this.#mails.get(messageId);
      if (imported) this.#mails.set(messageId, { changes: this.#changesOf(key), outcome });
      else if (before !== undefined && rank[outcome] > rank[before.outcome]) {
        before.changes[before.outcome] -= 1;
        before.changes[outcome] += 1;
        before.outcome = outcome;
      }
    }
  }

  /** The report of a mailbox with what has become of its mail since. */
  corrected(report: MailboxReport): MailboxReport {
    const { connection, mailbox } = report;
    const changes = this.#changesOf({ connection, mailbox });
    return {
      ...report,
      matched: report.matched + changes.matched,
      to_inbox: report.to_inbox + changes.to_inbox,
      new_tickets: report.new_tickets + changes.new_tickets,
      kept: report.kept + changes.kept,
      ignored: report.ignored + changes.ignored,
    };
  }

  #changesOf({ connection, mailbox }: MailboxKey): Changes {
    const key = JSON.stringify([connection, mailbox]);
    const known = this.#changes.get(key);
    if (known !== undefined) return known;
    const made: Changes = { matched: 0, to_inbox: 0, new_tickets: 0, kept: 0, ignored: 0 };
    this.#changes.set(key, made);
    return made;
  }
}
