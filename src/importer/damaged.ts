import { toErrorReport } from '../domain/errors.ts';
import type { Folder } from '../mail/provider.ts';
import type { SetAside } from '../store/set-aside.ts';

/** A mail that cannot be read, in the form in which it is remembered. */
export function damaged(folder: Folder, providerId: string, error: unknown): SetAside {
  return {
    folder: folder.path,
    folderId: folder.id,
    sentItems: folder.sentItems,
    providerId,
    attachmentId: '',
    messageId: null,
    error: toErrorReport(error),
  };
}
