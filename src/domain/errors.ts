/**
 * The one error of the product. Its kind decides the reaction (stop the program, stop this mailbox, set this mail
 * aside) and the exit code; its hint names what to do next, if possible as a command.
 */
export const errorKinds = [
  'config',
  'usage',
  'not_allowed',
  'needs_login',
  'needs_admin',
  'access_denied',
  'not_found',
  'throttled',
  'unreachable',
  'protocol',
  'store',
  'busy',
  'bug',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

export interface ErrorDetails {
  /** What the user should do or type next. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** When it makes sense to try again, as epoch milliseconds, where the other side said so. */
  readonly retryAtMs?: number;
  /** The other side's own code (`ErrorItemNotFound`, `AADSTS7000222`), for people who search for it. */
  readonly code?: string;
}

export class IntegratorError extends Error {
  override readonly name = 'IntegratorError';
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly retryAtMs: number | undefined;
  readonly code: string | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.kind = kind;
    this.hint = details.hint;
    this.retryAtMs = details.retryAtMs;
    this.code = details.code;
  }
}

/** An error as it is kept in the store and printed as JSON. */
export interface ErrorReport {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string | null;
}

/** Anything thrown becomes an IntegratorError; what we did not foresee is a bug. */
export function toIntegratorError(thrown: unknown): IntegratorError {
  if (thrown instanceof IntegratorError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new IntegratorError('bug', message, { cause: thrown });
}

export function toErrorReport(thrown: unknown): ErrorReport {
  const error = toIntegratorError(thrown);
  return { kind: error.kind, message: error.message, hint: error.hint ?? null };
}
