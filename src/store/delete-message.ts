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
 * Returns the files that nothing names any more, to be removed after the commit.
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
  const files = new Set([...attachments.map((row) => row.sha256), message.originalSha256]);
  const unnamed: string[] = [];
  for (const sha256 of files) if (sha256 !== null && !(await isNamed(trx, sha256))) unnamed.push(sha256);
  return unnamed;
}

async function isNamed(trx: StoreWriter, sha256: string): Promise<boolean> {
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
