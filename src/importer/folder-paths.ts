import type { MailboxConfig } from '../config/schema.ts';

/** The folders of a mailbox that are imported: each once, Sent Items last; `all` brings them itself. */
export function folderPaths(mailbox: MailboxConfig): string[] {
  const paths = mailbox.folders.includes('all') ? ['all'] : [...new Set(mailbox.folders)];
  return mailbox.import_sent_items && !paths.includes('all') ? [...new Set([...paths, 'Sent Items'])] : paths;
}
