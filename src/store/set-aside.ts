import type { ErrorReport } from '../domain/errors.ts';
import { inParts } from './in-parts.ts';
import type { MailboxKey } from './mailboxes.ts';
import type { StoreReader, StoreWriter } from './store.ts';

/** A mail, or one attachment of a stored mail, that could not be read: visible, and tried again. */
export interface SetAside {
  readonly folder: string;
  readonly folderId: string;
  readonly sentItems: boolean;
  readonly providerId: string;
  /** '' for a whole mail. */
  readonly attachmentId: string;
  readonly messageId: number | null;
  /** null where nothing of the mail could be read. */
  readonly subject: string | null;
  /** The floor that it was listed under: it still holds when the mail can be read. */
  readonly floorMs: number;
  readonly error: ErrorReport;
}

const firstRetryMs = 10 * 60_000;
const maxRetryMs = 24 * 3_600_000;

/** Sets aside, or counts one more failed try; the wait doubles from ten minutes to a day. */
export async function setAside(trx: StoreWriter, key: MailboxKey, item: SetAside, atMs: number): Promise<void> {
  const known = await trx
    .selectFrom('set_aside')
    .select(['id', 'attempts'])
    .where('mailbox', '=', key.mailbox)
    .where('provider_id', '=', item.providerId)
    .where('attachment_id', '=', item.attachmentId)
    .executeTakeFirst();
  const attempts = (known?.attempts ?? 0) + 1;
  const next_try_at = atMs + Math.min(firstRetryMs * 2 ** (attempts - 1), maxRetryMs);
  const error_json = JSON.stringify(item.error);
  if (known) {
    const named = item.subject === null ? {} : { subject: item.subject };
    const change = { folder: item.folder, folder_id: item.folderId, attempts, next_try_at, error_json, ...named };
    await trx.updateTable('set_aside').set(change).where('id', '=', known.id).execute();
    return;
  }
  await trx
    .insertInto('set_aside')
    .values({
      ...key,
      folder: item.folder,
      folder_id: item.folderId,
      sent_items: item.sentItems ? 1 : 0,
      provider_id: item.providerId,
      attachment_id: item.attachmentId,
      message_id: item.messageId,
      subject: item.subject,
      floor_at: item.floorMs,
      attempts,
      first_at: atMs,
      next_try_at,
      error_json,
    })
    .execute();
}

export interface DueSetAside {
  readonly folder: string;
  readonly folderId: string;
  readonly sentItems: boolean;
  readonly providerId: string;
  readonly attachmentId: string;
  readonly messageId: number | null;
  readonly subject: string | null;
  readonly floorMs: number;
}

/** What should be tried again by now. */
export async function dueSetAside(db: StoreReader, key: MailboxKey, atMs: number): Promise<DueSetAside[]> {
  const rows = await db
    .selectFrom('set_aside')
    .selectAll()
    .where('connection', '=', key.connection)
    .where('mailbox', '=', key.mailbox)
    .where('next_try_at', '<=', atMs)
    .orderBy('next_try_at')
    .limit(100)
    .execute();
  return rows.map((row) => ({
    folder: row.folder,
    folderId: row.folder_id,
    sentItems: row.sent_items === 1,
    providerId: row.provider_id,
    attachmentId: row.attachment_id,
    messageId: row.message_id,
    subject: row.subject,
    floorMs: row.floor_at,
  }));
}

/** Which of these mails are set aside as a whole. */
export async function setAsideAmong(
  db: StoreReader,
  mailbox: string,
  providerIds: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const part of inParts(providerIds, 500)) {
    const rows = await db
      .selectFrom('set_aside')
      .select('provider_id')
      .where('mailbox', '=', mailbox)
      .where('attachment_id', '=', '')
      .where('provider_id', 'in', part)
      .execute();
    for (const row of rows) found.add(row.provider_id);
  }
  return found;
}

export interface SetAsideKey {
  readonly mailbox: string;
  readonly providerId: string;
  readonly attachmentId: string;
}

/** It was read after all, or is gone for good. */
export async function clearSetAside(trx: StoreWriter, key: SetAsideKey): Promise<void> {
  await trx
    .deleteFrom('set_aside')
    .where('mailbox', '=', key.mailbox)
    .where('provider_id', '=', key.providerId)
    .where('attachment_id', '=', key.attachmentId)
    .execute();
}
