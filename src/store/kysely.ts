import { createRequire } from 'node:module';
import type * as Library from 'kysely';

/** Kysely as the CommonJS package that it also is: as an ES module it is 262 files, which cost half again as much to load. */
const library: typeof Library = createRequire(import.meta.url)('kysely');

export const {
  CompiledQuery,
  Kysely,
  Migrator,
  PostgresAdapter,
  PostgresDialect,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} = library;

export type Kysely<Database> = Library.Kysely<Database>;
