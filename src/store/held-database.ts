import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';

// As the CommonJS package it is: imported as an ES module, Node reads it twice, for its names first.
const SqliteDatabase: typeof BetterSqlite = createRequire(import.meta.url)('better-sqlite3');

/** Whatever was opened, with its statements. */
const held = new Set<HeldDatabase>();

/**
 * A SQLite connection that keeps what it made until the process ends: itself, closed or not, and its statements, each
 * text prepared once. Preparing costs more than running most of ours, and Node 24.19 to 24.21 abort the process when
 * the garbage collector takes an object of better-sqlite3 away ("RemoveEnvironmentCleanupHook … (env) != nullptr",
 * nodejs/node#65446). Whoever writes SQL for it keeps the number of different texts small.
 */
export class HeldDatabase {
  readonly #database: BetterSqlite.Database;
  readonly #statements = new Map<string, BetterSqlite.Statement>();

  constructor(path: string, options: BetterSqlite.Options) {
    this.#database = new SqliteDatabase(path, options);
    held.add(this);
  }

  /** The same statement for the same text: its modes (`pluck`, `raw`, `bind`) are not to be changed. */
  prepare(sql: string): BetterSqlite.Statement {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs statements that answer nothing; also for setting a pragma, where `pragma` would leave a statement behind. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Runs `work` in a write transaction that takes the lock at once; what it throws takes everything back. */
  immediate<T>(work: () => T): T {
    return this.#database.transaction(work).immediate();
  }

  close(): void {
    this.#database.close();
  }
}
