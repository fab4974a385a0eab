import { type Actor, actorName } from '../../domain/policy.ts';
import { audit } from '../../store/audit.ts';
import { type TakenBack, takeBackWaiting } from '../../store/campaigns.ts';
import { addOptOuts, removeOptOuts } from '../../store/opt-outs.ts';
import type { StoreWriter } from '../../store/store.ts';

export interface OptOutChange {
  readonly actor: Actor;
  readonly nowMs: number;
  /** Lower-case. */
  readonly addresses: readonly string[];
}

export interface OptedOut extends TakenBack {
  /** Those that are new on the list. */
  readonly added: readonly string[];
}

/** No campaign writes to them any more: waiting mail of one is taken out of the outbox, also of who stood on the list. */
export async function optOut(trx: StoreWriter, { actor, nowMs, addresses }: OptOutChange): Promise<OptedOut> {
  const rows = addresses.map((address) => ({ address, added_by: actorName(actor), at: nowMs }));
  const added = await addOptOuts(trx, rows);
  for (const address of added) await audit(trx, actor, nowMs, { verb: 'campaign.opt_out.add', object: address });
  const takenBack = await takeBackWaiting(trx, addresses);
  for (const { outboxId, address, campaign } of takenBack.dropped) {
    const detail = { to: address, campaign, because: 'opted out' };
    await audit(trx, actor, nowMs, { verb: 'outbox.drop', object: String(outboxId), detail });
  }
  return { added, ...takenBack };
}

/** Campaigns may write to them again; what was dropped stays so. Gives back those that stood on the list. */
export async function endOptOut(trx: StoreWriter, { actor, nowMs, addresses }: OptOutChange): Promise<string[]> {
  const removed = await removeOptOuts(trx, addresses);
  for (const address of removed) await audit(trx, actor, nowMs, { verb: 'campaign.opt_out.remove', object: address });
  return removed;
}
