import { commitPage } from '../filing/commit-page.ts';
import { addCounts } from '../filing/page-counts.ts';
import type { PageCounts } from '../filing/page-counts.ts';
import type { PreparedMail } from '../filing/prepared-mail.ts';
import type { ChangePage, Folder, PresentEntry } from '../mail/provider.ts';
import { readCursor } from '../store/mailboxes.ts';
import { knownPlacements } from '../store/messages.ts';
import type { SetAside } from '../store/set-aside.ts';
import { damaged } from './damaged.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { PageTurn } from './page-turn.ts';
import { prepareRead } from './prepare-read.ts';
import { keepHeapSmall } from './small-heap.ts';

export interface FolderTask {
  readonly folder: Folder;
  /** Mail received before it is not imported. */
  readonly floorMs: number;
  readonly counts: PageCounts;
  readonly job: MailboxJob;
}

/** Brings in what is new in a folder, page by page; with `sinceMs` it then lists again from there without the cursor. */
export async function importFolder(task: FolderTask, deps: ImportMailboxDeps, signal: AbortSignal): Promise<void> {
  const { store } = deps.pages;
  const cursor = await readCursor(store.db, task.job.context.key, task.folder.path);
  await importPages(task, deps, { cursor, floorMs: task.floorMs, keepCursor: true, signal });
  if (deps.sinceMs === null || deps.sinceMs >= task.floorMs) return;
  await importPages(task, deps, { cursor: null, floorMs: deps.sinceMs, keepCursor: false, signal });
}

interface Round {
  readonly cursor: string | null;
  readonly floorMs: number;
  /** false: the cursor in the store stays where it is. */
  readonly keepCursor: boolean;
  readonly signal: AbortSignal;
}

async function importPages(task: FolderTask, deps: ImportMailboxDeps, round: Round): Promise<void> {
  const { floorMs, signal } = round;
  const turn = new PageTurn(deps.pages.turns, signal);
  const options = { floorMs, signal, beforePage: () => turn.begin() };
  const pages = deps.reader.changes(task.folder, round.cursor, options)[Symbol.asyncIterator]();
  try {
    while (await importNext(pages, task, deps, round)) {
      turn.end();
      signal.throwIfAborted();
    }
  } finally {
    turn.end();
    await pages.return?.();
  }
}

/** False after the last page. A call per page: a loop's variable would keep it in memory until the next one has come. */
async function importNext(
  pages: AsyncIterator<ChangePage>,
  task: FolderTask,
  deps: ImportMailboxDeps,
  round: Round,
): Promise<boolean> {
  keepHeapSmall();
  const next = await pages.next();
  if (next.done === true) return false;
  await importPage(task, deps, { page: next.value, round });
  return true;
}

async function importPage(
  { folder, counts, job }: FolderTask,
  deps: ImportMailboxDeps,
  { page, round }: { readonly page: ChangePage; readonly round: Round },
): Promise<void> {
  const unknown = await unknownEntries(page, deps, job);
  const wanted: PresentEntry[] = [];
  for (const entry of unknown) if (!isBelow(entry.receivedAtMs, round.floorMs)) wanted.push(entry);
  const read = await readEntries(wanted, { folder, job, deps, floorMs: round.floorMs, signal: round.signal });
  counts.skipped += unknown.length - wanted.length + read.skipped + (page.passedOver ?? 0);
  const atMs = deps.now();
  const committed = await deps.pages.write((trx) =>
    commitPage(trx, job.context, {
      folder,
      mails: read.mails,
      removed: removedOf(page),
      setAside: read.setAside,
      settled: [],
      position: round.keepCursor ? { folder: folder.path, folderId: folder.id, cursor: page.cursor, atMs } : null,
      atMs,
    }),
  );
  addCounts(counts, committed);
}

/** Without what this mailbox has already, and each copy once: the same entry may come several times, the last one counts. */
async function unknownEntries(page: ChangePage, deps: ImportMailboxDeps, job: MailboxJob): Promise<PresentEntry[]> {
  const present = new Map<string, PresentEntry>();
  for (const entry of page.entries) if (entry.kind === 'present') present.set(entry.providerId, entry);
  const known = await knownPlacements(deps.pages.store.db, job.context.key.mailbox, [...present.keys()]);
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

interface Reading {
  readonly folder: Folder;
  readonly job: MailboxJob;
  readonly deps: ImportMailboxDeps;
  readonly floorMs: number;
  readonly signal: AbortSignal;
}

interface ReadMails {
  readonly mails: PreparedMail[];
  readonly setAside: SetAside[];
  readonly skipped: number;
}

async function readEntries(entries: readonly PresentEntry[], reading: Reading): Promise<ReadMails> {
  const mails: PreparedMail[] = [];
  const setAside: SetAside[] = [];
  let skipped = 0;
  if (entries.length === 0) return { mails, setAside, skipped };
  const { folder, job, deps, signal } = reading;
  const options = { files: deps.pages.files, keepOriginal: job.mailbox.keep_original, signal };
  for await (const result of deps.reader.read(entries, options)) {
    if (result.kind === 'damaged') {
      setAside.push(damaged(folder, result.providerId, result.error));
    } else if (result.kind === 'message' && !result.message.isDraft) {
      if (isBelow(result.message.receivedAtMs, reading.floorMs)) skipped += 1;
      else mails.push(await prepareRead(result.message, job, deps));
    }
  }
  return { mails, setAside, skipped };
}
