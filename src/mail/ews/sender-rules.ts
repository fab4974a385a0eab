import type { IntegratorError } from '../../domain/errors.ts';
import { neverLeft } from '../../http/retry.ts';
import { passes } from './refusals.ts';

/** What sending needs, as the request opens: drafts are saved, never sent unseen, and nothing is deleted for good. */
const sending: Readonly<Record<string, RegExp>> = {
  CreateItem: /\bMessageDisposition="SaveOnly"/,
  CreateAttachment: /^/,
  UpdateItem: /\bMessageDisposition="SaveOnly"/,
  MoveItem: /^/,
  SendItem: /\bSaveItemToFolder="true"/,
  DeleteItem: /\bDeleteType="MoveToDeletedItems"/,
};

/** True where a request, by the opening of its operation, is part of sending mail. */
export function isPartOfSending(operation: string, opening: string): boolean {
  return Object.hasOwn(sending, operation) && sending[operation]?.test(opening) === true;
}

/** A write whose fate no answer tells. Thrown through the library, which knows nothing of such things. */
export class FateUnknown extends Error {
  readonly error: IntegratorError;

  constructor(error: IntegratorError) {
    super(error.message);
    this.error = error;
  }
}

/** Refused before anything was looked at: too many at once, or no good sign-in. */
const turnedAway = new Set(['ErrorServerBusy', 'ErrorExceededConnectionCount', 'HTTP 401', 'HTTP 429']);

/** Mail has no idempotency key: a write is repeated only where it certainly did nothing. */
export function mayRepeat(error: IntegratorError): boolean {
  return turnedAway.has(error.code ?? '') || neverLeft(error);
}

/**
 * Did the write certainly not happen? A client error says so, and every code of Exchange's but those for trouble of its
 * own; 408, redirections, 5xx, silence and nonsense say nothing.
 */
export function isDefinite(error: IntegratorError): boolean {
  const code = error.code ?? '';
  if (mayRepeat(error) || error.kind === 'needs_login') return true;
  if (code.startsWith('Error')) return !passes(code);
  return /^HTTP 4\d\d$/.test(code) && code !== 'HTTP 408';
}
