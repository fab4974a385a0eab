import type { Selectable } from 'kysely';
import type { ErrorReport } from '../domain/errors.ts';
import type { OutboxTable } from './outgoing-schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';

export type OutboxRow = Selectable<OutboxTable>;

export interface NewOutboxRow {
  /** One row per effect, for ever. */
  readonly key: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly atMs: number;
}

/** null where that effect has a row already; nothing changes then. */
export async function addOutboxRow(trx: StoreWriter, row: NewOutboxRow): Promise<number | null> {
  const inserted = await trx
    .insertInto('outbox')
    .values({
      key: row.key,
      kind: row.kind,
      state: 'pending',
      payload_json: JSON.stringify(row.payload),
      ref: null,
      attempts: 0,
      next_at: row.atMs,
      started_at: null,
      created_at: row.atMs,
      updated_at: row.atMs,
      error_json: null,
      held_by: null,
      message_key: null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted?.id ?? null;
}

export function outboxRow(db: StoreReader | StoreWriter, id: number): Promise<OutboxRow | undefined> {
  return db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Newest first; done rows only when asked for. */
export function outboxRows(db: StoreReader, options: { readonly done: boolean }): Promise<OutboxRow[]> {
  const query = db.selectFrom('outbox').selectAll().orderBy('id', 'desc');
  return (options.done ? query : query.where('state', '!=', 'done')).execute();
}

/** A row as its one deliverer has it: `startedAt` proves that nobody took it over since. */
export type ClaimedRow = OutboxRow & { readonly started_at: number };

/**
 * Takes a row for delivery, or null where somebody else has it: a row under way is free again once `leaseMs` went by
 * without a sign of life of its deliverer. Finished rows are never taken.
 */
export async function claimOutboxRow(
  trx: StoreWriter,
  id: number,
  nowMs: number,
  leaseMs: number,
): Promise<ClaimedRow | null> {
  const row = await outboxRow(trx, id);
  if (row === undefined || row.state === 'done') return null;
  if (row.state === 'sending' && row.started_at !== null && row.started_at > nowMs - leaseMs) return null;
  // Two claims within one millisecond must differ.
  const startedAt = Math.max(nowMs, (row.started_at ?? 0) + 1);
  const change = { state: 'sending', started_at: startedAt, attempts: row.attempts + 1, updated_at: nowMs } as const;
  await trx.updateTable('outbox').set(change).where('id', '=', id).execute();
  return { ...row, ...change };
}

export interface OutboxChange {
  readonly state: OutboxRow['state'];
  readonly payload: unknown;
  readonly ref?: string | null;
  readonly nextAtMs?: number;
  readonly error: ErrorReport | null;
}

/** Writes down where a claimed row stands; false, and nothing changed, where somebody took it over meanwhile. */
export async function saveOutboxRow(
  trx: StoreWriter,
  claimed: { readonly id: number; readonly started_at: number },
  change: OutboxChange,
  nowMs: number,
): Promise<boolean> {
  const saved = await trx
    .updateTable('outbox')
    .set({
      state: change.state,
      payload_json: JSON.stringify(change.payload),
      ...(change.ref === undefined ? {} : { ref: change.ref }),
      ...(change.nextAtMs === undefined ? {} : { next_at: change.nextAtMs }),
      error_json: change.error === null ? null : JSON.stringify(change.error),
      updated_at: nowMs,
    })
    .where('id', '=', claimed.id)
    .where('state', '=', 'sending')
    .where('started_at', '=', claimed.started_at)
    .returning('id')
    .executeTakeFirst();
  return saved !== undefined;
}

export async function dropOutboxRow(trx: StoreWriter, id: number): Promise<void> {
  await trx.deleteFrom('outbox').where('id', '=', id).execute();
}
