import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CompiledQuery, SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, Dialect, Driver, PrimitiveValueListNode } from 'kysely';
import { IntegratorError } from '../domain/errors.ts';
import { HeldDatabase } from './held-database.ts';

/**
 * Opens (and creates) a SQLite file that only its owner can read. `synchronous` is set on every open: a re-opened WAL
 * database of this library runs at NORMAL otherwise, and a power cut could lose the last commit.
 */
export function openSqliteFile(path: string, options: { readonly create: boolean }): HeldDatabase {
  ensurePrivateDirectory(dirname(path));
  const existed = existsSync(path);
  if (!existed && !options.create) throw new IntegratorError('store', `there is no store at ${path}`);
  if (existed) refuseReadableByOthers(path);
  const database = new HeldDatabase(path, { timeout: 10_000 });
  if (!existed) chmodSync(path, 0o600);
  // Most rows are mails of tens of kilobytes; counts only before the first table is made.
  if (!existed) database.exec('pragma page_size = 16384');
  database.exec('pragma journal_mode = WAL');
  database.exec('pragma synchronous = FULL');
  database.exec('pragma foreign_keys = ON');
  database.exec('pragma secure_delete = ON');
  database.exec('pragma cache_size = -16000');
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
export function sqliteDialect(database: HeldDatabase): Dialect {
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new ImmediateSqliteDriver(database),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new FewTextsCompiler(),
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
  constructor(database: HeldDatabase) {
    super({ database });
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/**
 * Statements are kept by their text, and a list (`in (?, ?, …)`) would make a text of every length: its last value is
 * repeated up to the next power of two.
 */
class FewTextsCompiler extends SqliteQueryCompiler {
  protected override visitPrimitiveValueList(node: PrimitiveValueListNode): void {
    const { values } = node;
    const inList = this.parentNode?.kind === 'BinaryOperationNode';
    super.visitPrimitiveValueList(
      inList && values.length <= longestPadded ? { ...node, values: padded(values) } : node,
    );
  }
}

const longestPadded = 8_192;

function padded(values: readonly unknown[]): readonly unknown[] {
  const length = values.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(values.length));
  return [...values, ...Array.from({ length: length - values.length }, () => values.at(-1))];
}
