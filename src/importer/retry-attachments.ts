import { toErrorReport } from '../domain/errors.ts';
import type { Attachment } from '../domain/message.ts';
import { attachmentRow } from '../filing/message-rows.ts';
import { allAttachments, type Folder, type ReadResult } from '../mail/provider.ts';
import { replaceAttachment } from '../store/attachments.ts';
import type { MailboxKey } from '../store/mailboxes.ts';
import { clearSetAside, setAside } from '../store/set-aside.ts';
import type { DueSetAside } from '../store/set-aside.ts';
import type { StoreWriter } from '../store/store.ts';
import type { PageFiles } from './page-files.ts';
import { retryOptions } from './retry-task.ts';
import type { RetryTask } from './retry-task.ts';

/**
 * Reads a mail again whose attachments could not be listed: they take the place of the one that stood for them all.
 * False where they still cannot be listed. Throws what stops more than this mail.
 */
export async function retryAttachments(task: RetryTask, files: PageFiles): Promise<boolean> {
  const { job, deps, item } = task;
  const folder: Folder = { path: item.folder, id: item.folderId, sentItems: item.sentItems };
  const result = await deps.reader.readOne(item.providerId, folder, retryOptions(task, files));
  const { key } = job.context;
  const { providerId, attachmentId } = item;
  const failure = failureOf(result);
  return deps.pages.write(async (trx) => {
    if (failure !== null) {
      await setAside(trx, key, { ...item, error: { kind: 'protocol', message: failure, hint: null } }, deps.now());
      return false;
    }
    if (result.kind === 'message') {
      const { attachments } = result.message;
      files.mustBeThere(attachments.flatMap(({ content }) => (content.kind === 'stored' ? [content.file] : [])));
      await takePlace(trx, { key, item, atMs: deps.now() }, attachments);
    }
    await clearSetAside(trx, { mailbox: key.mailbox, providerId, attachmentId });
    return true;
  });
}

function failureOf(result: ReadResult): string | null {
  if (result.kind === 'gone') return null;
  if (result.kind === 'damaged') return toErrorReport(result.error).message;
  const unlisted = result.message.attachments.find(
    ({ content }) => content.kind === 'failed' && content.providerId === allAttachments,
  );
  return unlisted?.content.kind === 'failed' ? unlisted.content.reason : null;
}

interface Replaced {
  readonly key: MailboxKey;
  readonly item: DueSetAside;
  readonly atMs: number;
}

async function takePlace(
  trx: StoreWriter,
  { key, item, atMs }: Replaced,
  attachments: readonly Attachment[],
): Promise<void> {
  const { messageId } = item;
  if (messageId === null) return;
  await replaceAttachment(trx, { messageId, providerId: item.attachmentId }, attachments.map(attachmentRow));
  for (const { name, content } of attachments) {
    if (content.kind !== 'failed') continue;
    const error = { kind: 'protocol', message: `attachment "${name}": ${content.reason}`, hint: null } as const;
    await setAside(trx, key, { ...item, attachmentId: content.providerId, error }, atMs);
  }
}
