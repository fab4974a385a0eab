import { IntegratorError } from '../domain/errors.ts';
import { ask, query } from './query.ts';
import type { Reader } from './query.ts';

/** The name of the last step of migrations/: commands that only look compare it, and need not load the steps. */
export const latestMigration = '0011-folder-ids';

/** The newest step of the schema that the store has seen, or null for an empty store. */
export async function currentVersion(db: Reader, dialect: 'sqlite' | 'postgres'): Promise<string | null> {
  const [table] = await ask<{ n: number }>(db, dialect === 'sqlite' ? sqliteTables : postgresTables);
  if (table?.n === 0) return null;
  const [newest] = await ask<{ name: string | null }>(db, query`select max(name) as name from kysely_migration`);
  return newest?.name ?? null;
}

const sqliteTables = query`select count(*) as n from sqlite_master where name = 'kysely_migration'`;
const postgresTables = query`
  select count(*) as n from pg_tables where schemaname = current_schema() and tablename = 'kysely_migration'`;

/** A store written by a newer version is refused (`config`, exit 78): we would not know what it means. */
export function newerStore(version: string, known: string): IntegratorError {
  return new IntegratorError('config', `the store has schema ${version}, this program knows up to ${known}`, {
    hint: 'install the version of integrator that wrote it, or a newer one',
  });
}
