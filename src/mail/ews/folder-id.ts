import type { FolderId } from 'ews-javascript-api';
import type { Library } from './client.ts';

const wellKnown = (library: Library) =>
  ({
    inbox: library.WellKnownFolderName.Inbox,
    sentitems: library.WellKnownFolderName.SentItems,
    drafts: library.WellKnownFolderName.Drafts,
    junkemail: library.WellKnownFolderName.JunkEmail,
    deleteditems: library.WellKnownFolderName.DeletedItems,
    outbox: library.WellKnownFolderName.Outbox,
    msgfolderroot: library.WellKnownFolderName.MsgFolderRoot,
  }) as const;

export type WellKnownId = keyof ReturnType<typeof wellKnown>;

/** Well-known folders are named with their mailbox; other ids carry it within them. */
export function folderId(library: Library, id: string, address: string): FolderId {
  const names = wellKnown(library);
  if (!isWellKnown(id, names)) return new library.FolderId(id);
  return new library.FolderId(names[id], new library.Mailbox(address));
}

function isWellKnown(id: string, names: object): id is WellKnownId {
  return Object.hasOwn(names, id);
}
