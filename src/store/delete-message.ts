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
 * Returns the files that nothing names any more, to be removed after the commit.
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
  const files = new Set([...named, message.originalSha256]);
  const unnamed: string[] = [];
  for (const sha256 of files) if (sha256 !== null && !(await isNamed(trx, sha256))) unnamed.push(sha256);
  return unnamed;
}

/** Attachments, and originals of copies that are no longer shown. */
async function filesOf(trx: StoreWriter, messageId: number): Promise<(string | null)[]> {
  const files = [
    ...(await trx.selectFrom('attachment').select('sha256').where('message_id', '=', messageId).execute()),
    ...(await trx.selectFrom('former_original').select('sha256').where('message_id', '=', messageId).execute()),
  ];
  return files.map((row) => row.sha256);
}

async function isNamed(trx: StoreWriter, sha256: string): Promise<boolean> {
  const former = await trx
    .selectFrom('former_original')
    .select('sha256')
    .where('sha256', '=', sha256)
    .limit(1)
    .execute();
  if (former.length > 0) return true;
  const attachment = await trx.selectFrom('attachment').select('id').where('sha256', '=', sha256).limit(1).execute();
  if (attachment.length > 0) return true;
  const original = await trx
    .selectFrom('message')
    .select('id')
    .where('original_sha256', '=', sha256)
    .limit(1)
    .execute();
  return original.length > 0;
}
