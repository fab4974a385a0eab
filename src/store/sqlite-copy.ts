import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HeldDatabase } from './held-database.ts';
import { openSqliteFile } from './sqlite.ts';

/**
 * Opens a copy of a SQLite store, an empty one where there is none: the store itself is only read. Nobody else can open
 * the copy, and it is gone when this connection or the process ends. It lies beside the store, where there is room for
 * mail; a temporary folder is often small, and in memory.
 */
export function openSqliteCopy(path: string): HeldDatabase {
  const existed = existsSync(path);
  if (existed) clearLeftovers(dirname(path));
  const directory = mkdtempSync(join(existed ? dirname(path) : tmpdir(), prefix));
  try {
    const copy = join(directory, 'copy.db');
    if (existed) copyInto(path, copy);
    const database = new HeldDatabase(copy, { timeout: 10_000 });
    if (!existed) database.exec('pragma page_size = 16384');
    // No file beside it, and no wait for the disk: it need not survive anything.
    database.exec('pragma locking_mode = EXCLUSIVE');
    database.exec('pragma journal_mode = MEMORY');
    database.exec('pragma synchronous = OFF');
    database.exec('pragma foreign_keys = ON');
    database.exec('pragma cache_size = -4000');
    return database;
  } finally {
    // An open file without a name is there until it is closed.
    rmSync(directory, { recursive: true, force: true });
  }
}

const prefix = 'dry-run-';
const dayMs = 24 * 3_600_000;

/** What a process that was killed while it copied has left; nobody copies for a day. */
function clearLeftovers(stateDir: string): void {
  for (const name of readdirSync(stateDir)) {
    const path = join(stateDir, name);
    const madeMs = name.startsWith(prefix) ? statSync(path, { throwIfNoEntry: false })?.mtimeMs : undefined;
    if (madeMs !== undefined && madeMs < Date.now() - dayMs) rmSync(path, { recursive: true, force: true });
  }
}

function copyInto(path: string, copy: string): void {
  const store = openSqliteFile(path, { create: false });
  try {
    store.exec(`vacuum into '${copy.replaceAll("'", "''")}'`);
  } finally {
    store.close();
  }
}
