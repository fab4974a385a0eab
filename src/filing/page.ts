import type { Folder } from '../mail/provider.ts';
import type { FolderPosition } from '../store/mailboxes.ts';
import type { SetAside } from '../store/set-aside.ts';
import type { PreparedMail } from './prepared-mail.ts';

/** What one page of a folder brought, read and ready to be decided. */
export interface Page {
  readonly folder: Folder;
  readonly mails: readonly PreparedMail[];
  /** Provider ids of copies that are no longer there. */
  readonly removed: readonly string[];
  readonly setAside: readonly SetAside[];
  /** Provider ids of mail set aside before that needs no more tries: it was read, or is gone. */
  readonly settled: readonly string[];
  /** null leaves the cursor where it is. */
  readonly position: FolderPosition | null;
  readonly atMs: number;
}
