import { existsSync } from 'node:fs';
import type { HeldDatabase } from './held-database.ts';
import { openSqliteFile, sqlitePath } from './sqlite.ts';
import { storeError } from './store-error.ts';
import type { Store, StoreOptions, StoreToRead } from './store.ts';
import { currentVersion, latestMigration } from './version.ts';

/**
 * Opens the store for a command that only looks: a SQLite file that is up to date without Kysely, everything else (a
 * store to be made, brought up to date or refused; PostgreSQL) by `openStore`. Throws as that does.
 */
export async function openToRead(options: StoreOptions): Promise<StoreToRead> {
  return (await openQuickly(options)) ?? openWhole(options);
}

async function openQuickly(options: StoreOptions): Promise<StoreToRead | null> {
  const path = sqlitePath(options.stateDir);
  if (options.url !== 'sqlite' || !existsSync(path)) return null;
  try {
    const database = openSqliteFile(path, { create: false });
    const store = new SqliteFile(database, options);
    if ((await currentVersion(store.reader, 'sqlite')) === latestMigration) return store;
    await store.close();
    return null;
  } catch (error) {
    throw storeError(error, { stateDir: options.stateDir, onlyStore: true });
  }
}

async function openWhole(options: StoreOptions): Promise<Store> {
  const { openStore } = await import('./store.ts');
  return openStore(options);
}

class SqliteFile implements StoreToRead {
  readonly dialect = 'sqlite';
  readonly reader;
  readonly #database: HeldDatabase;
  readonly #options: StoreOptions;
  #whole: Promise<Store> | undefined;

  constructor(database: HeldDatabase, options: StoreOptions) {
    this.#database = database;
    this.#options = options;
    this.reader = { rows: (sql: string, values: readonly unknown[]) => database.prepare(sql).all(...values) };
  }

  whole(): Promise<Store> {
    this.#whole ??= openWhole(this.#options);
    return this.#whole;
  }

  async close(): Promise<void> {
    await this.#whole?.then((store) => store.close());
    this.#database.close();
  }
}
