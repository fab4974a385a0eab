import { inParts } from './in-parts.ts';
import type { StoreReader, StoreWriter } from './store.ts';

/** Mail we sent has this before its mark for an identity, until its copy tells the Date that the server gave it. */
const provisional = 'outgoing:';

export function outgoingIdentity(mark: string): string {
  return `${provisional}${mark}`;
}

export interface SeenCopy {
  readonly identity: string;
  readonly messageKey: string | null;
  readonly from: string;
  /** Of the copy in Sent Items, which is what really went out; null for any other. */
  readonly sent: {
    readonly originalSha256: string | null;
    readonly headersJson: string;
    readonly sentAtMs: number | null;
  } | null;
}

/**
 * Gives mail that we sent the identity of its copy, as soon as one is seen: then both are the same mail. The copy in Sent
 * Items also brings the original and the headers that the server made.
 */
export async function adoptCopies(trx: StoreWriter, copies: readonly SeenCopy[]): Promise<void> {
  for (const part of inParts(copies, 400)) {
    const keys = part.flatMap(({ messageKey }) => messageKey ?? []);
    if (keys.length === 0) continue;
    const ours = await trx
      .selectFrom('message')
      .select(['id', 'message_key', 'from_address'])
      .where('message_key', 'in', keys)
      .where('identity', 'like', `${provisional}%`)
      .execute();
    for (const row of ours) await adopt(trx, row, part);
  }
}

async function adopt(
  trx: StoreWriter,
  row: { readonly id: number; readonly message_key: string | null; readonly from_address: string },
  copies: readonly SeenCopy[],
): Promise<void> {
  const copy = copies.find((one) => one.messageKey === row.message_key && one.from === row.from_address);
  if (copy === undefined) return;
  const { identity, sent } = copy;
  const original = sent === null ? {} : { original_sha256: sent.originalSha256, sent_at: sent.sentAtMs };
  await trx
    .updateTable('message')
    .set({ identity, ...original })
    .where('id', '=', row.id)
    .execute();
  if (sent === null) return;
  await trx
    .updateTable('message_content')
    .set({ headers_json: sent.headersJson })
    .where('message_id', '=', row.id)
    .execute();
}

/** The stored mail with this message id that this mailbox sent, or null: its copy may have been imported first. */
export async function sentMessage(
  db: StoreReader | StoreWriter,
  messageKey: string,
  from: string,
): Promise<number | null> {
  const row = await db
    .selectFrom('message')
    .select('id')
    .where('message_key', '=', messageKey)
    .where('from_address', '=', from)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** The provider's handle of a mail where it lies now, or null where it lies nowhere any more. */
export async function currentHandle(db: StoreReader, itemId: number): Promise<string | null> {
  const row = await db
    .selectFrom('placement')
    .select('provider_id')
    .where('item_id', '=', itemId)
    .where('removed_at', 'is', null)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return row?.provider_id ?? null;
}
