import type { ErrorReport } from '../domain/errors.ts';
import { addCounts, noCounts } from '../filing/page-counts.ts';
import type { PageCounts } from '../filing/page-counts.ts';

/** What one turn of a mailbox did; the names are those of `run --once --json`. */
export interface MailboxReport extends Omit<PageCounts, 'removed_upstream'> {
  readonly connection: string;
  readonly mailbox: string;
  readonly folders: readonly FolderReport[];
  readonly requests: number;
  /** Where the first run brought nothing because `import_from` is `now`: the time that mail is imported from. */
  readonly only_mail_since: string | null;
  readonly error: ErrorReport | null;
}

export interface FolderReport {
  readonly folder: string;
  readonly imported: number;
  readonly removed_upstream: number;
  readonly skipped: number;
  /** Why the folder was listed anew from the floor, where its cursor was given up in this run. */
  readonly listed_anew: ErrorReport | null;
}

export type Totals = PageCounts & { requests: number };

export interface RunReport {
  readonly started_at: string;
  readonly finished_at: string;
  readonly mailboxes: readonly MailboxReport[];
  readonly totals: Totals;
}

export function folderReport(folder: string, counts: PageCounts, listed_anew: ErrorReport | null): FolderReport {
  const { imported, removed_upstream, skipped } = counts;
  return { folder, imported, removed_upstream, skipped, listed_anew };
}

/** Adds up the mailboxes of a run. */
export function runReport(startedAtMs: number, finishedAtMs: number, mailboxes: readonly MailboxReport[]): RunReport {
  const totals: Totals = { ...noCounts(), requests: 0 };
  for (const mailbox of mailboxes) {
    const removed_upstream = mailbox.folders.reduce((sum, folder) => sum + folder.removed_upstream, 0);
    addCounts(totals, { ...mailbox, removed_upstream });
    totals.requests += mailbox.requests;
  }
  return { started_at: iso(startedAtMs), finished_at: iso(finishedAtMs), mailboxes, totals };
}

const iso = (ms: number): string => new Date(ms).toISOString();
