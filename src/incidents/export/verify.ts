import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { IntegratorError } from '../../domain/errors.ts';
import type { ExportedFile, Manifest } from './manifest.ts';
import { contentHash, manifestName, manifestSchema, sumsName, sumsText } from './manifest.ts';

export interface Verification {
  readonly directory: string;
  readonly incident: string;
  readonly exported_at: string;
  readonly exported_by: string;
  readonly mails: number;
  readonly files: number;
  readonly content_sha256: string;
  readonly manifest_sha256: string;
  /** Empty: every file is there, unchanged, and there is no other. */
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

const largestManifest = 500 * 1_048_576;

/** Compares an export with its manifest; needs nothing else. Throws `usage` where there is none to compare with. */
export async function verifyExport(directory: string): Promise<Verification> {
  const { manifest, sha256, size } = await readManifest(directory);
  const problems: { path: string; problem: string }[] = [];
  for (const file of manifest.files) {
    const problem = await compare(directory, file);
    if (problem !== null) problems.push({ path: file.path, problem });
  }
  const sums = sumsText([...manifest.files, { path: manifestName, size, sha256 }]);
  const listed = { path: sumsName, size: Buffer.byteLength(sums), sha256: hashOf(sums) };
  const ofSums = await compare(directory, listed);
  if (ofSums !== null) problems.push({ path: sumsName, problem: ofSums });
  if (contentHash(manifest) !== manifest.content_sha256) {
    problems.push({ path: manifestName, problem: 'was changed' });
  }
  const known = new Set([manifestName, sumsName, ...manifest.files.map(({ path }) => path)]);
  const { files: present, closed } = await filesIn(directory, '');
  problems.push(...closed);
  for (const path of present) {
    if (!known.has(path)) problems.push({ path, problem: 'is not in the manifest' });
  }
  const { incident, exported_at, exported_by: by, mails, files, content_sha256 } = manifest;
  return {
    directory,
    incident: incident.id,
    exported_at,
    exported_by: by.agent ?? by.unix_user,
    mails: mails.length,
    files: files.length,
    content_sha256,
    manifest_sha256: sha256,
    problems,
  };
}

/** Throws `usage` where there is no manifest, or one that is none of ours. */
export async function readManifest(
  directory: string,
): Promise<{ readonly manifest: Manifest; readonly sha256: string; readonly size: number }> {
  const bytes = await readSafely(directory, manifestName).catch((cause: unknown) => {
    throw new IntegratorError('usage', `${directory} holds no export: there is no ${manifestName} that can be read`, {
      cause,
    });
  });
  const manifest = manifestSchema.safeParse(parsed(bytes.toString('utf8')));
  if (!manifest.success) {
    throw new IntegratorError('usage', `${join(directory, manifestName)} is no manifest of an exported incident`, {
      cause: manifest.error,
    });
  }
  return { manifest: manifest.data, sha256: hashOf(bytes), size: bytes.length };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readSafely(directory: string, path: string): Promise<Buffer> {
  const wrong = await wrongKind(directory, path);
  if (wrong !== null) throw new IntegratorError('usage', `${path} ${wrong}`);
  const file = await open(join(directory, path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    if (size > largestManifest) throw new IntegratorError('usage', `${path} is too large`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** null where the file is as it was exported; else what is wrong with it. */
async function compare(directory: string, { path, size, sha256 }: ExportedFile): Promise<string | null> {
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..') || path.includes('\\')) {
    return 'is no path of an export';
  }
  const wrong = await wrongKind(directory, path);
  if (wrong !== null) return wrong;
  return compareContent(join(directory, path), { size, sha256 }).catch(unreadable);
}

async function compareContent(path: string, { size, sha256 }: Omit<ExportedFile, 'path'>): Promise<string | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    if (bytes !== size) return `has ${bytes} bytes, not ${size}`;
    return hash.digest('hex') === sha256 ? null : 'was changed';
  } finally {
    await file.close();
  }
}

async function wrongKind(directory: string, path: string): Promise<string | null> {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length += 1) {
    const found = await lstat(join(directory, ...parts.slice(0, length))).catch(unreadable);
    if (typeof found === 'string') return found;
    if (found.isSymbolicLink()) return 'is, or lies behind, a symbolic link';
    if (length === parts.length && !found.isFile()) return 'is no file';
  }
  return null;
}

/** All files there are, and the directories that cannot be read. */
async function filesIn(directory: string, below: string): Promise<FoundFiles> {
  const entries = await readdir(join(directory, below), { withFileTypes: true }).catch(unreadable);
  if (typeof entries === 'string') return { files: [], closed: [{ path: below, problem: entries }] };
  const found: FoundFiles = { files: [], closed: [] };
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const inside = entry.isDirectory() ? await filesIn(directory, path) : { files: [path], closed: [] };
    found.files.push(...inside.files);
    found.closed.push(...inside.closed);
  }
  return found;
}

interface FoundFiles {
  readonly files: string[];
  readonly closed: { readonly path: string; readonly problem: string }[];
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'is missing';
  return code === '' ? 'cannot be read' : `cannot be read (${code})`;
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
