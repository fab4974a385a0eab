import { toErrorReport, toIntegratorError } from '../domain/errors.ts';
import type { ErrorReport, IntegratorError } from '../domain/errors.ts';
import type { PageCounts } from '../filing/page-counts.ts';
import type { ChangePage, Folder } from '../mail/provider.ts';
import { countFailedRun, readCursor } from '../store/mailboxes.ts';
import { importPage } from './import-page.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { PageTurn } from './page-turn.ts';
import { keepHeapSmall } from './small-heap.ts';

export interface FolderTask {
  readonly folder: Folder;
  /** Mail received before it is not imported. */
  readonly floorMs: number;
  readonly counts: PageCounts;
  readonly job: MailboxJob;
}

/** Why the cursor was given up and the folder listed anew; null in nearly every run. */
export type Restart = ErrorReport | null;

/**
 * Brings in what is new in a folder, page by page. With `sinceMs` it first lists from there without the cursor: nothing
 * that is wrong with the cursor is in its way.
 */
export async function importFolder(task: FolderTask, deps: ImportMailboxDeps, signal: AbortSignal): Promise<Restart> {
  const { sinceMs } = deps;
  const apart = { cursor: null, keepCursor: false, restart: null, signal };
  const again = sinceMs === null ? null : await importPages(task, deps, { ...apart, floorMs: sinceMs });

  const cursor = await readCursor(deps.pages.store.db, task.job.context.key, task.folder.id);
  const onward = { cursor, floorMs: task.floorMs, keepCursor: true, restart: null, signal };
  const followed = await importPages(task, deps, onward);
  if (followed.kind === 'failed') {
    await giveUpCursor(task, deps, { ...onward, error: followed.error, listsAnew: again?.kind === 'done' });
    return toErrorReport(followed.error);
  }
  if (again?.kind === 'failed') throw again.error;
  return followed.restart;
}

/** A cursor has so many runs to recover in. */
const patience = 3;

/** These may be the cursor's own; others (sign-in, access, throttling) meet every request. */
const mayBeTheCursors: ReadonlySet<string> = new Set(['unreachable', 'protocol', 'not_found', 'bug']);

interface FailedRound extends Round {
  readonly error: IntegratorError;
  /** A listing without the cursor was asked for, and answered. */
  readonly listsAnew: boolean;
}

/**
 * Lists the folder anew from the floor in the place of a cursor that fails for ever; what is known stays known. Throws
 * the cursor's error as long as it may be passing: after three runs in a row in which the folder could be listed
 * nevertheless, or where a person asked for a listing anyhow, it is not.
 */
async function giveUpCursor(task: FolderTask, deps: ImportMailboxDeps, failed: FailedRound): Promise<void> {
  const { cursor, error, signal, listsAnew } = failed;
  if (cursor === null || signal.aborted || !mayBeTheCursors.has(error.kind)) throw error;
  if (!listsAnew && !(await canBeListed(task.folder, deps, signal))) throw error;
  const { job, folder } = task;
  const restart = toErrorReport(error);
  const failedRuns = await deps.pages.write((trx) => countFailedRun(trx, job.context.key, folder.id, restart));
  if (!listsAnew && failedRuns <= patience) throw error;
  const { kind } = await importPages(task, deps, { ...failed, cursor: null, restart });
  if (kind === 'failed') throw error;
}

/** Does the service answer for this folder at all? Asked with the cheapest listing there is. */
async function canBeListed(folder: Folder, deps: ImportMailboxDeps, signal: AbortSignal): Promise<boolean> {
  try {
    const listing = deps.reader.list(folder, deps.now(), signal)[Symbol.asyncIterator]();
    await listing.next();
    await listing.return?.();
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

interface Round {
  readonly cursor: string | null;
  readonly floorMs: number;
  /** false: the cursor in the store stays where it is. */
  readonly keepCursor: boolean;
  readonly restart: Restart;
  readonly signal: AbortSignal;
}

/** `failed`: the listing ended in an error. What importing a page throws is thrown. */
type Outcome =
  { readonly kind: 'done'; readonly restart: Restart } | { readonly kind: 'failed'; readonly error: IntegratorError };

async function importPages(task: FolderTask, deps: ImportMailboxDeps, round: Round): Promise<Outcome> {
  const { floorMs, signal } = round;
  const turn = new PageTurn(deps.pages.turns, signal);
  const options = { floorMs, signal, beforePage: () => turn.begin() };
  const pages = deps.reader.changes(task.folder, round.cursor, options)[Symbol.asyncIterator]();
  let { restart } = round;
  try {
    for (;;) {
      const next = await importNext(pages, task, deps, { ...round, restart });
      if (next.kind === 'failed') return next;
      if (next.kind === 'done') return { kind: 'done', restart };
      restart = next.restart;
      turn.end();
      signal.throwIfAborted();
    }
  } finally {
    turn.end();
    await pages.return?.();
  }
}

/** A call per page: a loop's variable would keep it in memory until the next one has come. */
async function importNext(
  pages: AsyncIterator<ChangePage>,
  { counts, job }: FolderTask,
  deps: ImportMailboxDeps,
  { floorMs, keepCursor, restart, signal }: Round,
): Promise<Next> {
  keepHeapSmall();
  const next = await nextPage(pages);
  if (next.kind !== 'page') return next;
  const { cursor, folder, gaveUp } = next.page;
  const because = gaveUp === undefined ? restart : toErrorReport(gaveUp);
  const at = { folder: folder.path, folderId: folder.id, cursor, atMs: deps.now(), restart: because };
  await importPage(next.page, { job, deps, counts, floorMs, position: keepCursor ? at : null, signal });
  return { kind: 'page', restart: because };
}

/** After a page: the folder goes on, and was perhaps listed anew; or it is done, or failed. */
type Next =
  | { readonly kind: 'page'; readonly restart: Restart }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: IntegratorError };

async function nextPage(
  pages: AsyncIterator<ChangePage>,
): Promise<Exclude<Next, { kind: 'page' }> | { readonly kind: 'page'; readonly page: ChangePage }> {
  try {
    const next = await pages.next();
    return next.done === true ? { kind: 'done' } : { kind: 'page', page: next.value };
  } catch (thrown) {
    return { kind: 'failed', error: toIntegratorError(thrown) };
  }
}
