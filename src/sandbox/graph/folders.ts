import type { Reply } from '../reply.ts';
import type { Folder } from '../world/types.ts';
import { answer, folderOf } from './call.ts';
import type { Call } from './call.ts';
import { badRequest, malformedId } from './errors.ts';

type FolderJson = Record<string, unknown>;

function folderJson(folder: Folder, { mailbox, query }: Call): FolderJson {
  const shown: FolderJson = {
    displayName: folder.displayName,
    parentFolderId: mailbox.ids.make('folder', folder.parent?.serial ?? folder.serial),
    childFolderCount: folder.children.length,
    unreadItemCount: [...folder.items.values()].filter(({ isRead }) => !isRead).length,
    totalItemCount: folder.items.size,
    sizeInBytes: folder.items.size * 24_000,
    isHidden: folder.hidden,
  };
  const select = query.select?.map((name) => name.toLowerCase()) ?? null;
  const chosen =
    select === null
      ? Object.entries(shown)
      : Object.entries(shown).filter(([name]) => select.includes(name.toLowerCase()));
  return {
    id: mailbox.ids.make('folder', folder.serial),
    ...Object.fromEntries(chosen.filter(([name]) => name !== 'sizeInBytes' || select !== null)),
  };
}

/** `GET mailFolders`: the children of the root, ten at a time unless told. */
export function listFolders(call: Call): Reply {
  return folderPage(call, call.mailbox.folder('msgfolderroot').children, 'mailFolders');
}

/** `GET mailFolders/{id}/childFolders` */
export function listChildFolders(call: Call): Reply {
  const parent = folderOf(call.mailbox, call.values[0] ?? '');
  const path = `mailFolders('${encodeURIComponent(call.mailbox.ids.make('folder', parent.serial))}')/childFolders`;
  return folderPage(call, parent.children, path);
}

export function getFolder(call: Call): Reply {
  const folder = folderOf(call.mailbox, call.values[0] ?? '');
  const context = `${call.graph.root()}/$metadata#${call.base}/mailFolders/$entity`;
  return answer(call, 200, { '@odata.context': context, ...folderJson(folder, call) });
}

/** `GET mailFolders/delta`: the whole tree, flat; later rounds give what was made since. */
export function folderDelta(call: Call): Reply {
  const token = call.request.url.searchParams.get('$deltatoken');
  const since = token === null ? 0 : Number(/^f(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(since)) throw malformedId();
  const all = call.mailbox.folders.all();
  const last = Math.max(...all.map(({ serial }) => serial));
  return answer(call, 200, {
    '@odata.context': `${call.graph.root()}/$metadata#Collection(mailFolder)`,
    '@odata.deltaLink': `${call.graph.root()}/${call.base}/mailFolders/delta?$deltatoken=f${last}`,
    value: all.filter(({ serial, hidden }) => serial > since && !hidden).map((folder) => folderJson(folder, call)),
  });
}

function folderPage(call: Call, children: readonly Folder[], path: string): Reply {
  const { query, request } = call;
  const withHidden = request.url.searchParams.get('includeHiddenFolders')?.toLowerCase() === 'true';
  const visible = children.filter((folder) => (withHidden || !folder.hidden) && fits(folder, call));
  const top = query.top ?? 10;
  const page = visible.slice(query.skip, query.skip + top);
  const next = new URL(`${call.graph.root()}/${call.base}/${path}`);
  for (const [name, value] of request.url.searchParams) next.searchParams.set(name, value);
  next.searchParams.set('$skip', String(query.skip + top));
  return answer(call, 200, {
    '@odata.context': `${call.graph.root()}/$metadata#${call.base}/${path}`,
    ...(query.count ? { '@odata.count': visible.length } : {}),
    ...(query.skip + top < visible.length ? { '@odata.nextLink': next.href } : {}),
    value: page.map((folder) => folderJson(folder, call)),
  });
}

function fits(folder: Folder, { query }: Call): boolean {
  return query.filter.every((condition) => {
    if (
      condition.kind !== 'compare' ||
      condition.operator !== 'eq' ||
      condition.property.toLowerCase() !== 'displayname'
    ) {
      throw badRequest('The sandbox knows only displayName eq for folders.', 'ErrorInvalidUrlQueryFilter');
    }
    return folder.displayName.toLowerCase() === condition.value.toLowerCase();
  });
}
