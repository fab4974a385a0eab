import { addCounts } from '../filing/page-counts.ts';
import type { PageCounts } from '../filing/page-counts.ts';
import type { Page } from '../filing/page.ts';
import type { ChangePage, PresentEntry } from '../mail/provider.ts';
import type { FolderPosition } from '../store/mailboxes.ts';
import { knownPlacements } from '../store/messages.ts';
import { setAsideAmong } from '../store/set-aside.ts';
import { commitMails } from './commit-mails.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { readMails } from './read-mails.ts';
import type { ReadPart } from './read-mails.ts';

export interface PageTask {
  readonly job: MailboxJob;
  readonly deps: ImportMailboxDeps;
  readonly counts: PageCounts;
  /** Mail received before it is not imported. */
  readonly floorMs: number;
  /** Where the folder is once the page is committed; null leaves the cursor in the store where it is. */
  readonly position: FolderPosition | null;
  readonly signal: AbortSignal;
}

/** Reads and commits one page: at once, or in parts where its mails are large. The cursor moves with the last part. */
export async function importPage(page: ChangePage, task: PageTask): Promise<void> {
  const { job, deps, counts, floorMs, signal } = task;
  const { folder } = page;
  const { mailbox } = job.context.key;
  const unknown = await unknownEntries(page, deps, mailbox);
  const wanted: PresentEntry[] = [];
  for (const entry of unknown) if (!isBelow(entry.receivedAtMs, floorMs)) wanted.push(entry);
  counts.skipped += unknown.length - wanted.length + (page.passedOver ?? 0);
  const idsOf = wanted.map(({ providerId }) => providerId);
  const before = await setAsideAmong(deps.pages.store.db, mailbox, idsOf);
  const files = deps.pages.beginFiles();
  const commit = async (part: ReadPart, rest: Pick<Page, 'removed' | 'position'>): Promise<void> => {
    counts.skipped += part.skipped;
    const settled = part.settled.filter((providerId) => before.has(providerId));
    const { mails, setAside } = part;
    const committed = await commitMails(
      { job, deps, files, floorMs, signal },
      { folder, mails, setAside, settled, ...rest, atMs: deps.now() },
    );
    addCounts(counts, committed.counts);
    deps.onPage?.(job, committed.counts);
    if (!deps.pages.discards) deps.tally.note(job.context.key, committed.outcomes);
  };
  try {
    const options = { files, keepOriginal: job.mailbox.keep_original, signal };
    const reading = { folder, job, deps, floorMs, options };
    const last = await readMails(wanted, reading, (part) => commit(part, { removed: [], position: null }));
    await commit(last, { removed: removedOf(page), position: task.position });
  } finally {
    await files.end();
  }
}

/** Without what this mailbox has already, and each copy once: the same entry may come several times, the last one counts. */
async function unknownEntries(page: ChangePage, deps: ImportMailboxDeps, mailbox: string): Promise<PresentEntry[]> {
  const present = new Map<string, PresentEntry>();
  for (const entry of page.entries) if (entry.kind === 'present') present.set(entry.providerId, entry);
  const known = await knownPlacements(deps.pages.store.db, mailbox, [...present.keys()]);
  for (const providerId of known) present.delete(providerId);
  return [...present.values()];
}

function removedOf(page: ChangePage): string[] {
  const removed: string[] = [];
  for (const entry of page.entries) if (entry.kind === 'removed') removed.push(entry.providerId);
  return removed;
}

function isBelow(receivedAtMs: number | null, floorMs: number): boolean {
  return receivedAtMs !== null && receivedAtMs < floorMs;
}
