import type { StoreReader, StoreWriter } from './store.ts';

/** How mail leaves a mailbox: in its own name, on behalf of it, or not at all. */
export type SendRight = 'ok' | 'on_behalf' | 'denied';

/** Keeps what was found out last. */
export async function saveSendRight(trx: StoreWriter, mailbox: string, right: SendRight, atMs: number): Promise<void> {
  await trx
    .insertInto('send_right')
    .values({ mailbox, send_as: right, at: atMs })
    .onConflict((conflict) => conflict.column('mailbox').doUpdateSet({ send_as: right, at: atMs }))
    .execute();
}

/** null: never tried. */
export async function knownSendRight(db: StoreReader, mailbox: string): Promise<SendRight | null> {
  const row = await db.selectFrom('send_right').select('send_as').where('mailbox', '=', mailbox).executeTakeFirst();
  return row?.send_as ?? null;
}
