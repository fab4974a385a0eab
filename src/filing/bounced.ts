import { bouncedMessageKeys } from '../domain/bounce.ts';
import { markActionsBounced } from '../store/actions.ts';
import type { StoreWriter } from '../store/store.ts';
import type { PreparedMail } from './prepared-mail.ts';

/** A bounce of our own outgoing mail marks that action, whatever the settings do with the bounce itself. */
export async function markBounced(trx: StoreWriter, mails: readonly PreparedMail[], atMs: number): Promise<void> {
  const bounces = mails.filter(({ facts }) => facts.automatic?.kind === 'bounce');
  const keys = bounces.flatMap(({ mail }) => bouncedMessageKeys(mail, [mail.body.content]));
  if (keys.length > 0) await markActionsBounced(trx, [...new Set(keys)], atMs);
}
