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
  async put(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredFile> {
    const incoming = join(this.#directory, 'incoming');
    mkdirSync(incoming, { recursive: true, mode: 0o700 });
    const temporary = join(incoming, randomUUID());
    const file = await open(temporary, 'wx', 0o600);
    try {
      const stored = await copy(bytes, file, maxBytes);
      await this.#settle(temporary, stored.sha256);
      return stored;
    } finally {
      await rm(temporary, { force: true });
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

  async #settle(temporary: string, sha256: string): Promise<void> {
    const target = this.path(sha256);
    if (existsSync(target)) return;
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    await rename(temporary, target);
    await syncDirectory(dirname(target));
  }
}

async function copy(bytes: AsyncIterable<Uint8Array>, file: FileHandle, maxBytes: number): Promise<StoredFile> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new IntegratorError('protocol', `more than ${maxBytes} bytes`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), size };
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
