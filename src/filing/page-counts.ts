/** What became of a page (or a folder, a mailbox, a run): imported = matched + to_inbox + new_tickets + kept + ignored. */
export interface PageCounts {
  /** New to the store. */
  imported: number;
  matched: number;
  to_inbox: number;
  new_tickets: number;
  /** Sent mail that matched nothing. */
  kept: number;
  ignored: number;
  /** Found again in another mailbox or folder. */
  duplicates: number;
  /** Below the floor, or under `ignore`. */
  skipped: number;
  /** Set aside. */
  failed: number;
  /** No longer where they were; noted, never mirrored. */
  removed_upstream: number;
}

/** What became of a mail that is stored. */
export type Outcome = 'matched' | 'to_inbox' | 'new_tickets' | 'kept' | 'ignored';

/** What became of a mail in the mailbox whose page was committed. */
export interface MailOutcome {
  readonly messageId: number;
  readonly outcome: Outcome;
  /** The page brought it; else it was stored before. */
  readonly imported: boolean;
}

export function noCounts(): PageCounts {
  return {
    imported: 0,
    matched: 0,
    to_inbox: 0,
    new_tickets: 0,
    kept: 0,
    ignored: 0,
    duplicates: 0,
    skipped: 0,
    failed: 0,
    removed_upstream: 0,
  };
}

/** Adds `more` to `total`. */
export function addCounts(total: PageCounts, more: PageCounts): void {
  total.imported += more.imported;
  total.matched += more.matched;
  total.to_inbox += more.to_inbox;
  total.new_tickets += more.new_tickets;
  total.kept += more.kept;
  total.ignored += more.ignored;
  total.duplicates += more.duplicates;
  total.skipped += more.skipped;
  total.failed += more.failed;
  total.removed_upstream += more.removed_upstream;
}
