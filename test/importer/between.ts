import type { MailboxReader } from '../../src/mail/provider.ts';

/** A reader that passes everything on; what is written over it stands between the importer and the mailbox. */
export function passOn(reader: MailboxReader): MailboxReader {
  return {
    folders: (path, signal) => reader.folders(path, signal),
    changes: (folder, cursor, options) => reader.changes(folder, cursor, options),
    read: (entries, options) => reader.read(entries, options),
    readOne: (id, folder, options) => reader.readOne(id, folder, options),
    readAttachment: (id, attachment, options) => reader.readAttachment(id, attachment, options),
    list: (folder, sinceMs, signal) => reader.list(folder, sinceMs, signal),
    kind: (signal) => reader.kind(signal),
    serverTimeMs: () => reader.serverTimeMs(),
    get requests() {
      return reader.requests;
    },
  };
}
