import { IntegratorError } from '../domain/errors.ts';
import { isTroubleOfStore, storeError } from '../store/store-error.ts';

/**
 * The error of one mail that is prepared, decided or written. Trouble of the store meets every mail: it is thrown, which
 * stops the run, and nothing is set aside for it.
 */
export function ownTrouble(thrown: unknown, signal: AbortSignal): IntegratorError {
  const error = storeError(thrown);
  if (signal.aborted || isTroubleOfStore(error)) throw error;
  return error.kind === 'store' ? new IntegratorError('bug', error.message, { cause: error }) : error;
}
