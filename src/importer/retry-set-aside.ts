import { toErrorReport } from '../domain/errors.ts';
import { addCounts, noCounts } from '../filing/page-counts.ts';
import type { PageCounts } from '../filing/page-counts.ts';
import { allAttachments, type Folder } from '../mail/provider.ts';
import { storeAttachmentContent } from '../store/attachments.ts';
import { clearSetAside, dueSetAside, setAside } from '../store/set-aside.ts';
import { commitMails } from './commit-mails.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { ownTrouble } from './own-trouble.ts';
import type { PageFiles } from './page-files.ts';
import { partOf } from './read-mails.ts';
import { retryAttachments } from './retry-attachments.ts';
import { retryOptions } from './retry-task.ts';
import type { RetryTask } from './retry-task.ts';

/** What meets every mail (sign-in, throttling, network) is thrown; all else is this one's own trouble. */
const stopsEverything = new Set(['needs_login', 'needs_admin', 'config', 'throttled', 'unreachable']);

/**
 * Tries again what was set aside in this mailbox and is due; each on its own, so that none stops the others. What fails
 * again stays set aside.
 */
export async function retrySetAside(
  job: MailboxJob,
  deps: ImportMailboxDeps,
  signal: AbortSignal,
): Promise<PageCounts> {
  const counts = noCounts();
  const dueMs = deps.retryAll ? Number.MAX_SAFE_INTEGER : deps.now();
  for (const item of await dueSetAside(deps.pages.store.db, job.context.key, dueMs)) {
    signal.throwIfAborted();
    addCounts(counts, await retryOne({ job, deps, item, signal }));
  }
  return counts;
}

async function retryOne(retry: RetryTask): Promise<PageCounts> {
  const { job, deps, item, signal } = retry;
  const files = deps.pages.beginFiles();
  try {
    if (item.attachmentId === '') return await retryMail(retry, files);
    if (item.attachmentId !== allAttachments) await retryAttachment(retry, files);
    else if (!(await retryAttachments(retry, files))) return { ...noCounts(), failed: 1 };
    return noCounts();
  } catch (thrown) {
    const error = ownTrouble(thrown, signal);
    if (stopsEverything.has(error.kind)) throw error;
    const failed = { ...item, error: toErrorReport(error) };
    await deps.pages.write((trx) => setAside(trx, job.context.key, failed, deps.now()));
    return { ...noCounts(), failed: 1 };
  } finally {
    await files.end();
  }
}

async function retryMail(task: RetryTask, files: PageFiles): Promise<PageCounts> {
  const { job, deps, item, signal } = task;
  const { floorMs, providerId } = item;
  const folder: Folder = { path: item.folder, id: item.folderId, sentItems: item.sentItems };
  const options = retryOptions(task, files);
  const result = await deps.reader.readOne(providerId, folder, options);
  const part = await partOf(result, { folder, job, deps, floorMs, options });
  const { mails, setAside: failed, skipped } = part;
  const settled = failed.length === 0 ? [providerId] : [];
  const committed = await commitMails(
    { job, deps, files, floorMs, signal },
    { folder, mails, removed: [], setAside: failed, settled, position: null, atMs: deps.now() },
  );
  if (!deps.pages.discards) deps.tally.note(job.context.key, committed.outcomes);
  return { ...committed.counts, skipped: committed.counts.skipped + skipped };
}

async function retryAttachment(task: RetryTask, files: PageFiles): Promise<void> {
  const { job, deps, item } = task;
  const { mailbox } = job.context.key;
  const { providerId, attachmentId, messageId } = item;
  const file = await deps.reader.readAttachment(providerId, attachmentId, retryOptions(task, files));
  await deps.pages.write(async (trx) => {
    files.mustBeThere(file === null ? [] : [file]);
    if (file !== null && messageId !== null) await storeAttachmentContent(trx, messageId, attachmentId, file);
    await clearSetAside(trx, { mailbox, providerId, attachmentId });
  });
}
