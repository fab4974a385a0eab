import type { StoreWriter } from './store.ts';

export interface SendLimit {
  readonly mailbox: string;
  readonly most: number;
  readonly withinMs: number;
}

/**
 * Takes a mailbox's turn to send, counted over any span of `withinMs`: null once taken, else when (epoch ms) to ask
 * again. All processes of a store count together.
 */
export async function takeSendSlot(trx: StoreWriter, limit: SendLimit, nowMs: number): Promise<number | null> {
  const { mailbox, most, withinMs } = limit;
  // Turns from the future were counted before the clock was set back: nobody waits longer than one span for them.
  await trx
    .updateTable('send_slot')
    .set({ at: nowMs })
    .where('mailbox', '=', mailbox)
    .where('at', '>', nowMs)
    .execute();
  await trx
    .deleteFrom('send_slot')
    .where('mailbox', '=', mailbox)
    .where('at', '<=', nowMs - withinMs)
    .execute();
  const taken = await trx
    .selectFrom('send_slot')
    .select('at')
    .where('mailbox', '=', mailbox)
    .orderBy('at', 'desc')
    .execute();
  const oldestThatCounts = taken[most - 1];
  if (oldestThatCounts !== undefined) return oldestThatCounts.at + withinMs;
  await trx.insertInto('send_slot').values({ mailbox, at: nowMs }).execute();
  return null;
}
