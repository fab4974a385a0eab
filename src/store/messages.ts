import type { Insertable } from 'kysely';
import type { AttachmentTable, MessageContentTable, MessageTable } from './schema.ts';
import { inParts } from './in-parts.ts';
import { RowInserter } from './row-inserter.ts';
import type { StoreReader, StoreWriter } from './store.ts';

/** A mail to be stored once: its row, its content and its attachments' rows (whose files are on disk already). */
export interface NewMessage {
  readonly row: Insertable<MessageTable>;
  readonly content: Omit<Insertable<MessageContentTable>, 'message_id'>;
  readonly attachments: readonly Omit<Insertable<AttachmentTable>, 'message_id'>[];
}

/** A mail that has an original keeps it. */
export async function setOriginal(trx: StoreWriter, messageId: number, sha256: string): Promise<void> {
  await trx
    .updateTable('message')
    .set({ original_sha256: sha256 })
    .where('id', '=', messageId)
    .where('original_sha256', 'is', null)
    .execute();
}

const messageRows = new RowInserter((trx, rows: readonly NewMessage['row'][]) =>
  trx.insertInto('message').values(rows).returning(['id', 'identity']),
);
const contentRows = new RowInserter((trx, rows: readonly Insertable<MessageContentTable>[]) =>
  trx.insertInto('message_content').values(rows),
);
const attachmentRows = new RowInserter((trx, rows: readonly Insertable<AttachmentTable>[]) =>
  trx.insertInto('attachment').values(rows),
);

/** Stores new mails; the caller made sure that none is stored yet. Returns identity → id. */
export async function insertMessages(trx: StoreWriter, messages: readonly NewMessage[]): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  const rows = await messageRows.insert(trx, messages.map(rowOf));
  for (const row of rows) ids.set(row.identity, row.id);
  const contents: Insertable<MessageContentTable>[] = [];
  const attachments: Insertable<AttachmentTable>[] = [];
  for (const message of messages) {
    const message_id = idOf(ids, message.row.identity);
    contents.push({ ...message.content, message_id });
    for (const attachment of message.attachments) attachments.push({ ...attachment, message_id });
  }
  await contentRows.insert(trx, contents);
  await attachmentRows.insert(trx, attachments);
  return ids;
}

const rowOf = (message: NewMessage): NewMessage['row'] => message.row;

function idOf(ids: Map<string, number>, identity: string): number {
  const id = ids.get(identity);
  if (id === undefined) throw new Error(`the database gave no id for ${identity}`);
  return id;
}

/** Which of these copies are known in the mailbox; provider ids are case-sensitive. */
export async function knownPlacements(
  db: StoreReader | StoreWriter,
  mailbox: string,
  providerIds: readonly string[],
): Promise<Set<string>> {
  const known = new Set<string>();
  for (const part of inParts(providerIds, 500)) {
    const rows = await db
      .selectFrom('placement')
      .select('provider_id')
      .where('mailbox', '=', mailbox)
      .where('provider_id', 'in', part)
      .where('removed_at', 'is', null)
      .execute();
    for (const row of rows) known.add(row.provider_id);
  }
  return known;
}

/** Notes that copies are no longer where they were; nothing else follows from it. Returns how many were known. */
export async function markRemoved(
  trx: StoreWriter,
  mailbox: string,
  providerIds: readonly string[],
  atMs: number,
): Promise<number> {
  let removed = 0;
  for (const part of inParts(providerIds, 500)) {
    const result = await trx
      .updateTable('placement')
      .set({ removed_at: atMs })
      .where('mailbox', '=', mailbox)
      .where('provider_id', 'in', part)
      .where('removed_at', 'is', null)
      .executeTakeFirst();
    removed += Number(result.numUpdatedRows);
  }
  return removed;
}
