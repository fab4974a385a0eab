import { PostgresDialect, PostgresQueryCompiler } from './kysely.ts';
import type { Dialect, QueryCompiler } from 'kysely';
import { Pool, types } from 'pg';
import { withoutNul } from './nul.ts';

/**
 * Kysely on PostgreSQL. bigint columns hold epoch milliseconds and sizes, all below 2^53, so they are read as numbers,
 * as SQLite gives them.
 */
export function postgresDialect(url: string): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types: {
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? (value: string) => Number(value) : types.getTypeParser(oid, format),
    },
  });
  // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => {});
  return new NulFreeDialect({ pool });
}

class NulFreeDialect extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new NulFreeCompiler();
  }
}

class NulFreeCompiler extends PostgresQueryCompiler {
  protected override appendValue(value: unknown): void {
    super.appendValue(withoutNul(value));
  }
}
