import { IntegratorError } from '../../domain/errors.ts';
import { folderId } from './folder-id.ts';
import type { EwsMailbox } from './mailbox.ts';

/** Trouble that the answer itself lays on what was asked for; nothing needs to be asked about the mailbox. */
const ownCodes: ReadonlySet<string> = new Set(['unreadable', 'too_large']);

/**
 * Whose fault is it that mails or attachments cannot be had? Their own where the mailbox answers for other things at
 * this very moment, although the trouble calls itself one that passes (ErrorInternalServerError stays for ever on some
 * items): then the error is given back, as `protocol`. Else it is thrown: it would hit everything.
 */
export async function ownFault(mailbox: EwsMailbox, thrown: unknown, signal: AbortSignal): Promise<IntegratorError> {
  if (!(thrown instanceof IntegratorError) || signal.aborted) throw thrown;
  if (thrown.kind !== 'unreachable' && thrown.kind !== 'protocol') throw thrown;
  const { message, code } = thrown;
  if (!ownCodes.has(code ?? '') && !(await answers(mailbox, signal))) throw thrown;
  return new IntegratorError('protocol', message, { cause: thrown, ...(code === undefined ? {} : { code }) });
}

async function answers(mailbox: EwsMailbox, signal: AbortSignal): Promise<boolean> {
  const asked = mailbox.call('', signal, (service, library) =>
    library.Folder.Bind(service, folderId(library, 'inbox', mailbox.address), library.PropertySet.IdOnly),
  );
  return asked.then(
    () => true,
    () => false,
  );
}
