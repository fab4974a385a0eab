import type { DeletedCopy } from './families.ts';
import type { StoreWriter } from './store.ts';

/** Tickets and clients that a mail is on. */
export async function filingsOf(
  trx: StoreWriter,
  messageId: number,
): Promise<{ readonly tickets: readonly string[]; readonly notes: number }> {
  const actions = await trx.selectFrom('action').select('ticket_id').where('message_id', '=', messageId).execute();
  const notes = await trx.selectFrom('crm_note').select('id').where('message_id', '=', messageId).execute();
  return { tickets: actions.map((row) => row.ticket_id), notes: notes.length };
}

export interface DeletedMessage {
  readonly id: number;
  readonly family: string;
  readonly originalSha256: string | null;
  /** By which its copies are known again. */
  readonly remembered: readonly DeletedCopy[];
}

/**
 * Deletes a mail with everything of it, in every mailbox; only hashes stay, so that no resync brings it back.
 * Returns its files, to be given to `removeUnnamed` after the commit.
 */
export async function deleteMessage(trx: StoreWriter, message: DeletedMessage, atMs: number): Promise<string[]> {
  const named = await filesOf(trx, message.id);
  const { family } = message;
  await trx
    .insertInto('deleted_copy')
    .values(message.remembered.map((copy) => ({ ...copy, family, at: atMs })))
    .onConflict((conflict) => conflict.columns(['family', 'kind', 'hash']).doNothing())
    .execute();
  await trx.deleteFrom('message').where('id', '=', message.id).execute();
  return [...new Set([...named, message.originalSha256])].filter((one) => one !== null);
}

/** Attachments, and originals of copies that are no longer shown. */
async function filesOf(trx: StoreWriter, messageId: number): Promise<(string | null)[]> {
  const files = [
    ...(await trx.selectFrom('attachment').select('sha256').where('message_id', '=', messageId).execute()),
    ...(await trx.selectFrom('former_original').select('sha256').where('message_id', '=', messageId).execute()),
  ];
  return files.map((row) => row.sha256);
}
