import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { IntegratorError } from '../domain/errors.ts';
import { HeldDatabase } from './held-database.ts';

/** Where the store lies in a state directory. */
export function sqlitePath(stateDir: string): string {
  return join(stateDir, 'integrator.db');
}

/**
 * Opens (and creates) a SQLite file that only its owner can read. `synchronous` is set on every open: a re-opened WAL
 * database of this library runs at NORMAL otherwise, and a power cut could lose the last commit.
 */
export function openSqliteFile(path: string, options: { readonly create: boolean }): HeldDatabase {
  ensurePrivateDirectory(dirname(path));
  const existed = existsSync(path);
  if (!existed && !options.create) throw new IntegratorError('store', `there is no store at ${path}`);
  if (existed) refuseReadableByOthers(path);
  const database = new HeldDatabase(path, { timeout: 10_000 });
  if (!existed) chmodSync(path, 0o600);
  // Most rows are mails of tens of kilobytes; counts only before the first table is made.
  if (!existed) database.exec('pragma page_size = 16384');
  database.exec('pragma journal_mode = WAL');
  database.exec('pragma synchronous = FULL');
  database.exec('pragma foreign_keys = ON');
  database.exec('pragma secure_delete = ON');
  // In KiB. What is not in it comes from the system's cache: an import of 60,000 mails costs 2 % more than with 16 MB.
  database.exec('pragma cache_size = -4000');
  return database;
}

/** Makes a directory that only its owner can enter. */
export function ensurePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

function refuseReadableByOthers(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  throw new IntegratorError('not_allowed', `${path} can be read by other users (mode ${mode.toString(8)})`, {
    hint: `chmod 600 ${path}*`,
  });
}
