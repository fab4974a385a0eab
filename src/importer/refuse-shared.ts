import { IntegratorError, toIntegratorError } from '../domain/errors.ts';
import { knownKind, saveKind } from '../store/mailboxes.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';

const askAgainAfterMs = 24 * 3_600_000;

/**
 * A known shared mailbox is not imported, unless its mail is matched to incidents: mail of several people in one
 * person's My Inbox is nobody's. Asked once a day; where the service gives no way to tell, the import goes on.
 */
export async function refuseShared(job: MailboxJob, deps: ImportMailboxDeps, signal: AbortSignal): Promise<void> {
  if (job.mailbox.matched_to === 'incidents') return;
  const { key } = job.context;
  const known = await knownKind(deps.pages.store.db, key, deps.now() - askAgainAfterMs);
  const kind = known ?? (await askKind(deps, signal));
  if (known === null) await deps.pages.write((trx) => saveKind(trx, key, kind, deps.now()));
  if (kind === 'shared') throw sharedMailbox(job.mailbox.address);
}

export function sharedMailbox(address: string): IntegratorError {
  return new IntegratorError('config', `${address} is a shared mailbox; only personal mailboxes are imported`, {
    hint: 'remove it from mailboxes; a team mailbox for incidents has matched_to: incidents, one for sending goes under outgoing',
  });
}

/** That the question cannot be answered is no reason not to import. */
async function askKind(deps: ImportMailboxDeps, signal: AbortSignal): Promise<string> {
  try {
    return await deps.reader.kind(signal);
  } catch (thrown) {
    const error = toIntegratorError(thrown);
    if (['needs_login', 'needs_admin', 'config'].includes(error.kind) || signal.aborted) throw error;
    return 'unknown';
  }
}
