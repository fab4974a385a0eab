import { IntegratorError } from '../../domain/errors.ts';
import { writeFolderPath } from '../../domain/folder-path.ts';
import { findFolder, wellKnownFolder } from '../find-folder.ts';
import type { FolderMemory } from '../folder-memory.ts';
import type { Folder } from '../provider.ts';
import { expectOk } from './answer.ts';
import type { GraphMailbox } from './mailbox.ts';
import { segment } from './query.ts';
import { folderSchema, type GraphFolder } from './schema.ts';

const rootName = 'msgfolderroot';
const excludedFromAll = ['drafts', 'junkemail', 'deleteditems', 'outbox'];

/** Folder paths of one mailbox, resolved once and remembered for a while. */
export class FolderFinder {
  readonly #mailbox: GraphMailbox;
  readonly #memory: FolderMemory;

  constructor(mailbox: GraphMailbox, memory: FolderMemory) {
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
    const { id, depth } = await findFolder(path, {
      mailbox: this.#mailbox.address,
      top: (name) => Promise.resolve(name ?? rootName),
      below: async (parent) => {
        const children = await this.#children(parent, signal);
        return children.map((child) => ({ id: child.id, name: child.displayName ?? '' }));
      },
    });
    // In another language the folder of sent mail has another name.
    return { path, id, sentItems: depth === 1 && id === (await this.#idOf('sentitems', signal)) };
  }

  async #everything(signal: AbortSignal): Promise<readonly Folder[]> {
    const excluded = new Set<string>();
    for (const name of excludedFromAll) excluded.add((await this.#idOf(name, signal)) ?? name);
    const sentId = await this.#idOf('sentitems', signal);
    const folders: Folder[] = [];
    await this.#collect({ id: rootName, names: [] }, { excluded, sentId, folders }, signal);
    return folders;
  }

  async #collect(parent: Named, tree: Tree, signal: AbortSignal): Promise<void> {
    for (const child of await this.#children(parent.id, signal)) {
      if (tree.excluded.has(child.id)) continue;
      const { id, displayName, childFolderCount } = child;
      const names = [...parent.names, displayName ?? ''];
      tree.folders.push({ path: writeFolderPath(names), id, sentItems: id === tree.sentId });
      if (childFolderCount !== 0) await this.#collect({ id, names }, tree, signal);
    }
  }

  /** Mail folders below one; search folders only repeat what lies elsewhere. */
  async #children(parentId: string, signal: AbortSignal): Promise<readonly GraphFolder[]> {
    const below = `${this.#mailbox.path}/mailFolders/${segment(parentId)}/childFolders`;
    try {
      return await this.#listed(below, signal);
    } catch (error) {
      // The folders at the top have a list of their own, for services that do not know the root by its name.
      const isNotFound = error instanceof IntegratorError && error.kind === 'not_found';
      if (parentId !== rootName || !isNotFound) throw error;
      return this.#listed(`${this.#mailbox.path}/mailFolders`, signal);
    }
  }

  async #listed(path: string, signal: AbortSignal): Promise<readonly GraphFolder[]> {
    const select = '$select=id,displayName,parentFolderId,childFolderCount&$top=250';
    const found: GraphFolder[] = [];
    for (const entry of expectOk(await this.#mailbox.list({ path: `${path}?${select}` }, '', signal))) {
      const folder = folderSchema.safeParse(entry);
      if (folder.success) found.push(folder.data);
    }
    return found.filter((folder) => folder['@odata.type'] !== '#microsoft.graph.mailSearchFolder');
  }

  async #idOf(name: string, signal: AbortSignal): Promise<string | null> {
    const path = `${this.#mailbox.path}/mailFolders/${name}?$select=id`;
    const answer = await this.#mailbox.json({ path }, `the folder ${name}`, signal);
    if (answer.kind === 'refused') {
      // Whatever the code: that the mailbox is missing shows in the list of its folders.
      if (answer.status === 404) return null;
      throw answer.error;
    }
    return folderSchema.safeParse(answer.value).data?.id ?? null;
  }
}

interface Named {
  readonly id: string;
  /** From the top of the mailbox down to it. */
  readonly names: readonly string[];
}

interface Tree {
  readonly excluded: ReadonlySet<string>;
  readonly sentId: string | null;
  readonly folders: Folder[];
}
