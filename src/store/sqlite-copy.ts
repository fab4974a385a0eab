import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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
  const directory = mkdtempSync(join(existed ? dirname(path) : tmpdir(), 'dry-run-'));
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

function copyInto(path: string, copy: string): void {
  const store = openSqliteFile(path, { create: false });
  try {
    store.exec(`vacuum into '${copy.replaceAll("'", "''")}'`);
  } finally {
    store.close();
  }
}
