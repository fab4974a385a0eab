import type { Folder } from '../world/types.ts';
import { folderOf, listed } from './call.ts';
import type { Call, FolderFound } from './call.ts';
import { EwsRefusal, refused, success } from './soap.ts';
import { child, tag, value } from './xml.ts';
import type { Node } from './xml.ts';

export function getFolder(call: Call): readonly string[] {
  const asked = extendedIn(call);
  return listed(call, 'FolderIds').map((id) =>
    each(call.operation, () => success(call.operation, tag('m:Folders', folderXml(folderOf(call, id), asked)))),
  );
}

export function findFolder(call: Call): readonly string[] {
  const deep = call.body.attributes['Traversal'] === 'Deep';
  const asked = extendedIn(call);
  const view = child(call.body, 'IndexedPageFolderView');
  const most = Number(view?.attributes['MaxFoldersReturned'] ?? 1_000);
  const offset = Number(view?.attributes['Offset'] ?? 0);
  return listed(call, 'ParentFolderIds').map((id) =>
    each(call.operation, () => {
      const { mailbox, folder } = folderOf(call, id);
      const all = childrenOf(folder, deep).filter((one) => !one.gone && !one.hidden);
      const page = all.slice(offset, offset + most);
      const last = offset + page.length >= all.length;
      const attributes = {
        IndexedPagingOffset: String(offset + page.length),
        TotalItemsInView: String(all.length),
        IncludesLastItemInRange: String(last),
      };
      const shown = page.map((one) => folderXml({ mailbox, folder: one }, asked));
      return success(call.operation, tag('m:RootFolder', tag('t:Folders', shown), attributes));
    }),
  );
}

/** The answer for one thing asked; what is refused stays its own trouble, unless it is everybody's. */
export function each(operation: string, work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EwsRefusal) || error.whole) throw error;
    return refused(operation, error);
  }
}

function childrenOf(folder: Folder, deep: boolean): readonly Folder[] {
  return folder.children.flatMap((one) => (deep ? [one, ...childrenOf(one, true)] : [one]));
}

/** MAPI properties of folders by their number (MS-OXPROPS), as text. */
const byTag: Readonly<Record<number, (folder: Folder) => string>> = {
  0x3602: (folder) => String(folder.items.size),
  0x3613: () => 'IPF.Note',
  0x360a: (folder) => String(folder.children.some(({ hidden }) => !hidden)),
};

function extendedIn(call: Call): readonly Node[] {
  const all = child(call.body, 'FolderShape', 'AdditionalProperties')?.children ?? [];
  return all.filter(({ name }) => name === 'ExtendedFieldURI');
}

function extendedXml(folder: Folder, { attributes }: Node): string {
  const text = byTag[Number(attributes['PropertyTag'])]?.(folder);
  if (text === undefined) return '';
  return tag('t:ExtendedProperty', [tag('t:ExtendedFieldURI', '', attributes), value('t:Value', text)]);
}

function folderXml({ mailbox, folder }: FolderFound, asked: readonly Node[]): string {
  const id = (one: Folder): string => mailbox.ids.make('folder', one.serial);
  const unread = [...folder.items.values()].filter(({ isRead }) => !isRead).length;
  return tag('t:Folder', [
    tag('t:FolderId', '', { Id: id(folder), ChangeKey: 'AQAAAA==' }),
    tag('t:ParentFolderId', '', { Id: id(folder.parent ?? folder), ChangeKey: 'AQAAAA==' }),
    value('t:FolderClass', 'IPF.Note'),
    value('t:DisplayName', folder.displayName),
    value('t:TotalCount', folder.items.size),
    value('t:ChildFolderCount', folder.children.filter(({ hidden }) => !hidden).length),
    ...asked.map((one) => extendedXml(folder, one)),
    value('t:UnreadCount', unread),
  ]);
}
