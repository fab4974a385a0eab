import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { IntegratorError } from '../domain/errors.ts';
import type { StoredFile } from '../domain/message.ts';

/**
 * Attachments and originals, named by their SHA-256 and never by what a sender called them. A file is complete and on
 * disk before the row that names it: written beside, synced, renamed. What a crash leaves behind is an unnamed file at
 * worst.
 */
export class FileStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Throws `protocol` when more than `maxBytes` come, `store` when the disk fails; nothing is left behind then. */
  async put(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maxBytes: number): Promise<StoredFile> {
    const incoming = new Incoming(this.#directory, maxBytes);
    try {
      for await (const chunk of bytes) await incoming.add(chunk);
      const stored = incoming.stored();
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

  async remove(sha256: string): Promise<void> {
    await rm(this.path(sha256), { force: true });
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
    if (this.#size > heldInMemory) await this.#spill();
  }

  /** Ends the hash: call it once, after the last chunk. */
  stored(): StoredFile {
    return { sha256: this.#hash.digest('hex'), size: this.#size };
  }

  /** Complete and on disk under its name when this resolves. */
  async moveTo(target: string): Promise<void> {
    const { path, handle } = await this.#spill();
    await handle.datasync();
    await handle.close();
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    await rename(path, target);
    this.#file = null;
    await syncDirectory(dirname(target));
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
    const directory = join(this.#directory, 'incoming');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, randomUUID());
    return { path, handle: await open(path, 'wx', 0o600) };
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
