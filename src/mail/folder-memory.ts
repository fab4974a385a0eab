import type { Folder } from './provider.ts';

/** New folders of `all` are noticed after this long, and that a path leads to another folder. */
const refreshMs = 15 * 60_000;

interface Remembered {
  readonly at: number;
  readonly folders: readonly Folder[];
}

/** To which folders the paths of one mailbox lead; asked again after a while. */
export class FolderMemory {
  readonly #known = new Map<string, Remembered>();

  async folders(path: string, ask: () => Promise<readonly Folder[]>): Promise<readonly Folder[]> {
    const known = this.#known.get(path);
    if (known !== undefined && performance.now() - known.at < refreshMs) return known.folders;
    const folders = await ask();
    this.#known.set(path, { at: performance.now(), folders });
    return folders;
  }

  forget(): void {
    this.#known.clear();
  }
}
