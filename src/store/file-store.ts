import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { IntegratorError } from '../domain/errors.ts';
import type { StoredFile } from '../domain/message.ts';
import { storeError } from './store-error.ts';

/**
 * Attachments and originals, named by their SHA-256 and never by what a sender called them. A file is complete and on
 * disk before the row that names it: written beside, synced, renamed. What a crash leaves behind is an unnamed file at
 * worst.
 */
export class FileStore {
  readonly #directory: string;
  /** How many pages that are being imported brought a file: until their rows are committed nobody else names it. */
  readonly #held = new Map<string, number>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Throws `protocol` when more than `maxBytes` come, `store` when the disk fails; nothing is left behind then. */
  put(bytes: Bytes, maxBytes: number): Promise<StoredFile> {
    return this.#take(new Incoming(join(this.#directory, folders.attaching), maxBytes), bytes);
  }

  /** The same for an import, which holds the run lock; the file is held, see `hold`, and `onHold` is told its name. */
  putHeld(bytes: Bytes, maxBytes: number, onHold: (sha256: string) => void): Promise<StoredFile> {
    const incoming = new Incoming(join(this.#directory, folders.importing), maxBytes);
    return this.#take(incoming, bytes, (sha256) => {
      this.hold(sha256);
      onHold(sha256);
    });
  }

  async #take(incoming: Incoming, bytes: Bytes, onHash?: (sha256: string) => void): Promise<StoredFile> {
    try {
      for await (const chunk of bytes) await incoming.add(chunk);
      const stored = incoming.stored();
      onHash?.(stored.sha256);
      const target = this.path(stored.sha256);
      if (!existsSync(target)) await incoming.moveTo(target);
      return stored;
    } finally {
      await incoming.discard();
    }
  }

  path(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new IntegratorError('bug', `"${sha256}" is not a SHA-256`);
    return join(this.#directory, sha256.slice(0, 2), sha256);
  }

  /** Throws `store` where the file is missing. */
  read(sha256: string): Readable {
    const path = this.path(sha256);
    if (!existsSync(path)) throw new IntegratorError('store', `the content ${sha256} is not in the store`);
    return createReadStream(path);
  }

  /** Until `release`, the file is not removed. */
  hold(sha256: string): void {
    this.#held.set(sha256, (this.#held.get(sha256) ?? 0) + 1);
  }

  release(sha256: string): void {
    const others = (this.#held.get(sha256) ?? 1) - 1;
    if (others > 0) this.#held.set(sha256, others);
    else this.#held.delete(sha256);
  }

  /** Removes a file that no row names. Only for `removeUnnamed`, which makes sure of that. */
  remove(sha256: string): void {
    if (!this.#held.has(sha256)) rmSync(this.path(sha256), { force: true });
  }

  has(sha256: string): boolean {
    return existsSync(this.path(sha256));
  }

  /**
   * Removes what writers that were killed left half written. Only for the holder of the run lock, before it imports;
   * commands that send mail write without that lock, so of theirs only what is a day old goes.
   */
  async clearLeftovers(nowMs: number): Promise<void> {
    await removeOlder(join(this.#directory, folders.importing), Infinity);
    await removeOlder(join(this.#directory, folders.attaching), nowMs - dayMs);
  }
}

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Where files are written before they have a name. */
const folders = { importing: 'incoming', attaching: 'attaching' };
const dayMs = 24 * 3_600_000;

async function removeOlder(directory: string, olderThanMs: number): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (writtenMs < olderThanMs) await rm(path, { force: true });
  }
}

/** Most attachments are small: they are held in memory until it is known whether the store has them already. */
const heldInMemory = 1024 * 1024;

/** A file on its way in: in memory at first, in a temporary file once it is large. */
class Incoming {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #hash = createHash('sha256');
  #held: Uint8Array[] = [];
  #size = 0;
  #file: { readonly path: string; readonly handle: FileHandle } | null = null;

  constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  async add(chunk: Uint8Array): Promise<void> {
    this.#size += chunk.byteLength;
    if (this.#size > this.#maxBytes) throw new IntegratorError('protocol', `more than ${this.#maxBytes} bytes`);
    this.#hash.update(chunk);
    this.#held.push(chunk);
    if (this.#size > heldInMemory) await onDisk(() => this.#spill());
  }

  /** Ends the hash: call it once, after the last chunk. */
  stored(): StoredFile {
    return { sha256: this.#hash.digest('hex'), size: this.#size };
  }

  /** Complete and on disk under its name when this resolves. */
  moveTo(target: string): Promise<void> {
    return onDisk(async () => {
      const { path, handle } = await this.#spill();
      await handle.datasync();
      await handle.close();
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      await rename(path, target);
      this.#file = null;
      await syncDirectory(dirname(target));
    });
  }

  async discard(): Promise<void> {
    if (this.#file === null) return;
    // Closed already where the rename failed.
    await this.#file.handle.close().catch(() => undefined);
    await rm(this.#file.path, { force: true });
  }

  async #spill(): Promise<{ readonly path: string; readonly handle: FileHandle }> {
    this.#file ??= await this.#create();
    for (const chunk of this.#held) await this.#file.handle.writeFile(chunk);
    this.#held = [];
    return this.#file;
  }

  async #create(): Promise<{ readonly path: string; readonly handle: FileHandle }> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const path = join(this.#directory, randomUUID());
    return { path, handle: await open(path, 'wx', 0o600) };
  }
}

/** Whatever the file system throws is trouble of the store, never of the mail that brought the bytes. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError(error, { onlyStore: true });
  }
}

/** The rename itself must survive a power cut before the row that relies on it commits. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
