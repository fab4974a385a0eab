import { identityOf } from '../domain/identity.ts';
import { inParts } from './in-parts.ts';
import { keepFormerOriginal } from './replace-message.ts';
import type { StoreReader, StoreWriter } from './store.ts';

/** Mail we sent has this before its mark for a family, until its copy in Sent Items tells the server's Date. */
const provisional = 'outgoing:';

export function outgoingFamily(mark: string): string {
  return `${provisional}${mark}`;
}

/** Whether mail of this family went out from here and still waits for its copy in Sent Items. */
export function awaitsSentCopy(family: string): boolean {
  return family.startsWith(provisional);
}

/** Mail that went out from here, before its copy in Sent Items was seen. */
export interface AwaitedMail {
  readonly id: number;
  readonly family: string;
  readonly messageKey: string;
  readonly from: string;
  readonly subject: string;
  /** By our own clock. */
  readonly sentAtMs: number | null;
  /** The mailbox that sent it: only its Sent Items tells what really went out. */
  readonly mailbox: string;
}

/** What went out from here with these message ids and still waits for its copy in Sent Items. */
export async function awaitedMails(
  db: StoreReader | StoreWriter,
  messageKeys: readonly string[],
): Promise<AwaitedMail[]> {
  const found: AwaitedMail[] = [];
  for (const part of inParts(messageKeys, 400)) {
    const rows = await db
      .selectFrom('message')
      .innerJoin('item', 'item.message_id', 'message.id')
      .select(['message.id', 'message.family', 'message.message_key', 'message.from_address'])
      .select(['message.subject', 'message.sent_at', 'item.mailbox'])
      .where('message.message_key', 'in', part)
      .where('message.family', 'like', `${provisional}%`)
      .where('item.sent', '=', 1)
      .execute();
    for (const { id, family, message_key: messageKey, from_address: from, subject, sent_at, mailbox } of rows) {
      found.push({ id, family, messageKey: messageKey ?? '', from, subject, sentAtMs: sent_at, mailbox });
    }
  }
  return found;
}

/** Of these message keys, the ones of mail that was sent by us: from here, or by an agent from an own mailbox. */
export async function keysSentByUs(
  db: StoreReader | StoreWriter,
  messageKeys: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const part of inParts([...new Set(messageKeys)], 400)) {
    const stored = await db
      .selectFrom('message')
      .innerJoin('item', 'item.message_id', 'message.id')
      .select('message.message_key')
      .where('message.message_key', 'in', part)
      .where('item.sent', '=', 1)
      .execute();
    const sending = await db.selectFrom('outbox').select('message_key').where('message_key', 'in', part).execute();
    for (const { message_key } of [...stored, ...sending]) if (message_key !== null) found.add(message_key);
  }
  return found;
}

/** The copy in Sent Items. */
export interface SentCopy {
  readonly family: string;
  readonly originalSha256: string | null;
  /** null where the server tells none, as Graph does for what it sent itself. */
  readonly headersJson: string | null;
  readonly sentAtMs: number | null;
}

/**
 * Gives mail that we sent what the server made of it: the copy's family, Date, headers and, where kept, its original. It
 * is the oldest of the family, whatever copies were imported before: nobody had it before it was sent.
 */
export async function adoptSentCopy(trx: StoreWriter, id: number, copy: SentCopy): Promise<void> {
  const { family, originalSha256, headersJson, sentAtMs } = copy;
  const { oldest } = await trx
    .selectFrom('message')
    .select((eb) => eb.fn.min('variant').as('oldest'))
    .where((eb) => eb.or([eb('identity', '=', family), eb.and({ family }).and('variant', '<>', 1)]))
    .executeTakeFirstOrThrow();
  const variant = oldest === null ? 1 : oldest - 1;
  if (originalSha256 !== null) await keepFormerOriginal(trx, id, originalSha256);
  await trx
    .updateTable('message')
    .set({
      identity: identityOf(family, variant),
      family,
      variant,
      ...(originalSha256 === null ? {} : { original_sha256: originalSha256 }),
      ...(sentAtMs === null ? {} : { sent_at: sentAtMs }),
    })
    .where('id', '=', id)
    .execute();
  if (headersJson === null) return;
  await trx.updateTable('message_content').set({ headers_json: headersJson }).where('message_id', '=', id).execute();
}

/**
 * The stored mail with this message id and From that this mailbox sent, or null: its copy in Sent Items may have been
 * imported first. A mail with that id that only came in proves nothing.
 */
export async function sentMessage(
  db: StoreReader | StoreWriter,
  messageKey: string,
  { from, mailbox }: { readonly from: string; readonly mailbox: string },
): Promise<number | null> {
  const row = await db
    .selectFrom('message')
    .innerJoin('item', 'item.message_id', 'message.id')
    .select('message.id')
    .where('message.message_key', '=', messageKey)
    .where('message.from_address', '=', from)
    .where('item.mailbox', '=', mailbox)
    .where('item.sent', '=', 1)
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
