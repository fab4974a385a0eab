import type { IntegratorError } from '../domain/errors.ts';
import type { Deadline } from './deadline.ts';

/** What one attempt came to. The decision whether it may be repeated is the attempt's, the waiting is ours. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | {
      readonly kind: 'again';
      /** Given back as it is when no further attempt is made. */
      readonly value: T;
      /** What the service asked for; null: our own back-off. */
      readonly retryAfterMs: number | null;
    };

export interface RetryRules {
  /** Attempts in all, where the service named no time. */
  readonly attempts: number;
  /** First wait; doubles each time, with jitter, up to `longestBackoffMs`. */
  readonly backoffMs: number;
  readonly longestBackoffMs: number;
}

export const readRetries: RetryRules = { attempts: 4, backoffMs: 500, longestBackoffMs: 20_000 };

/**
 * Repeats an attempt until it is done, the attempts are used up, or the wait would outlast the deadline (then the last
 * answer is given back at once: waiting for nothing helps nobody). A wait the service asked for does not use up
 * attempts faster than the deadline allows.
 */
export async function retrying<T>(
  attempt: (number: number) => Promise<Outcome<T>>,
  rules: RetryRules,
  deadline: Deadline,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    const outcome = await attempt(number);
    if (outcome.kind === 'done') return outcome.value;
    const asked = outcome.retryAfterMs;
    if (number >= (asked === null ? rules.attempts : rules.attempts * 3)) return outcome.value;
    const waitMs = asked === null ? backoffMs(number, rules) : asked + jitter(asked);
    if (waitMs >= deadline.remainingMs()) return outcome.value;
    await deadline.sleep(waitMs);
  }
}

/** Doubling with "equal jitter": at least half the step, so that it is a wait; random, so that nobody marches in step. */
function backoffMs(number: number, rules: RetryRules): number {
  const step = Math.min(rules.longestBackoffMs, rules.backoffMs * 2 ** (number - 1));
  return step / 2 + Math.random() * (step / 2);
}

/** Never earlier than asked (that would prolong the throttling), up to a tenth later. */
function jitter(askedMs: number): number {
  return Math.random() * Math.min(askedMs / 10, 1000);
}

const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_ABORTED',
  'UND_ERR_INFO',
  'Z_BUF_ERROR',
  'Z_DATA_ERROR',
  'HPE_INVALID_CONSTANT',
]);

/** A broken connection that may well work at the next attempt. */
export function isTransient(error: IntegratorError): boolean {
  if (error.kind !== 'unreachable' || error.code === undefined) return false;
  return transientCodes.has(error.code) || error.code.startsWith('proxy HTTP 5');
}

const neverLeftCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
/** These also end a connection that stood, with a request on its way; `syscall` tells which it was. */
const perhapsLeftCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);

/** No connection came about, so that nothing was asked. */
export function neverLeft(error: IntegratorError): boolean {
  if (error.kind !== 'unreachable') return false;
  const code = error.code ?? '';
  return (
    neverLeftCodes.has(code) ||
    code.startsWith('proxy HTTP ') ||
    (perhapsLeftCodes.has(code) && isConnecting(error.cause))
  );
}

/** Node tries several addresses of a host and then throws an AggregateError that itself names no call. */
function isConnecting(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ('syscall' in thrown) return thrown.syscall === 'connect' || thrown.syscall === 'getaddrinfo';
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return thrown.errors.every(isConnecting);
  return isConnecting(thrown.cause);
}
