import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { IntegratorError } from '../../domain/errors.ts';
import type { ExportedFile } from './manifest.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * A directory that is written beside the place where it will be and moved there when all is in it: nobody finds half an
 * export, nothing that is there is written over, and no link that somebody puts in its way is followed.
 */
export class NewDirectory {
  readonly #target: string;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;
  readonly #made = new Set<string>();

  private constructor(target: string, path: string, signal: AbortSignal | undefined) {
    this.#target = target;
    this.#path = path;
    this.#signal = signal;
  }

  /** Writing stops when the signal comes; the caller discards what there is by then. */
  static async beside(target: string, signal?: AbortSignal): Promise<NewDirectory> {
    const parent = dirname(target);
    try {
      await mkdir(parent, { recursive: true, mode: 0o700 });
      return new NewDirectory(target, await mkdtemp(join(parent, beginningOf(target))), signal);
    } catch (cause) {
      throw cannotWrite(target, cause);
    }
  }

  /** `path` is ours: parts of safe names with slashes between. Throws `bug` for any other, `usage` where it cannot be written. */
  async write(path: string, chunks: Chunks): Promise<ExportedFile> {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part.startsWith('.') || /[\\\0\r\n]/u.test(part))) {
      throw new IntegratorError('bug', `${JSON.stringify(path)} is no safe path`);
    }
    const hash = createHash('sha256');
    let size = 0;
    try {
      await this.#directoryFor(parts.slice(0, -1));
      const file = await open(join(this.#path, ...parts), exclusively, 0o600);
      try {
        for await (const chunk of chunks) {
          this.#signal?.throwIfAborted();
          hash.update(chunk);
          size += chunk.byteLength;
          await file.writeFile(chunk);
        }
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (cause) {
      this.#signal?.throwIfAborted();
      if (cause instanceof IntegratorError) throw cause;
      throw cannotWrite(join(this.#target, path), cause);
    }
    return { path, size, sha256: hash.digest('hex') };
  }

  /** Takes one of its files away again. */
  async remove(path: string): Promise<void> {
    await rm(join(this.#path, path), { force: true });
  }

  /** Moves it to its place, which must be free or an empty directory. */
  async publish(): Promise<void> {
    try {
      await rename(this.#path, this.#target);
    } catch (cause) {
      throw cannotWrite(this.#target, cause);
    }
  }

  async discard(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }

  async #directoryFor(parts: readonly string[]): Promise<void> {
    const name = parts.join('/');
    if (name === '' || this.#made.has(name)) return;
    await mkdir(join(this.#path, name), { recursive: true, mode: 0o700 });
    this.#made.add(name);
  }
}

function beginningOf(target: string): string {
  return `.${basename(target)}-`;
}

/** Directories beside a target, by their names those of exports to it that were killed, or that still run. */
export async function unfinishedBeside(target: string): Promise<string[]> {
  const parent = dirname(target);
  const beginning = beginningOf(target);
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(beginning))
    .filter(({ name }) => /^[a-z0-9]{6}$/iu.test(name.slice(beginning.length)))
    .map(({ name }) => join(parent, name));
}

const exclusively = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** What is at a place: nothing (also: an empty directory), or something. Throws `usage` for what is no directory. */
export async function isFree(directory: string): Promise<boolean> {
  const found = await lstat(directory).catch(() => null);
  if (found === null) return true;
  if (found.isSymbolicLink()) {
    throw new IntegratorError('usage', `${directory} is a symbolic link; links are not followed`, {
      hint: 'name the directory itself',
    });
  }
  if (!found.isDirectory()) throw new IntegratorError('usage', `${directory} is no directory`);
  return (await readdir(directory)).length === 0;
}

function cannotWrite(path: string, cause: unknown): IntegratorError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new IntegratorError('usage', `${path} cannot be written${code}`, {
    hint: 'choose a directory of your own',
    cause,
  });
}
