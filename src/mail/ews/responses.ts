import type { ServiceResponse } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import { codeError, type EwsPlace } from './refusals.ts';
import { textOf } from './values.ts';

/** The trouble of one part of a batch; null where there is none. The library numbers the codes. */
export function serviceErrorOf(
  answer: ServiceResponse | undefined,
  codes: Readonly<Record<number, string>>,
  about: string,
  place?: EwsPlace,
): IntegratorError | null {
  if (answer === undefined)
    return new IntegratorError('protocol', `${about} was not answered for`, { code: 'unreadable' });
  const code = codes[answer.ErrorCode] ?? 'UnknownResponseCode';
  return code === 'NoError' ? null : codeError(code, textOf(answer.ErrorMessage), about, { retryAtMs: null, place });
}
