import type { MailboxConfig } from '../config/schema.ts';
import { folderPathKey } from '../domain/folder-path.ts';

/** The folders of a mailbox that are imported: each once, Sent Items last; `all` brings them itself. */
export function folderPaths(mailbox: MailboxConfig): readonly string[] {
  if (mailbox.folders.includes('all')) return ['all'];
  const namesSent = mailbox.folders.some((path) => folderPathKey(path) === 'sent items');
  return mailbox.import_sent_items && !namesSent ? [...mailbox.folders, 'Sent Items'] : mailbox.folders;
}
