import { sql } from './kysely.ts';
import { actorName } from '../domain/policy.ts';
import type { Actor } from '../domain/policy.ts';
import type { StoreReader, StoreWriter } from './store.ts';

export interface AuditEntry {
  readonly verb: string;
  /** What it was done to: a mail (m12), a ticket, a connection. */
  readonly object: string;
  readonly outcome?: 'done' | 'refused';
  /** Never a body, never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Adds a line to the append-only log: who (Unix user and agent), when, what. Inside the transaction of the change. */
export async function audit(
  trx: StoreWriter | StoreReader,
  actor: Actor,
  atMs: number,
  entry: AuditEntry,
): Promise<void> {
  await trx
    .insertInto('audit_log')
    .values({
      at: atMs,
      unix_user: actor.unixUser,
      agent: actor.kind === 'agent' ? actor.id : null,
      verb: entry.verb,
      object: entry.object,
      outcome: entry.outcome ?? 'done',
      detail_json: JSON.stringify(entry.detail ?? {}),
    })
    .execute();
}

export interface AuditFilter {
  readonly object?: string;
  /** As object, or named in the details; in any case. */
  readonly about?: string;
  readonly sinceMs?: number;
  readonly limit: number;
}

export interface AuditLine {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly unixUser: string;
  readonly verb: string;
  readonly object: string;
  readonly outcome: 'done' | 'refused';
  readonly detail: string;
}

/** Newest first. */
export async function readAudit(db: StoreReader, filter: AuditFilter): Promise<AuditLine[]> {
  let query = db.selectFrom('audit_log').selectAll().orderBy('id', 'desc').limit(filter.limit);
  if (filter.object !== undefined) query = query.where('object', '=', filter.object);
  if (filter.about !== undefined) query = query.where(concerns(filter.about));
  if (filter.sinceMs !== undefined) query = query.where('at', '>=', filter.sinceMs);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    who: row.agent ?? actorName({ kind: 'operator', unixUser: row.unix_user }),
    unixUser: row.unix_user,
    verb: row.verb,
    object: row.object,
    outcome: row.outcome,
    detail: row.detail_json,
  }));
}

function concerns(name: string) {
  const wanted = name.trim().toLowerCase();
  const quoted = `%${JSON.stringify(wanted).replace(/[\\%_]/g, '\\$&')}%`;
  return sql<boolean>`(lower(object) = ${wanted} or lower(detail_json) like ${quoted} escape '\\')`;
}
