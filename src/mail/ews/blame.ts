import { type ErrorKind, IntegratorError } from '../../domain/errors.ts';
import { folderId } from './folder-id.ts';
import type { EwsMailbox } from './mailbox.ts';

/** Trouble that the answer itself lays on what was asked for; nothing needs to be asked about the mailbox. */
const ownCodes: ReadonlySet<string> = new Set(['unreadable', 'too_large', 'no_base64']);

/** They concern everything, or pass; nothing that was asked for is to blame. */
const ofEverything: ReadonlySet<ErrorKind> = new Set([
  'needs_login',
  'needs_admin',
  'throttled',
  'store',
  'busy',
  'bug',
]);

/**
 * Whose fault is it that mails or attachments cannot be had? Their own where the mailbox answers for other things at
 * this very moment, although the trouble calls itself one that passes (ErrorInternalServerError stays for ever on some
 * items) or one of the mailbox (ErrorAccessDenied for a single mail; a gateway that answers 403 to one answer): then
 * the error is given back, as `protocol` and without the advice for a mailbox. Else it is thrown: it would hit
 * everything.
 */
export async function ownFault(mailbox: EwsMailbox, thrown: unknown, signal: AbortSignal): Promise<IntegratorError> {
  if (!(thrown instanceof IntegratorError) || signal.aborted || ofEverything.has(thrown.kind)) throw thrown;
  if (!ownCodes.has(thrown.code ?? '') && !(await answers(mailbox, signal))) throw thrown;
  return ofItself(thrown);
}

/** The trouble as that of one mail or attachment. */
export function ofItself(trouble: IntegratorError): IntegratorError {
  const { message, code } = trouble;
  return new IntegratorError('protocol', message, { cause: trouble, ...(code === undefined ? {} : { code }) });
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
