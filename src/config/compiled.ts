/**
 * The configuration as it was checked, kept for the next command: reading YAML and checking it takes longer than most
 * commands take otherwise. What is kept belongs to one text, one build and one user; a configuration with a secret in it
 * is never kept.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment, FoundFile } from './find.ts';
import type { ParsedConfig } from './schema.ts';

export interface Compiled {
  readonly file: string;
  /** What it belongs to. */
  readonly key: string;
}

/** Where the checked form of this file is kept, or null where there is no place for it. */
export function compiledOf(found: FoundFile, env: Environment, version: string): Compiled | null {
  const directory = cacheDirectory(env);
  if (directory === null) return null;
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  return {
    file: join(directory, 'integrator', `config-${hash(found.file).slice(0, 16)}.json`),
    key: hash([version, process.version, built(), found.text].join('\n')),
  };
}

/** Releases differ by version; two builds of a working copy by when they were made. */
function built(): number {
  return statSync(fileURLToPath(import.meta.url)).mtimeMs;
}

function cacheDirectory(env: Environment): string | null {
  const named = env['XDG_CACHE_HOME'];
  if (named !== undefined && isAbsolute(named)) return named;
  const home = env['HOME'];
  return home === undefined || !isAbsolute(home) ? null : join(home, '.cache');
}

interface Kept {
  readonly key: string;
  readonly config: ParsedConfig;
}

/** Null where nothing is kept, or something else, or by somebody else. Never throws. */
export function readCompiled({ file, key }: Compiled): ParsedConfig | null {
  try {
    const kept: Kept = JSON.parse(readOwn(file));
    return kept.key === key ? kept.config : null;
  } catch {
    return null;
  }
}

/** Whoever could write it could choose the roles of all agents: it must be ours, and nobody else's to write. */
function readOwn(file: string): string {
  const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(handle);
    if (!found.isFile() || found.uid !== process.geteuid?.() || (found.mode & 0o077) !== 0) return '{}';
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}

/** Keeps it for the next time. Where that fails, the next time takes as long as this one. */
export function keepCompiled({ file, key }: Compiled, config: ParsedConfig): void {
  const kept: Kept = { key, config };
  const fresh = `${file}.${process.pid}`;
  try {
    for (const directory of [dirname(dirname(file)), dirname(file)]) makeDirectory(directory);
    writeFileSync(fresh, JSON.stringify(kept), { mode: 0o600, flag: 'wx' });
    renameSync(fresh, file);
  } catch {
    return;
  }
}

/** Not its parents: a home directory that does not exist is not ours to make. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
  }
}
