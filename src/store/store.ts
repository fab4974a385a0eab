import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, sql } from './kysely.ts';
import type { Dialect, Transaction } from 'kysely';
import { IntegratorError } from '../domain/errors.ts';
import { FileStore } from './file-store.ts';
import type { HeldDatabase } from './held-database.ts';
import { migrate, nextMigration } from './migrate.ts';
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
  /** true: SQLite is opened as a copy, see sqlite-copy.ts; a PostgreSQL store is opened as it is. */
  readonly copy?: boolean;
  /** Is told what a person should know of opening it: that the schema changes, and where the copy from before lies. */
  readonly say?: (text: string) => void;
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
  /** What is written is gone when it is closed. */
  readonly isCopy: boolean;
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
    const opened = await openDatabase(options);
    const db = new Kysely<Database>({ dialect: opened.dialect });
    try {
      await bringUpToDate(db, { dialect, file: opened.isCopy ? null : opened.file, options });
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return new KyselyStore(db, { dialect, stateDir: options.stateDir, isCopy: opened.isCopy });
  } catch (error) {
    throw storeError(error, { stateDir: options.stateDir, onlyStore: true });
  }
}

interface Opened {
  readonly dialect: Dialect;
  /** Of SQLite. */
  readonly file: HeldDatabase | null;
  readonly isCopy: boolean;
}

/** The drivers are loaded only when used: each costs start-up time. */
async function openDatabase(options: StoreOptions): Promise<Opened> {
  if (options.url === 'sqlite') {
    const { openSqliteFile, sqlitePath } = await import('./sqlite.ts');
    const { sqliteDialect } = await import('./sqlite-dialect.ts');
    const path = sqlitePath(options.stateDir);
    const isCopy = options.copy ?? false;
    const file = isCopy
      ? (await import('./sqlite-copy.ts')).openSqliteCopy(path)
      : openSqliteFile(path, { create: options.create ?? true });
    return { dialect: sqliteDialect(file), file, isCopy };
  }
  if (!/^postgres(ql)?:\/\//.test(options.url)) {
    throw new IntegratorError('config', `store: "${options.url}" is neither sqlite nor a postgres:// URL`);
  }
  const { postgresDialect } = await import('./postgres.ts');
  return { dialect: postgresDialect(options.url), file: null, isCopy: false };
}

/** A SQLite store that exists is copied first. A copy is not needed where the schema stayed the old one. */
async function bringUpToDate(
  db: StoreReader,
  { dialect, file, options }: { dialect: Store['dialect']; file: HeldDatabase | null; options: StoreOptions },
): Promise<void> {
  const next = await nextMigration(db, dialect);
  if (next === null) return;
  const { say = () => {}, stateDir } = options;
  const copy = file === null || next.first ? null : await keepCopy(file, { stateDir, step: next.name, say });
  try {
    await migrate(db, dialect);
  } catch (error) {
    if (copy !== null) rmSync(copy, { force: true });
    throw error;
  }
}

async function keepCopy(
  file: HeldDatabase,
  { stateDir, step, say }: { readonly stateDir: string; readonly step: string; readonly say: (text: string) => void },
): Promise<string> {
  const { keepBeforeMigration } = await import('./keep-before-migration.ts');
  const { sqlitePath } = await import('./sqlite.ts');
  const copy = keepBeforeMigration(file, sqlitePath(stateDir), step);
  say(`the store is brought up to date for this version; as it was it lies in ${copy}`);
  return copy;
}

/** One writer at a time also on PostgreSQL: decisions read what the page before them wrote. */
const writeLock = 7_244_155;

class KyselyStore implements Store {
  readonly db: StoreReader;
  readonly dialect: 'sqlite' | 'postgres';
  readonly files: FileStore;
  readonly isCopy: boolean;

  readonly #stateDir: string;

  constructor(
    db: StoreReader,
    { dialect, stateDir, isCopy }: Pick<Store, 'dialect' | 'isCopy'> & { stateDir: string },
  ) {
    this.db = db;
    this.dialect = dialect;
    this.isCopy = isCopy;
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
