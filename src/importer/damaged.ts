import { toErrorReport } from '../domain/errors.ts';
import type { Folder } from '../mail/provider.ts';
import type { SetAside } from '../store/set-aside.ts';

export interface DamagedMail {
  readonly folder: Folder;
  readonly floorMs: number;
  readonly providerId: string;
  readonly subject: string | null;
  readonly error: unknown;
}

/** A mail that cannot be imported, in the form in which it is remembered. */
export function damaged({ folder, floorMs, providerId, subject, error }: DamagedMail): SetAside {
  return {
    folder: folder.path,
    folderId: folder.id,
    sentItems: folder.sentItems,
    providerId,
    attachmentId: '',
    messageId: null,
    subject,
    floorMs,
    error: toErrorReport(error),
  };
}
