import { Migrator, sql } from 'kysely';
import type { Kysely, Migration } from 'kysely';
import { IntegratorError } from '../domain/errors.ts';
import { latestMigration, storeMigrations } from './migrations/index.ts';
import type { StoreMigration } from './migrations/migration.ts';
import type { Database } from './schema.ts';

/**
 * Brings the schema up to date, each step in the one transaction of the migrator: a kill in between leaves the old
 * schema whole. A store written by a newer version is refused (`config`, exit 78): we would not know what it means.
 */
export async function migrate(
  db: Kysely<Database>,
  dialect: 'sqlite' | 'postgres',
  migrations: readonly StoreMigration[] = storeMigrations,
): Promise<void> {
  const latest = migrations.at(-1)?.name ?? '';
  const current = await currentVersion(db, dialect);
  if (current === latest) return;
  if (current !== null && current > latest) throw newerStore(current);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsFor(migrations, dialect) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** The newest step the store has seen, or null for an empty store. */
export async function currentVersion(db: Kysely<Database>, dialect: 'sqlite' | 'postgres'): Promise<string | null> {
  const table =
    dialect === 'sqlite'
      ? await sql<{ n: number }>`select count(*) as n from sqlite_master where name = 'kysely_migration'`.execute(db)
      : await sql<{ n: number }>`select count(*) as n from pg_tables where schemaname = current_schema()
          and tablename = 'kysely_migration'`.execute(db);
  if (table.rows[0]?.n === 0) return null;
  const newest = await sql<{ name: string }>`select max(name) as name from kysely_migration`.execute(db);
  return newest.rows[0]?.name ?? null;
}

function migrationsFor(
  migrations: readonly StoreMigration[],
  dialect: 'sqlite' | 'postgres',
): Record<string, Migration> {
  return Object.fromEntries(
    migrations.map((migration) => [
      migration.name,
      {
        up: async (db: Kysely<unknown>): Promise<void> => {
          for (const statement of migration.statements(dialect)) await sql.raw(statement).execute(db);
        },
      },
    ]),
  );
}

function newerStore(version: string): IntegratorError {
  return new IntegratorError('config', `the store has schema ${version}, this program knows up to ${latestMigration}`, {
    hint: 'install the version of integrator that wrote it, or a newer one',
  });
}
