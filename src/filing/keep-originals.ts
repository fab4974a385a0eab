import { unverifiedBecause } from '../domain/gates.ts';
import { setOriginal } from '../store/messages.ts';
import type { KnownMessages } from '../store/messages.ts';
import { awaitsSentCopy } from '../store/outgoing-mail.ts';
import type { StoreWriter } from '../store/store.ts';
import type { Decided } from './decide-page.ts';

/**
 * Stored mail whose first copy came without its original gets that of a further copy, from a mailbox that keeps
 * originals. A copy that is found forged gives none to mail that is not, and to mail of ours that still waits for its
 * copy in Sent Items only a verified one does.
 */
export async function keepOriginals(
  trx: StoreWriter,
  known: KnownMessages,
  decided: readonly Decided[],
): Promise<void> {
  if (known.withoutOriginal.size === 0) return;
  for (const { kind, mail: copy } of decided) {
    const { identity, facts, mail } = copy;
    const stored = known.withoutOriginal.get(identity);
    if (kind === 'skip' || stored === undefined || mail.original === null) continue;
    if (unverifiedBecause(facts) !== null && stored.verified !== 'fail') continue;
    if (awaitsSentCopy(identity) && facts.authentication.verdict !== 'pass') continue;
    await setOriginal(trx, stored.id, mail.original.sha256);
  }
}
