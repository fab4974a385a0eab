import { IntegratorError } from '../domain/errors.ts';
import type { StoredFile } from '../domain/message.ts';
import type { FileSink } from '../mail/provider.ts';
import type { Store } from '../store/store.ts';
import { removeUnnamed } from '../store/unnamed-files.ts';

/** Where the files of one page go. They are written before the rows that name them. */
export interface PageFiles extends FileSink {
  /** Throws where one of them was removed meanwhile. For the transaction that names them. */
  mustBeThere(files: readonly StoredFile[]): void;
  /** The page was committed, and copies that had these files are shown no longer. */
  free(files: readonly string[]): void;
  /** Call it once when the page is committed, or failed: what no row names is removed. */
  end(): Promise<void>;
}

/**
 * Files of a page that is stored. Until `end` nobody removes them, however many pages bring the same file; what belongs
 * to mail that was not stored (deleted by an administrator, ignored, set aside) goes with the end.
 */
export class StoredPageFiles implements PageFiles {
  readonly #store: Store;
  readonly #held: string[] = [];
  readonly #freed: string[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  put(bytes: Parameters<FileSink['put']>[0], maxBytes: number): Promise<StoredFile> {
    return this.#store.files.putHeld(bytes, maxBytes, (sha256) => this.#held.push(sha256));
  }

  /** Another process, in which an administrator deletes mail with the same file, does not know what is held here. */
  mustBeThere(files: readonly StoredFile[]): void {
    if (files.every(({ sha256 }) => this.#store.files.has(sha256))) return;
    throw new IntegratorError('protocol', 'a file of the mail was deleted while the mail was imported');
  }

  free(files: readonly string[]): void {
    this.#freed.push(...files);
  }

  async end(): Promise<void> {
    for (const sha256 of this.#held) this.#store.files.release(sha256);
    await removeUnnamed(this.#store, [...new Set([...this.#held, ...this.#freed])]);
  }
}
