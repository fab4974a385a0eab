import type { ServiceResponse } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import { codeError, type EwsPlace } from './refusals.ts';

/** The trouble of one part of a batch; null where there is none. The library numbers the codes. */
export function serviceErrorOf(
  answer: ServiceResponse | undefined,
  codes: Readonly<Record<number, string>>,
  about: string,
  place?: EwsPlace,
): IntegratorError | null {
  if (answer === undefined)
    return new IntegratorError('protocol', `${about} was not answered for`, { code: 'unreadable' });
  const code = codes[answer.ErrorCode] ?? String(answer.ErrorCode);
  return code === 'NoError' ? null : codeError(code, answer.ErrorMessage ?? '', about, { retryAtMs: null, place });
}
