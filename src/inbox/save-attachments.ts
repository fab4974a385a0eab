import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { uniqueFileName } from '../content/file-name.ts';
import { IntegratorError } from '../domain/errors.ts';
import { attachmentsOf } from '../store/attachments.ts';
import type { Store } from '../store/store.ts';

export interface SavedFile {
  /** The sender's name for it. */
  readonly name: string;
  /** Inside the directory; null where there were no bytes to save. */
  readonly path: string | null;
  readonly note: string | null;
}

export interface ToSave {
  readonly messageId: number;
  readonly originalSha256: string | null;
  /** Also the raw original, where it is kept. */
  readonly original: boolean;
}

/**
 * Writes attachments into the directory under safe names. What is there already is never overwritten: a number is added
 * to the name instead. Throws `usage` where the directory cannot be written.
 */
export async function saveAttachments(store: Store, directory: string, mail: ToSave): Promise<SavedFile[]> {
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw cannotWrite(directory, cause);
  });
  const attachments = await attachmentsOf(store.db, mail.messageId);
  const files = attachments.map(({ name, sha256, note }) => ({ name, sha256, note }));
  if (mail.original && mail.originalSha256 !== null) {
    files.push({ name: 'original.eml', sha256: mail.originalSha256, note: null });
  }
  const taken = new Set<string>();
  const saved: SavedFile[] = [];
  for (const { name, sha256, note } of files) {
    const path = sha256 === null ? null : await save(store.files.path(sha256), directory, name, taken);
    saved.push({ name, path, note: path === null ? (note ?? 'no content') : note });
  }
  return saved;
}

async function save(source: string, directory: string, name: string, taken: Set<string>): Promise<string> {
  for (;;) {
    const path = join(directory, uniqueFileName(name, taken));
    try {
      await copyFile(source, path, constants.COPYFILE_EXCL);
      return path;
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') throw cannotWrite(path, cause);
    }
  }
}

function cannotWrite(path: string, cause: unknown): IntegratorError {
  return new IntegratorError('usage', `${path} cannot be written (${codeOf(cause)})`, {
    hint: 'choose a directory of your own',
    cause,
  });
}

function codeOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : 'error';
}
