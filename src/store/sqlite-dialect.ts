import { CompiledQuery, SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler } from './kysely.ts';
import type { DatabaseConnection, Dialect, Driver, PrimitiveValueListNode } from 'kysely';
import type { HeldDatabase } from './held-database.ts';
import { padded } from './query.ts';

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
  readonly #database: HeldDatabase;

  constructor(database: HeldDatabase) {
    super({ database });
    this.#database = database;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** A full disk and other trouble ends the transaction by itself: a rollback would only hide what went wrong. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Lists (`in (?, ?, …)`) are padded: see `padded`. */
class FewTextsCompiler extends SqliteQueryCompiler {
  protected override visitPrimitiveValueList(node: PrimitiveValueListNode): void {
    const { values } = node;
    const inList = this.parentNode?.kind === 'BinaryOperationNode';
    super.visitPrimitiveValueList(inList ? { ...node, values: padded(values) } : node);
  }
}
