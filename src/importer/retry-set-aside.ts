import { toErrorReport, toIntegratorError } from '../domain/errors.ts';
import { commitPage } from '../filing/commit-page.ts';
import { addCounts, noCounts } from '../filing/page-counts.ts';
import type { PageCounts } from '../filing/page-counts.ts';
import type { PreparedMail } from '../filing/prepared-mail.ts';
import { allAttachments, type Folder, type ReadOptions } from '../mail/provider.ts';
import { storeAttachmentContent } from '../store/attachments.ts';
import { clearSetAside, dueSetAside, setAside } from '../store/set-aside.ts';
import type { DueSetAside } from '../store/set-aside.ts';
import { damaged } from './damaged.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { prepareRead } from './prepare-read.ts';
import { retryAttachments } from './retry-attachments.ts';

/** Tries again what was set aside in this mailbox and is due; each on its own, so that none stops the others. */
export async function retrySetAside(
  job: MailboxJob,
  deps: ImportMailboxDeps,
  signal: AbortSignal,
): Promise<PageCounts> {
  const counts = noCounts();
  const dueMs = deps.retryAll ? Number.MAX_SAFE_INTEGER : deps.now();
  for (const item of await dueSetAside(deps.pages.store.db, job.context.key, dueMs)) {
    signal.throwIfAborted();
    const options = { files: deps.pages.files, keepOriginal: job.mailbox.keep_original, signal };
    if (item.attachmentId === '') addCounts(counts, await retryMail(job, deps, item, options));
    else counts.failed += await retryAttachment(job, deps, item, options);
  }
  return counts;
}

async function retryMail(
  job: MailboxJob,
  deps: ImportMailboxDeps,
  item: DueSetAside,
  options: ReadOptions,
): Promise<PageCounts> {
  const folder: Folder = { path: item.folder, id: item.folderId, sentItems: item.sentItems };
  const result = await deps.reader.readOne(item.providerId, folder, options);
  const found = result.kind === 'message' && !result.message.isDraft ? [result.message] : [];
  const mails: PreparedMail[] = [];
  for (const mail of found) mails.push(await prepareRead(mail, job, deps));
  return deps.pages.write((trx) =>
    commitPage(trx, job.context, {
      folder,
      mails,
      removed: [],
      setAside: result.kind === 'damaged' ? [damaged(folder, item.providerId, result.error)] : [],
      settled: result.kind === 'damaged' ? [] : [item.providerId],
      position: null,
      atMs: deps.now(),
    }),
  );
}

/** What stops every mail (sign-in, throttling, network) is thrown; only this attachment's own trouble is counted. */
const stopsEverything = new Set(['needs_login', 'needs_admin', 'config', 'throttled', 'unreachable']);

async function retryAttachment(
  job: MailboxJob,
  deps: ImportMailboxDeps,
  item: DueSetAside,
  options: ReadOptions,
): Promise<0 | 1> {
  const { mailbox } = job.context.key;
  try {
    if (item.attachmentId === allAttachments) return await retryAttachments(job, deps, item, options);
    const file = await deps.reader.readAttachment(item.providerId, item.attachmentId, options);
    await deps.pages.write(async (trx) => {
      if (file !== null && item.messageId !== null)
        await storeAttachmentContent(trx, item.messageId, item.attachmentId, file);
      await clearSetAside(trx, { mailbox, providerId: item.providerId, attachmentId: item.attachmentId });
    });
    return 0;
  } catch (thrown) {
    const error = toIntegratorError(thrown);
    if (options.signal.aborted || stopsEverything.has(error.kind)) throw error;
    await deps.pages.write((trx) =>
      setAside(trx, job.context.key, { ...item, error: toErrorReport(error) }, deps.now()),
    );
    return 1;
  }
}
