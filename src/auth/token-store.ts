import { closeSync, existsSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { IntegratorError, errorKinds } from '../domain/errors.ts';
import type { ErrorReport } from '../domain/errors.ts';
import { HeldDatabase } from '../store/held-database.ts';

/** Public clients (device code) must be refreshed without the secret, confidential ones with it. */
export type ClientKind = 'public' | 'confidential';

/** What a completed sign-in leaves behind. `box` is MSAL's cache, sealed. */
export interface NewSignIn {
  readonly box: Uint8Array;
  readonly clientKind: ClientKind;
  readonly username: string;
  readonly homeAccountId: string;
  readonly tenantId: string;
  readonly scopes: readonly string[];
  readonly atMs: number;
}

export interface StoredSignIn {
  readonly connection: string;
  /** Grows with every sign-in, sign-out and change of key; a refresh leaves it alone. */
  readonly version: number;
  /** Null after a sign-out. */
  readonly box: Uint8Array | null;
  readonly clientKind: ClientKind;
  readonly username: string;
  readonly homeAccountId: string;
  readonly tenantId: string;
  readonly scopes: readonly string[];
  readonly signedInAtMs: number;
  readonly lastRefreshAtMs: number;
  readonly lastError: ErrorReport | null;
  /** A claims challenge that the next sign-in has to answer. */
  readonly claims: string | null;
}

const schema = `
  create table if not exists sign_in (
    connection text primary key,
    version integer not null,
    box blob,
    client_kind text not null,
    username text not null,
    home_account_id text not null,
    tenant_id text not null,
    scopes text not null,
    signed_in_at integer not null,
    last_refresh_at integer not null,
    last_error text,
    claims text
  ) strict`;

const schemaVersion = 1;

const errorReport = z.object({
  kind: z.enum(errorKinds),
  message: z.string(),
  hint: z.string().nullable(),
});

const storedRow = z
  .object({
    connection: z.string(),
    version: z.number(),
    box: z.instanceof(Uint8Array).nullable(),
    client_kind: z.enum(['public', 'confidential']),
    username: z.string(),
    home_account_id: z.string(),
    tenant_id: z.string(),
    scopes: z.string(),
    signed_in_at: z.number(),
    last_refresh_at: z.number(),
    last_error: z.string().nullable(),
    claims: z.string().nullable(),
  })
  .transform((row): StoredSignIn => ({
    connection: row.connection,
    version: row.version,
    box: row.box,
    clientKind: row.client_kind,
    username: row.username,
    homeAccountId: row.home_account_id,
    tenantId: row.tenant_id,
    scopes: z.array(z.string()).parse(JSON.parse(row.scopes)),
    signedInAtMs: row.signed_in_at,
    lastRefreshAtMs: row.last_refresh_at,
    lastError: row.last_error === null ? null : errorReport.parse(JSON.parse(row.last_error)),
    claims: row.claims,
  }));

export function tokenStoreFile(stateDir: string): string {
  return join(stateDir, 'auth.db');
}

/**
 * The sign-ins of this machine, one sealed row per connection, in a file of their own (0600) so that a copy of the
 * mail store carries no credentials. Synchronous on purpose: between MSAL's clearing and refilling of its cache there
 * must be no gap in which another caller finds it empty (AzureAD/microsoft-authentication-library-for-js#7909).
 * Several processes may have it open.
 */
export class TokenStore {
  readonly #path: string;
  #database: HeldDatabase | undefined;

  /** Opens nothing yet; the file is made by the first sign-in. */
  constructor(stateDir: string) {
    this.#path = tokenStoreFile(stateDir);
  }

  /** The sign-in of a connection, also one that was signed out (`box` is null then). */
  read(connection: string): StoredSignIn | undefined {
    const row = this.#ask((database) => database.prepare('select * from sign_in where connection = ?').get(connection));
    return row === undefined ? undefined : storedRow.parse(row);
  }

  /** 0 where nobody ever signed in. Cheap enough to be asked before every request. */
  version(connection: string): number {
    const sql = 'select version from sign_in where connection = ?';
    const row = this.#ask((database) => database.prepare(sql).get(connection));
    return row === undefined ? 0 : z.object({ version: z.number() }).parse(row).version;
  }

  /** Replaces whatever was there. */
  signIn(connection: string, signIn: NewSignIn): void {
    const sql = `
      insert into sign_in values (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, null, null)
      on conflict (connection) do update set version = version + 1, box = excluded.box,
        client_kind = excluded.client_kind, username = excluded.username, home_account_id = excluded.home_account_id,
        tenant_id = excluded.tenant_id, scopes = excluded.scopes, signed_in_at = excluded.signed_in_at,
        last_refresh_at = excluded.last_refresh_at, last_error = null, claims = null`;
    const { box, clientKind, username, homeAccountId, tenantId, scopes, atMs } = signIn;
    const values = [connection, box, clientKind, username, homeAccountId, tenantId, JSON.stringify(scopes), atMs, atMs];
    this.#make((database) => database.prepare(sql).run(...values));
  }

  /**
   * Writes refreshed tokens back, unless the connection was signed out or signed in again since `version` was read:
   * false then, and the tokens are dropped.
   */
  refreshed(connection: string, version: number, box: Uint8Array, atMs: number): boolean {
    const sql = `
      update sign_in set box = ?, last_refresh_at = ?, last_error = null, claims = null
      where connection = ? and version = ? and box is not null`;
    return this.#change(sql, [box, atMs, connection, version]);
  }

  /** Remembers why the last refresh failed, for `auth status` and the next sign-in. */
  failed(connection: string, version: number, error: ErrorReport, claims: string | undefined): void {
    const sql = `
      update sign_in set last_error = ?, claims = coalesce(?, claims) where connection = ? and version = ?`;
    this.#change(sql, [JSON.stringify(error), claims ?? null, connection, version]);
  }

  /** Leaves a tombstone, so that a refresh under way in any process cannot bring the tokens back. False: there were none. */
  signOut(connection: string): boolean {
    const sql = `
      update sign_in set version = version + 1, box = null, last_error = null, claims = null
      where connection = ? and box is not null`;
    return this.#change(sql, [connection]);
  }

  /** Rewrites every box in one transaction: all or none, and no refresh under way undoes it. Returns how many there were. */
  rewrite(change: (connection: string, box: Uint8Array) => Uint8Array): number {
    const rewritten = this.#ask((database) => {
      return database.immediate(() => {
        const rows = database.prepare('select * from sign_in where box is not null').all();
        const update = database.prepare('update sign_in set version = version + 1, box = ? where connection = ?');
        for (const row of rows) {
          const { connection, box } = storedRow.parse(row);
          if (box !== null) update.run(change(connection, box), connection);
        }
        return rows.length;
      });
    });
    return rewritten ?? 0;
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  #change(sql: string, values: readonly unknown[]): boolean {
    const result = this.#ask((database) => database.prepare(sql).run(...values));
    return result !== undefined && result.changes > 0;
  }

  /** Undefined where there is no file yet. */
  #ask<T>(work: (database: HeldDatabase) => T): T | undefined {
    if (this.#database === undefined && !existsSync(this.#path)) return undefined;
    return this.#make(work);
  }

  #make<T>(work: (database: HeldDatabase) => T): T {
    try {
      this.#database ??= openDatabase(this.#path);
      return work(this.#database);
    } catch (cause) {
      if (cause instanceof IntegratorError) throw cause;
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new IntegratorError('store', `cannot use ${this.#path}: ${words}`, { cause });
    }
  }
}

const fileVersion = z.object({ user_version: z.number() });

function openDatabase(path: string): HeldDatabase {
  makePrivate(path);
  const database = new HeldDatabase(path, { timeout: 10_000 });
  // No write-ahead log: it would keep what was erased, and there is a write per hour.
  database.exec('pragma journal_mode = delete');
  database.exec('pragma synchronous = full');
  database.exec('pragma secure_delete = on');
  const { user_version: version } = fileVersion.parse(database.prepare('pragma user_version').get());
  if (version > schemaVersion) throw newerSchema(path);
  if (version < schemaVersion) {
    database.exec(`begin immediate; ${schema}; pragma user_version = ${schemaVersion}; commit`);
  }
  return database;
}

function newerSchema(path: string): IntegratorError {
  return new IntegratorError('config', `${path} was written by a newer version of integrator`, {
    hint: 'Install that version again, or move the file away and sign in anew.',
  });
}

function makePrivate(path: string): void {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'a', 0o600);
  try {
    const mode = fstatSync(file).mode & 0o777;
    if (process.platform === 'win32' || (mode & 0o077) === 0) return;
    throw new IntegratorError('config', `${path} can be read by others (mode ${mode.toString(8)})`, {
      hint: `chmod 600 ${path}`,
    });
  } finally {
    closeSync(file);
  }
}
