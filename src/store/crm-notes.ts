import type { StoreReader, StoreWriter } from './store.ts';

export interface NewCrmNote {
  readonly clientId: number;
  readonly messageId: number;
  /** When the mail was sent or received. */
  readonly atMs: number;
  readonly filedBy: string;
  readonly filedAtMs: number;
}

/** The note that this mail is on the client; made where there is none. */
export async function addCrmNote(
  trx: StoreWriter,
  note: NewCrmNote,
): Promise<{ readonly id: number; readonly added: boolean }> {
  const known = await trx
    .selectFrom('crm_note')
    .select('id')
    .where('client_id', '=', note.clientId)
    .where('message_id', '=', note.messageId)
    .executeTakeFirst();
  if (known !== undefined) return { id: known.id, added: false };
  const made = await trx
    .insertInto('crm_note')
    .values({
      client_id: note.clientId,
      message_id: note.messageId,
      at: note.atMs,
      filed_by: note.filedBy,
      filed_at: note.filedAtMs,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id: made.id, added: true };
}

export async function removeCrmNote(trx: StoreWriter, id: number): Promise<void> {
  await trx.deleteFrom('crm_note').where('id', '=', id).execute();
}

export interface StoredNote {
  readonly id: number;
  /** The mail that it was; null where that is no longer stored. */
  readonly messageId: number | null;
  readonly atMs: number;
  readonly filedBy: string;
}

/** The notes on a client, newest first. */
export async function notesOfClient(db: StoreReader, clientId: number): Promise<StoredNote[]> {
  const rows = await db
    .selectFrom('crm_note')
    .select(['id', 'message_id', 'at', 'filed_by'])
    .where('client_id', '=', clientId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => ({ id: row.id, messageId: row.message_id, atMs: row.at, filedBy: row.filed_by }));
}

/** The client a note is on; null for no note, or one that is gone. */
export async function noteOfItem(
  db: StoreReader | StoreWriter,
  noteId: number | null,
): Promise<{ readonly client: { readonly id: string; readonly name: string } } | null> {
  if (noteId === null) return null;
  const row = await db
    .selectFrom('crm_note')
    .innerJoin('client', 'client.id', 'crm_note.client_id')
    .select(['client.id', 'client.name'])
    .where('crm_note.id', '=', noteId)
    .executeTakeFirst();
  return row === undefined ? null : { client: { id: String(row.id), name: row.name } };
}
