import { inParts } from './in-parts.ts';
import type { MailboxKey } from './mailboxes.ts';
import type { StoreReader } from './store.ts';

export interface PlacedMail {
  readonly folder: string;
  readonly folderId: string | null;
  readonly providerId: string;
  readonly itemId: number;
  readonly subject: string;
  readonly from: string;
  readonly internetMessageId: string | null;
  readonly receivedAtMs: number;
}

/** The mail that the store believes to lie in this mailbox, received since. */
export async function placedIn(db: StoreReader, mailbox: string, sinceMs: number): Promise<PlacedMail[]> {
  const rows = await db
    .selectFrom('placement')
    .innerJoin('item', 'item.id', 'placement.item_id')
    .innerJoin('message', 'message.id', 'placement.message_id')
    .select([
      'placement.folder',
      'placement.folder_id',
      'placement.provider_id',
      'placement.item_id',
      'message.subject',
      'message.from_address',
      'message.internet_message_id',
      'item.received_at',
    ])
    .where('placement.mailbox', '=', mailbox)
    .where('placement.removed_at', 'is', null)
    .where('item.received_at', '>=', sinceMs)
    .execute();
  return rows.map((row) => ({
    folder: row.folder,
    folderId: row.folder_id,
    providerId: row.provider_id,
    itemId: row.item_id,
    subject: row.subject,
    from: row.from_address,
    internetMessageId: row.internet_message_id,
    receivedAtMs: row.received_at,
  }));
}

/** Which of these message keys the mailbox has a mail of. */
export async function keysOfMailbox(
  db: StoreReader,
  mailbox: string,
  messageKeys: readonly string[],
): Promise<Set<string>> {
  const known = new Set<string>();
  for (const part of inParts(messageKeys, 500)) {
    const rows = await db
      .selectFrom('message')
      .innerJoin('item', 'item.message_id', 'message.id')
      .select('message.message_key')
      .where('item.mailbox', '=', mailbox)
      .where('message.message_key', 'in', part)
      .execute();
    for (const row of rows) if (row.message_key !== null) known.add(row.message_key);
  }
  return known;
}

/** Errors of mails that were set aside: provider id → what was wrong, as JSON. */
export async function setAsideErrors(db: StoreReader, mailbox: string): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('set_aside')
    .select(['provider_id', 'error_json'])
    .where('mailbox', '=', mailbox)
    .where('attachment_id', '=', '')
    .execute();
  return new Map(rows.map((row) => [row.provider_id, row.error_json]));
}

/** Folders whose cursor fails: id → what it fails with, as JSON. */
export async function failingFolders(db: StoreReader, key: MailboxKey): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('folder_state')
    .select(['folder_id', 'failed_error_json'])
    .where('connection', '=', key.connection)
    .where('mailbox', '=', key.mailbox)
    .where('failed_runs', '>', 0)
    .execute();
  return new Map(
    rows.flatMap((row) => (row.failed_error_json === null ? [] : [[row.folder_id, row.failed_error_json]])),
  );
}

export interface MailboxTimes {
  /** Mail received before it is not imported; null where the mailbox was never imported. */
  readonly floorMs: number | null;
  readonly lastSuccessAtMs: number | null;
  /** What the last run ended with, as JSON; null where it succeeded. */
  readonly lastErrorJson: string | null;
}

export async function mailboxTimes(db: StoreReader, key: MailboxKey): Promise<MailboxTimes> {
  const row = await db
    .selectFrom('mailbox_state')
    .select(['floor_at', 'last_success_at', 'last_error_json'])
    .where('connection', '=', key.connection)
    .where('mailbox', '=', key.mailbox)
    .executeTakeFirst();
  return {
    floorMs: row?.floor_at ?? null,
    lastSuccessAtMs: row?.last_success_at ?? null,
    lastErrorJson: row?.last_error_json ?? null,
  };
}
