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

/**
 * Deletes a mail with everything of it, in every mailbox; only its identity stays, so that no resync brings it back.
 * Returns its files, to be given to `removeUnnamed` after the commit.
 */
export async function deleteMessage(
  trx: StoreWriter,
  message: { readonly id: number; readonly identity: string; readonly originalSha256: string | null },
  atMs: number,
): Promise<string[]> {
  const attachments = await trx
    .selectFrom('attachment')
    .select('sha256')
    .where('message_id', '=', message.id)
    .where('sha256', 'is not', null)
    .execute();
  await trx
    .insertInto('deleted_message')
    .values({ identity: message.identity, at: atMs })
    .onConflict((conflict) => conflict.column('identity').doNothing())
    .execute();
  await trx.deleteFrom('message').where('id', '=', message.id).execute();
  return [...new Set([...attachments.map((row) => row.sha256), message.originalSha256])].filter((one) => one !== null);
}
