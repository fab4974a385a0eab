import { writeFolderPath } from '../../domain/folder-path.ts';
import { findFolder, wellKnownFolder } from '../find-folder.ts';
import type { FolderMemory } from '../folder-memory.ts';
import type { Folder } from '../provider.ts';
import { folderId, type WellKnownId } from './folder-id.ts';
import type { EwsMailbox } from './mailbox.ts';
import { fieldOf, textIn } from './values.ts';

const excludedFromAll: readonly WellKnownId[] = ['drafts', 'junkemail', 'deleteditems', 'outbox'];
const foldersPerPage = 500;

export interface FoundFolder {
  readonly id: string;
  readonly parentId: string;
  readonly name: string;
}

/** Folder paths of one mailbox, resolved once and remembered for a while. */
export class FolderFinder {
  readonly #mailbox: EwsMailbox;
  readonly #memory: FolderMemory;

  constructor(mailbox: EwsMailbox, memory: FolderMemory) {
    this.#mailbox = mailbox;
    this.#memory = memory;
  }

  async find(path: string, signal: AbortSignal): Promise<readonly Folder[]> {
    const wellKnown = wellKnownFolder(path);
    if (wellKnown !== null) return [wellKnown];
    return this.#memory.folders(path, async () =>
      path === 'all' ? this.#everything(signal) : [await this.#walk(path, signal)],
    );
  }

  /** The folder of this path as it is now, asked again; throws not_found where there is none. */
  async findAgain(folder: Folder, signal: AbortSignal): Promise<Folder> {
    if (wellKnownFolder(folder.path) !== null) return folder;
    this.#memory.forget();
    const found = await this.#walk(folder.path, signal);
    return { ...found, sentItems: folder.sentItems };
  }

  async #walk(path: string, signal: AbortSignal): Promise<Folder> {
    const tree = await mailFolders(this.#mailbox, signal);
    const { id, depth } = await findFolder(path, {
      mailbox: this.#mailbox.address,
      top: (name) => this.#idOf(name ?? 'msgfolderroot', signal),
      below: (parent) => Promise.resolve(tree.filter(({ parentId }) => parentId === parent)),
    });
    // In another language the folder of sent mail has another name.
    return { path, id, sentItems: depth === 1 && id === (await this.#idOf('sentitems', signal)) };
  }

  async #everything(signal: AbortSignal): Promise<readonly Folder[]> {
    const tree = await mailFolders(this.#mailbox, signal);
    const excluded = new Set<string>();
    for (const name of excludedFromAll) excluded.add(await this.#idOf(name, signal));
    const sentId = await this.#idOf('sentitems', signal);
    const folders: Folder[] = [];
    const collect = (parentId: string, above: readonly string[]): void => {
      for (const { id, name } of tree.filter((one) => one.parentId === parentId && !excluded.has(one.id))) {
        const names = [...above, name];
        folders.push({ path: writeFolderPath(names), id, sentItems: id === sentId });
        collect(id, names);
      }
    };
    collect(await this.#idOf('msgfolderroot', signal), []);
    return folders;
  }

  async #idOf(name: WellKnownId, signal: AbortSignal): Promise<string> {
    const folder = await this.#mailbox.call('', signal, (service, library) =>
      library.Folder.Bind(service, folderId(library, name, this.#mailbox.address), library.PropertySet.IdOnly),
    );
    return textIn(fieldOf(folder, 'Id'), 'UniqueId');
  }
}

/** Every mail folder; search folders only repeat what lies elsewhere, calendars hold no mail. */
export async function mailFolders(mailbox: EwsMailbox, signal: AbortSignal): Promise<readonly FoundFolder[]> {
  const tree: FoundFolder[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const from: number = offset;
    const page = await mailbox.call('', signal, (service, library) => {
      const { FolderSchema } = library;
      const view = new library.FolderView(foldersPerPage, from);
      view.Traversal = library.FolderTraversal.Deep;
      const properties = [FolderSchema.DisplayName, FolderSchema.ParentFolderId, FolderSchema.FolderClass];
      view.PropertySet = new library.PropertySet(library.BasePropertySet.IdOnly, properties);
      return service.FindFolders(folderId(library, 'msgfolderroot', mailbox.address), view);
    });
    for (const folder of page.Folders) tree.push(...mailFolderOf(folder));
    offset = page.MoreAvailable && page.Folders.length > 0 ? from + page.Folders.length : null;
  }
  return tree;
}

function mailFolderOf(folder: object): readonly FoundFolder[] {
  const folderClass = textIn(folder, 'FolderClass') || 'IPF.Note';
  const id = textIn(fieldOf(folder, 'Id'), 'UniqueId');
  if (id === '' || folder.constructor.name === 'SearchFolder') return [];
  if (!folderClass.toUpperCase().startsWith('IPF.NOTE')) return [];
  return [{ id, parentId: textIn(fieldOf(folder, 'ParentFolderId'), 'UniqueId'), name: textIn(folder, 'DisplayName') }];
}
