import { Migrator, sql } from './kysely.ts';
import type { Kysely, Migration } from 'kysely';
import { storeMigrations } from './migrations/index.ts';
import type { StoreMigration } from './migrations/migration.ts';
import type { Database } from './schema.ts';
import { currentVersion, newerStore } from './version.ts';

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
  if (current !== null && current > latest) throw newerStore(current, latest);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsFor(migrations, dialect) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
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
