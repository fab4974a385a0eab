import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { CompiledQuery, SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, Dialect, Driver } from 'kysely';
import { IntegratorError } from '../domain/errors.ts';

/**
 * Opens (and creates) a SQLite file that only its owner can read. `synchronous` is set on every open: a re-opened WAL
 * database of this library runs at NORMAL otherwise, and a power cut could lose the last commit.
 */
export function openSqliteFile(path: string, options: { readonly create: boolean }): SqliteDatabase.Database {
  ensurePrivateDirectory(dirname(path));
  const existed = existsSync(path);
  if (!existed && !options.create) throw new IntegratorError('store', `there is no store at ${path}`);
  if (existed) refuseReadableByOthers(path);
  const database = keepAlive(new SqliteDatabase(path, { timeout: 10_000 }));
  if (!existed) chmodSync(path, 0o600);
  // Most rows are mails of tens of kilobytes; counts only before the first table is made.
  if (!existed) database.pragma('page_size = 16384');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('secure_delete = ON');
  database.pragma('cache_size = -16000');
  return database;
}

const opened = new Set<SqliteDatabase.Database>();

/**
 * Holds on to a connection until the process ends, also after it was closed: on Node 24 the process aborts when the
 * garbage collector takes one away ("RemoveEnvironmentCleanupHook … (env) != nullptr").
 */
export function keepAlive(database: SqliteDatabase.Database): SqliteDatabase.Database {
  opened.add(database);
  return database;
}

/** Makes a directory that only its owner can enter. */
export function ensurePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

function refuseReadableByOthers(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  throw new IntegratorError('not_allowed', `${path} can be read by other users (mode ${mode.toString(8)})`, {
    hint: `chmod 600 ${path}*`,
  });
}

/** Kysely on better-sqlite3, with prepared statements kept and write transactions that take the lock at once. */
export function sqliteDialect(database: SqliteDatabase.Database): Dialect {
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new ImmediateSqliteDriver(database),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/**
 * SQLite takes a schema change back with its transaction; Kysely does not rely on that, and a kill in the middle of a
 * migration would leave half a schema.
 */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * A deferred transaction that reads and then writes fails at once with SQLITE_BUSY_SNAPSHOT when another process wrote
 * in between, whatever the busy timeout; BEGIN IMMEDIATE waits for its turn instead.
 */
class ImmediateSqliteDriver extends SqliteDriver implements Driver {
  constructor(database: SqliteDatabase.Database) {
    super({ database: new StatementCache(database) });
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** Preparing costs more than running most of our statements; SQL texts are few, so they are all kept. */
class StatementCache {
  readonly #database: SqliteDatabase.Database;
  readonly #statements = new Map<string, SqliteDatabase.Statement>();

  constructor(database: SqliteDatabase.Database) {
    this.#database = database;
  }

  prepare(sql: string): SqliteDatabase.Statement {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size >= maxStatements) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

const maxStatements = 500;
