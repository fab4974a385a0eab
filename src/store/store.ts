import { join } from 'node:path';
import { Kysely, sql } from './kysely.ts';
import type { Transaction } from 'kysely';
import { IntegratorError } from '../domain/errors.ts';
import { FileStore } from './file-store.ts';
import { migrate } from './migrate.ts';
import type { Reader } from './query.ts';
import type { Database } from './schema.ts';
import { storeError } from './store-error.ts';

export type StoreReader = Kysely<Database>;
export type StoreWriter = Transaction<Database>;

export interface StoreOptions {
  readonly stateDir: string;
  /** `sqlite`, or a postgres:// URL. */
  readonly url: string;
  /** false: a store that is not there is an error instead of a new one. */
  readonly create?: boolean;
}

/** What a command needs that only looks; see open-to-read.ts. */
export interface StoreToRead {
  readonly dialect: 'sqlite' | 'postgres';
  readonly reader: Reader;
  /** The same store with everything; closed together with this one. */
  whole(): Promise<Store>;
  close(): Promise<void>;
}

/** Everything the product remembers, but tokens. The only place that knows SQL is this folder. */
export interface Store extends StoreToRead {
  readonly db: StoreReader;
  readonly files: FileStore;
  /**
   * Runs `work` in one write transaction; it commits when the promise resolves. Never await the network in it: on
   * SQLite nothing else of this process runs meanwhile, and on PostgreSQL writers take turns. What the database
   * throws is thrown as `store` or `busy`.
   */
  write<T>(work: (trx: StoreWriter) => Promise<T>): Promise<T>;
}

/** Opens the store and brings its schema up to date. Throws `store`, or `config` where the schema is newer than us. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const dialect = options.url === 'sqlite' ? 'sqlite' : 'postgres';
  try {
    const db = new Kysely<Database>({ dialect: await dialectFor(options) });
    await migrate(db, dialect).catch(async (error: unknown) => {
      await db.destroy();
      throw error;
    });
    return new KyselyStore(db, dialect, options.stateDir);
  } catch (error) {
    throw storeError(error, { stateDir: options.stateDir, onlyStore: true });
  }
}

/** The drivers are loaded only when used: each costs start-up time. */
async function dialectFor(options: StoreOptions) {
  if (options.url === 'sqlite') {
    const { openSqliteFile, sqlitePath } = await import('./sqlite.ts');
    const { sqliteDialect } = await import('./sqlite-dialect.ts');
    return sqliteDialect(openSqliteFile(sqlitePath(options.stateDir), { create: options.create ?? true }));
  }
  if (!/^postgres(ql)?:\/\//.test(options.url)) {
    throw new IntegratorError('config', `store: "${options.url}" is neither sqlite nor a postgres:// URL`);
  }
  const { postgresDialect } = await import('./postgres.ts');
  return postgresDialect(options.url);
}

/** One writer at a time also on PostgreSQL: decisions read what the page before them wrote. */
const writeLock = 7_244_155;

class KyselyStore implements Store {
  readonly db: StoreReader;
  readonly dialect: 'sqlite' | 'postgres';
  readonly files: FileStore;

  readonly #stateDir: string;

  constructor(db: StoreReader, dialect: 'sqlite' | 'postgres', stateDir: string) {
    this.db = db;
    this.dialect = dialect;
    this.files = new FileStore(join(stateDir, 'files'));
    this.#stateDir = stateDir;
  }

  get reader(): StoreReader {
    return this.db;
  }

  whole(): Promise<Store> {
    return Promise.resolve(this);
  }

  async write<T>(work: (trx: StoreWriter) => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction().execute(async (trx) => {
        if (this.dialect === 'postgres') await sql`select pg_advisory_xact_lock(${writeLock})`.execute(trx);
        return work(trx);
      });
    } catch (error) {
      throw storeError(error, { stateDir: this.#stateDir });
    }
  }

  close(): Promise<void> {
    return this.db.destroy();
  }
}
