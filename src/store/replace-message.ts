import type { MessageBody } from '../domain/message.ts';
import { PostgresAdapter } from './kysely.ts';
import type { NewMessage } from './messages.ts';
import { reindexMail } from './search.ts';
import type { StoreWriter } from './store.ts';

export interface Replacement {
  readonly message: NewMessage;
  /** What the further copies have whose content was the one stored so far. */
  readonly formerHash: string;
  /** For the full-text index. */
  readonly words: readonly string[];
}

/**
 * Stores another copy of a mail as what is shown of it. What names the mail stays: its family, identity, conversation
 * and when it first came. An original that is no longer shown is kept beside; what could not be read of the former copy
 * is no longer tried. Returns the files that were attached, to be given to `removeUnnamed` after the commit.
 */
export async function replaceMessage(trx: StoreWriter, id: number, replacement: Replacement): Promise<string[]> {
  const { message, formerHash, words } = replacement;
  const {
    identity: _identity,
    family: _family,
    variant: _variant,
    message_key: _key,
    conversation_id: _conversation,
    received_at: _received,
    imported_at: _imported,
    original_sha256: original,
    ...row
  } = message.row;
  if (typeof original === 'string') await keepFormerOriginal(trx, id, original);
  await trx
    .updateTable('placement')
    .set({ content_hash: formerHash })
    .where('message_id', '=', id)
    .where('content_hash', 'is', null)
    .execute();
  await trx
    .updateTable('message')
    .set({ ...row, ...(typeof original === 'string' ? { original_sha256: original } : {}) })
    .where('id', '=', id)
    .execute();
  await trx.updateTable('message_content').set(message.content).where('message_id', '=', id).execute();
  const freed = await takeAttachmentsAway(trx, id);
  if (message.attachments.length > 0) {
    const rows = message.attachments.map((attachment) => ({ ...attachment, message_id: id }));
    await trx.insertInto('attachment').values(rows).execute();
  }
  await reindexMail(trx, trx.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite', { id, words });
  return freed;
}

/** A retry for the former copy would write into what is shown now. */
async function takeAttachmentsAway(trx: StoreWriter, id: number): Promise<string[]> {
  await trx.deleteFrom('set_aside').where('message_id', '=', id).where('attachment_id', '<>', '').execute();
  const rows = await trx.deleteFrom('attachment').where('message_id', '=', id).returning('sha256').execute();
  return rows.flatMap(({ sha256 }) => sha256 ?? []);
}

/** Keeps the original of a mail beside, where another takes its place. */
export async function keepFormerOriginal(trx: StoreWriter, id: number, next: string): Promise<void> {
  const { original_sha256: sha256 } = await trx
    .selectFrom('message')
    .select('original_sha256')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (sha256 === null || sha256 === next) return;
  await trx
    .insertInto('former_original')
    .values({ message_id: id, sha256 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Keeps a text that is shorter than what is shown, or forgets the one kept where nothing is. */
export async function keepShorterCopy(trx: StoreWriter, messageId: number, body: MessageBody | null): Promise<void> {
  await trx.deleteFrom('shorter_copy').where('message_id', '=', messageId).execute();
  if (body === null) return;
  await trx
    .insertInto('shorter_copy')
    .values({ message_id: messageId, body_kind: body.kind, body: body.content })
    .execute();
}
