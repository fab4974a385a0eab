import type { ErrorReport } from '../domain/errors.ts';
import type { StoreReader, StoreWriter } from './store.ts';

export interface MailboxKey {
  readonly connection: string;
  /** Primary address, lower-case. */
  readonly mailbox: string;
}

export interface Floor {
  readonly floorMs: number;
  /** No run of this mailbox has succeeded yet. */
  readonly first: boolean;
}

/**
 * The floor on the received date. It is computed once, when the mailbox is first imported, and kept for ever; a changed
 * `import_from` computes it anew, and an earlier floor lists the folders again (what is known stays known).
 */
export async function ensureFloor(
  trx: StoreWriter,
  key: MailboxKey,
  importFrom: string,
  floorMs: number,
): Promise<Floor> {
  const row = await mailboxRow(trx, key).select(['import_from', 'floor_at', 'last_success_at']).executeTakeFirst();
  if (row === undefined) {
    await trx
      .insertInto('mailbox_state')
      .values({ ...key, import_from: importFrom, floor_at: floorMs })
      .execute();
    return { floorMs, first: true };
  }
  const first = row.last_success_at === null;
  if (row.import_from === importFrom) return { floorMs: row.floor_at, first };
  if (floorMs < row.floor_at) await listFoldersAgain(trx, key);
  await updateMailbox(trx, key).set({ import_from: importFrom, floor_at: floorMs }).execute();
  return { floorMs, first };
}

/** For a floor that a wrong clock put too late. */
export async function lowerFloor(trx: StoreWriter, key: MailboxKey, floorMs: number): Promise<void> {
  await listFoldersAgain(trx, key);
  await updateMailbox(trx, key).set({ floor_at: floorMs }).execute();
}

async function listFoldersAgain(trx: StoreWriter, key: MailboxKey): Promise<void> {
  await trx
    .updateTable('folder_state')
    .set({ cursor: null })
    .where('connection', '=', key.connection)
    .where('mailbox', '=', key.mailbox)
    .execute();
}

/** By the folder's id: it keeps its cursor when it is renamed, and no other folder has it, whatever that one is called. */
export async function readCursor(db: StoreReader, key: MailboxKey, folderId: string): Promise<string | null> {
  const row = await db
    .selectFrom('folder_state')
    .select('cursor')
    .where('connection', '=', key.connection)
    .where('mailbox', '=', key.mailbox)
    .where('folder_id', '=', folderId)
    .executeTakeFirst();
  return row?.cursor ?? null;
}

export interface FolderPosition {
  /** Its path, to be shown. */
  readonly folder: string;
  readonly folderId: string;
  readonly cursor: string;
  readonly atMs: number;
  /** Why the cursor before it was given up, where this page belongs to a listing from the floor that took its place. */
  readonly restart: ErrorReport | null;
}

/** Part of the transaction that commits the page the cursor follows. */
export async function saveCursor(trx: StoreWriter, key: MailboxKey, position: FolderPosition): Promise<void> {
  const { restart } = position;
  const restarted =
    restart === null ? {} : { restarted_at: position.atMs, restart_error_json: JSON.stringify(restart) };
  const { folder, folderId: folder_id } = position;
  const row = {
    folder,
    cursor: position.cursor,
    updated_at: position.atMs,
    failed_runs: 0,
    failed_error_json: null,
    ...restarted,
  };
  await trx
    .insertInto('folder_state')
    .values({ ...key, folder_id, ...row })
    .onConflict((conflict) => conflict.columns(['connection', 'mailbox', 'folder_id']).doUpdateSet(row))
    .execute();
  await endTroubleOfFormer(trx, key, position);
}

/** A folder that was made anew under its path has another id: what failed with the one before it is over. */
async function endTroubleOfFormer(trx: StoreWriter, key: MailboxKey, position: FolderPosition): Promise<void> {
  await trx
    .updateTable('folder_state')
    .set({ failed_runs: 0, failed_error_json: null })
    .where('connection', '=', key.connection)
    .where('mailbox', '=', key.mailbox)
    .where('folder', '=', position.folder)
    .where('folder_id', '<>', position.folderId)
    .where('failed_runs', '>', 0)
    .execute();
}

/** The cursor failed although the folder can be listed anew. Returns how many runs in a row it did. */
export async function countFailedRun(
  trx: StoreWriter,
  key: MailboxKey,
  folderId: string,
  error: ErrorReport,
): Promise<number> {
  const row = await trx
    .updateTable('folder_state')
    .set((eb) => ({ failed_runs: eb('failed_runs', '+', 1), failed_error_json: JSON.stringify(error) }))
    .where('connection', '=', key.connection)
    .where('mailbox', '=', key.mailbox)
    .where('folder_id', '=', folderId)
    .returning('failed_runs')
    .executeTakeFirst();
  return row?.failed_runs ?? 0;
}

export interface MailboxOutcome {
  readonly atMs: number;
  readonly error: ErrorReport | null;
}

/** How the last turn of a mailbox ended; its connection succeeded when one of its mailboxes did. */
export async function recordOutcome(trx: StoreWriter, key: MailboxKey, outcome: MailboxOutcome): Promise<void> {
  const error = outcome.error === null ? null : JSON.stringify(outcome.error);
  const success = outcome.error === null ? { last_success_at: outcome.atMs } : {};
  await updateMailbox(trx, key)
    .set({ last_run_at: outcome.atMs, last_error_json: error, ...success })
    .execute();
  const row = { last_error_json: error, ...success };
  await trx
    .insertInto('connection_state')
    .values({ connection: key.connection, ...row })
    .onConflict((conflict) => conflict.column('connection').doUpdateSet(row))
    .execute();
}

/** What the service said the mailbox is, if it was asked since `sinceMs`. */
export async function knownKind(db: StoreReader, key: MailboxKey, sinceMs: number): Promise<string | null> {
  const row = await mailboxRow(db, key).select(['kind', 'kind_at']).executeTakeFirst();
  return row === undefined || (row.kind_at ?? 0) < sinceMs ? null : row.kind;
}

export async function saveKind(trx: StoreWriter, key: MailboxKey, kind: string, atMs: number): Promise<void> {
  await updateMailbox(trx, key).set({ kind, kind_at: atMs }).execute();
}

export async function saveNextRun(trx: StoreWriter, key: MailboxKey, nextRunAtMs: number): Promise<void> {
  await updateMailbox(trx, key).set({ next_run_at: nextRunAtMs }).execute();
}

function mailboxRow(db: StoreReader | StoreWriter, key: MailboxKey) {
  return db.selectFrom('mailbox_state').where('connection', '=', key.connection).where('mailbox', '=', key.mailbox);
}

function updateMailbox(trx: StoreWriter, key: MailboxKey) {
  return trx.updateTable('mailbox_state').where('connection', '=', key.connection).where('mailbox', '=', key.mailbox);
}
