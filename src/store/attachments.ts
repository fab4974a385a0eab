import type { StoredFile } from '../domain/message.ts';
import type { NewMessage } from './messages.ts';
import type { StoreReader, StoreWriter } from './store.ts';

/** An attachment that failed before was read after all. */
export async function storeAttachmentContent(
  trx: StoreWriter,
  messageId: number,
  providerId: string,
  file: StoredFile,
): Promise<void> {
  await trx
    .updateTable('attachment')
    .set({ sha256: file.sha256, size: file.size, note: null, provider_id: null })
    .where('message_id', '=', messageId)
    .where('provider_id', '=', providerId)
    .execute();
}

/** Puts attachments in the place of one that stood for them. Nothing changes where it is not there. */
export async function replaceAttachment(
  trx: StoreWriter,
  { messageId, providerId }: { readonly messageId: number; readonly providerId: string },
  rows: NewMessage['attachments'],
): Promise<void> {
  const replaced = await trx
    .deleteFrom('attachment')
    .where('message_id', '=', messageId)
    .where('provider_id', '=', providerId)
    .executeTakeFirst();
  if (replaced.numDeletedRows === 0n) return;
  for (const row of rows)
    await trx
      .insertInto('attachment')
      .values({ ...row, message_id: messageId })
      .execute();
  const has_attachments = rows.some((row) => row.inline === 0) ? 1 : 0;
  await trx.updateTable('message').set({ has_attachments }).where('id', '=', messageId).execute();
}

export interface StoredAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly kind: 'file' | 'item' | 'reference';
  readonly inline: boolean;
  readonly contentId: string | null;
  /** null where there is no content; `note` says why. */
  readonly sha256: string | null;
  readonly note: string | null;
}

/** The attachments of a mail, in their order. */
export async function attachmentsOf(db: StoreReader | StoreWriter, messageId: number): Promise<StoredAttachment[]> {
  const rows = await db
    .selectFrom('attachment')
    .selectAll()
    .where('message_id', '=', messageId)
    .orderBy('position')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    contentType: row.content_type,
    size: row.size,
    kind: row.kind,
    inline: row.inline === 1,
    contentId: row.content_id,
    sha256: row.sha256,
    note: row.note,
  }));
}
