import type { Selectable } from 'kysely';
import type { ErrorReport } from '../domain/errors.ts';
import { dropOptedOut } from './campaigns.ts';
import type { OutboxTable } from './outgoing-schema.ts';
import type { Whereabouts } from './presence.ts';
import type { StoreReader, StoreWriter } from './store.ts';

export type OutboxRow = Selectable<OutboxTable>;

export interface NewOutboxRow {
  /** One row per effect, for ever. */
  readonly key: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly atMs: number;
  /** The process that is about to deliver it (store/presence.ts): nobody else takes it up while that one lives. */
  readonly heldBy?: string | undefined;
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
      held_by: row.heldBy ?? null,
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

/** The row of that effect, whatever became of it. */
export function outboxRowOf(db: StoreReader | StoreWriter, key: string): Promise<OutboxRow | undefined> {
  return db.selectFrom('outbox').selectAll().where('key', '=', key).executeTakeFirst();
}

const rowsPerPage = 100;

/** Newest first; done rows only when asked for. A few at a time: each has the text of a whole mail. */
export async function* eachOutboxRow(
  db: StoreReader,
  { done }: { readonly done: boolean },
): AsyncGenerator<readonly OutboxRow[]> {
  const all = db.selectFrom('outbox').selectAll().orderBy('id', 'desc').limit(rowsPerPage);
  const query = done ? all : all.where('state', '!=', 'done');
  let before: number | null = null;
  for (;;) {
    const rows: OutboxRow[] = await (before === null ? query : query.where('id', '<', before)).execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    before = last.id;
  }
}

/** A row as its one deliverer has it: `startedAt` proves that nobody took it over since. */
export type ClaimedRow = OutboxRow & { readonly started_at: number };

export interface OutboxClaim {
  readonly nowMs: number;
  readonly leaseMs: number;
  /** Who claims. */
  readonly heldBy: string | null;
  /** What is known of the process that has a row in hand. */
  readonly whereabouts: (name: string) => Whereabouts;
}

/**
 * Takes a row for delivery, or null where somebody else has it: a row under way is free again when its deliverer is
 * gone, or, where that cannot be known, once `leaseMs` went by without a sign of life. Finished rows are never taken, and
 * campaign mail to somebody who opted out meanwhile is dropped.
 */
export async function claimOutboxRow(trx: StoreWriter, id: number, claim: OutboxClaim): Promise<ClaimedRow | null> {
  const { nowMs, heldBy } = claim;
  const row = await outboxRow(trx, id);
  if (row === undefined || row.state === 'done') return null;
  if (row.state === 'sending' && isInHand(row, claim)) return null;
  if (await dropOptedOut(trx, row)) return null;
  // Two claims within one millisecond must differ.
  const startedAt = Math.max(nowMs, (row.started_at ?? 0) + 1);
  const change = {
    state: 'sending',
    started_at: startedAt,
    attempts: row.attempts + 1,
    updated_at: nowMs,
    held_by: heldBy,
  } as const;
  await trx.updateTable('outbox').set(change).where('id', '=', id).execute();
  return { ...row, ...change };
}

/** Whether a process that may still run has this row in hand. */
export function isInHand(
  row: Pick<OutboxRow, 'held_by' | 'started_at' | 'updated_at'>,
  { nowMs, leaseMs, whereabouts }: Omit<OutboxClaim, 'heldBy'>,
): boolean {
  switch (row.held_by === null ? 'unknown' : whereabouts(row.held_by)) {
    case 'alive':
      return true;
    case 'gone':
      return false;
    case 'unknown':
      return Math.max(row.started_at ?? 0, row.updated_at) > nowMs - leaseMs;
  }
}

/** Rows of a kind that wait for another attempt or another look, and those that some process has in hand. Oldest first. */
export function waitingOutboxRows(db: StoreReader, kind: string, nowMs: number): Promise<OutboxRow[]> {
  return db
    .selectFrom('outbox')
    .selectAll()
    .where('kind', '=', kind)
    .where((row) =>
      row.or([
        row('state', '=', 'sending'),
        row.and([row('state', 'in', ['pending', 'unsure']), row('next_at', '<=', nowMs)]),
      ]),
    )
    .orderBy('id')
    .execute();
}

export interface OutboxChange {
  readonly state: OutboxRow['state'];
  readonly payload: unknown;
  readonly ref?: string | null;
  readonly messageKey?: string | null;
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
      ...(change.messageKey === undefined ? {} : { message_key: change.messageKey }),
      ...(change.state === 'sending' ? {} : { held_by: null }),
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
