import type { IntegratorError } from '../../domain/errors.ts';

/**
 * What a request came to, after all its attempts. A refusal is a value, because what it means depends on who asked: a
 * 404 for one message is not a 404 for a mailbox. `error` is what to throw where it means nothing special.
 */
export type Answer<T> = { readonly kind: 'ok'; readonly value: T } | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly problem: 'status' | 'too_large' | 'timeout' | 'garbled' | 'network';
  /** HTTP status; 0 where none came. */
  readonly status: number;
  /** Graph's code in lower case (they are written in any case); '' where none came. */
  readonly code: string;
  readonly error: IntegratorError;
}

/** The value, or the refusal thrown. */
export function expectOk<T>(answer: Answer<T>): T {
  if (answer.kind === 'refused') throw answer.error;
  return answer.value;
}

/** The service itself is in trouble, rather than one thing in it. */
export function isTrouble(refusal: Refusal): boolean {
  if (refusal.problem !== 'status') return refusal.problem !== 'too_large';
  return [429, 502, 503, 504].includes(refusal.status);
}
