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
  if ((await nextMigration(db, dialect, migrations)) === null) return;
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsFor(migrations, dialect) } });
  // To drop a table that is made anew would delete whatever refers to it; inside a transaction this cannot be set.
  if (dialect === 'sqlite') await sql`pragma foreign_keys = off`.execute(db);
  try {
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  } finally {
    if (dialect === 'sqlite') await sql`pragma foreign_keys = on`.execute(db);
  }
}

/** The next step that a store lacks; `first`: it is new. null where it is up to date. Throws where it is newer. */
export async function nextMigration(
  db: Kysely<Database>,
  dialect: 'sqlite' | 'postgres',
  migrations: readonly StoreMigration[] = storeMigrations,
): Promise<{ readonly name: string; readonly first: boolean } | null> {
  const latest = migrations.at(-1)?.name ?? '';
  const current = await currentVersion(db, dialect);
  if (current !== null && current > latest) throw newerStore(current, latest);
  const next = migrations.find(({ name }) => current === null || name > current);
  return next === undefined ? null : { name: next.name, first: current === null };
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
          if (dialect === 'sqlite') await refuseBrokenReferences(db, migration.name);
        },
      },
    ]),
  );
}

async function refuseBrokenReferences(db: Kysely<unknown>, step: string): Promise<void> {
  const { rows } = await sql`pragma foreign_key_check`.execute(db);
  if (rows.length > 0) throw new Error(`${step} would leave ${rows.length} rows that refer to nothing`);
}
