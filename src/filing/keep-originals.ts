import { setOriginal } from '../store/messages.ts';
import { awaitsSentCopy } from '../store/outgoing-mail.ts';
import type { StoreWriter } from '../store/store.ts';
import type { Decided } from './decide-page.ts';
import type { PageVariant } from './page-variant.ts';

/**
 * Stored mail whose first copy came without its original gets that of a further copy, from a mailbox that keeps
 * originals. A copy that is found forged gives none to mail that is not, and to mail of ours that still waits for its
 * copy in Sent Items only a verified one does.
 */
export async function keepOriginals(
  trx: StoreWriter,
  variants: ReadonlyMap<string, PageVariant>,
  decided: readonly Decided[],
): Promise<void> {
  for (const { kind, mail: copy } of decided) {
    const { identity, facts, mail, trust } = copy;
    const stored = variants.get(identity)?.stored ?? null;
    if (kind === 'skip' || stored === null || stored.originalSha256 !== null || mail.original === null) continue;
    if (trust === 'failed' && stored.trust !== 'failed') continue;
    if (awaitsSentCopy(stored.family) && facts.authentication.verdict !== 'pass') continue;
    await setOriginal(trx, stored.id, mail.original.sha256);
  }
}
