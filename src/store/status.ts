import { sql } from 'kysely';
import type { StoreReader } from './store.ts';

/** Numbers about what is stored, by mailbox and by connection; for `status`. */
export interface MailboxNumbers {
  readonly connection: string;
  readonly mailbox: string;
  readonly lastSuccessAtMs: number | null;
  readonly nextRunAtMs: number | null;
  readonly lastErrorJson: string | null;
}

export async function mailboxStates(db: StoreReader): Promise<MailboxNumbers[]> {
  const rows = await db.selectFrom('mailbox_state').selectAll().execute();
  return rows.map((row) => ({
    connection: row.connection,
    mailbox: row.mailbox,
    lastSuccessAtMs: row.last_success_at,
    nextRunAtMs: row.next_run_at,
    lastErrorJson: row.last_error_json,
  }));
}

export interface ConnectionNumbers {
  readonly connection: string;
  readonly lastSuccessAtMs: number | null;
  readonly lastErrorJson: string | null;
}

export async function connectionStates(db: StoreReader): Promise<ConnectionNumbers[]> {
  const rows = await db.selectFrom('connection_state').selectAll().execute();
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
export async function itemNumbers(db: StoreReader): Promise<Map<string, ItemNumbers>> {
  const rows = await db
    .selectFrom('item')
    .select(['mailbox', (eb) => eb.fn.countAll<number>().as('total')])
    .select(sql<number>`sum(case when state = 'inbox' then 1 else 0 end)`.as('waiting'))
    .groupBy('mailbox')
    .execute();
  return new Map(rows.map((row) => [row.mailbox, { total: row.total, waiting: row.waiting }]));
}

export interface SetAsideLine {
  readonly mailbox: string;
  readonly folder: string;
  readonly attachment: boolean;
  readonly attempts: number;
  readonly nextTryAtMs: number;
  readonly errorJson: string;
}

/** What could not be read, oldest first. */
export async function setAsideLines(db: StoreReader, limit: number): Promise<SetAsideLine[]> {
  const rows = await db.selectFrom('set_aside').selectAll().orderBy('first_at').limit(limit).execute();
  return rows.map((row) => ({
    mailbox: row.mailbox,
    folder: row.folder,
    attachment: row.attachment_id !== '',
    attempts: row.attempts,
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

export async function outboxNumbers(db: StoreReader): Promise<OutboxNumbers> {
  const rows = await db
    .selectFrom('outbox')
    .select(['state', (eb) => eb.fn.countAll<number>().as('total')])
    .where('state', '!=', 'done')
    .groupBy('state')
    .execute();
  const of = (state: string) => rows.find((row) => row.state === state)?.total ?? 0;
  return { pending: of('pending'), sending: of('sending'), unsure: of('unsure'), dead: of('dead') };
}
