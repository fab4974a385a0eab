import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import type { HeldDatabase } from './held-database.ts';

/**
 * Copies a SQLite store beside itself before its schema changes: `integrator.db.before-0008`, for its owner only. A copy
 * that is there already is never overwritten. Throws where the copy does not fit; the store is as it was then.
 */
export function keepBeforeMigration(database: HeldDatabase, path: string, step: string): string {
  const copy = freeName(`${path}.before-${step.slice(0, 4)}`);
  const part = `${copy}.part`;
  rmSync(part, { force: true });
  try {
    closeSync(openSync(part, 'wx', 0o600));
    database.exec(`vacuum into '${part.replaceAll("'", "''")}'`);
    sync(part);
    renameSync(part, copy);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  return copy;
}

function freeName(name: string): string {
  let free = name;
  for (let at = 2; existsSync(free); at += 1) free = `${name}.${at}`;
  return free;
}

function sync(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
