import type { Selectable } from 'kysely';
import { ask, query } from './query.ts';
import type { Reader } from './query.ts';
import type { ConnectionStateTable, FolderStateTable, MailboxStateTable, SetAsideTable } from './schema.ts';

/** Numbers about what is stored, by mailbox and by connection; for `status`. */
export interface MailboxNumbers {
  readonly connection: string;
  readonly mailbox: string;
  readonly lastSuccessAtMs: number | null;
  readonly nextRunAtMs: number | null;
  readonly lastErrorJson: string | null;
  readonly floorMs: number;
}

export async function mailboxStates(db: Reader): Promise<MailboxNumbers[]> {
  const rows = await ask<MailboxStateTable>(db, query`select * from mailbox_state`);
  return rows.map((row) => ({
    connection: row.connection,
    mailbox: row.mailbox,
    lastSuccessAtMs: row.last_success_at,
    nextRunAtMs: row.next_run_at,
    lastErrorJson: row.last_error_json,
    floorMs: row.floor_at,
  }));
}

export interface ConnectionNumbers {
  readonly connection: string;
  readonly lastSuccessAtMs: number | null;
  readonly lastErrorJson: string | null;
}

export async function connectionStates(db: Reader): Promise<ConnectionNumbers[]> {
  const rows = await ask<ConnectionStateTable>(db, query`select * from connection_state`);
  return rows.map((row) => ({
    connection: row.connection,
    lastSuccessAtMs: row.last_success_at,
    lastErrorJson: row.last_error_json,
  }));
}

export interface ItemNumbers {
  readonly total: number;
  readonly waiting: number;
}

/** Per mailbox: all its mail, and what waits in My Inbox. */
export async function itemNumbers(db: Reader): Promise<Map<string, ItemNumbers>> {
  const rows = await ask<ItemNumbers & { mailbox: string }>(
    db,
    query`
      select mailbox, count(*) as total, sum(case when state = 'inbox' then 1 else 0 end) as waiting
      from item group by mailbox`,
  );
  return new Map(rows.map((row) => [row.mailbox, { total: row.total, waiting: row.waiting }]));
}

/** A folder whose cursor fails, or failed for so long that the folder was listed anew. */
export interface FolderTrouble {
  readonly connection: string;
  readonly mailbox: string;
  readonly folder: string;
  readonly failedRuns: number;
  readonly errorJson: string | null;
  readonly restartedAtMs: number | null;
  readonly restartErrorJson: string | null;
}

/** Folders whose cursor fails now, or was given up since then. */
export async function folderTroubles(db: Reader, sinceMs: number): Promise<FolderTrouble[]> {
  const rows = await ask<Selectable<FolderStateTable>>(
    db,
    query`select * from folder_state where failed_runs > 0 or restarted_at >= ${sinceMs} order by mailbox, folder`,
  );
  return rows.map((row) => ({
    connection: row.connection,
    mailbox: row.mailbox,
    folder: row.folder,
    failedRuns: row.failed_runs,
    errorJson: row.failed_error_json,
    restartedAtMs: row.restarted_at,
    restartErrorJson: row.restart_error_json,
  }));
}

export interface SetAsideLine {
  readonly mailbox: string;
  readonly folder: string;
  readonly attachment: boolean;
  readonly subject: string | null;
  readonly attempts: number;
  readonly sinceMs: number;
  readonly nextTryAtMs: number;
  readonly errorJson: string;
}

/** What could not be read, oldest first. */
export async function setAsideLines(db: Reader, limit: number): Promise<SetAsideLine[]> {
  const rows = await ask<Selectable<SetAsideTable>>(
    db,
    query`select * from set_aside order by first_at limit ${limit}`,
  );
  return rows.map((row) => ({
    mailbox: row.mailbox,
    folder: row.folder,
    attachment: row.attachment_id !== '',
    subject: row.subject,
    attempts: row.attempts,
    sinceMs: row.first_at,
    nextTryAtMs: row.next_try_at,
    errorJson: row.error_json,
  }));
}

export interface OutboxNumbers {
  readonly pending: number;
  readonly sending: number;
  readonly unsure: number;
  readonly dead: number;
}

export async function outboxNumbers(db: Reader): Promise<OutboxNumbers> {
  const rows = await ask<{ state: string; total: number }>(
    db,
    query`select state, count(*) as total from outbox where state <> 'done' group by state`,
  );
  const of = (state: string) => rows.find((row) => row.state === state)?.total ?? 0;
  return { pending: of('pending'), sending: of('sending'), unsure: of('unsure'), dead: of('dead') };
}
