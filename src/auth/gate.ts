import { IntegratorError } from '../domain/errors.ts';

const blockedForMs = 3_600_000;
const firstPauseMs = 30_000;
const longestPauseMs = 900_000;

export interface GateParts {
  readonly clock: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

interface Shut {
  readonly error: IntegratorError;
  readonly untilMs: number;
  readonly circumstances: string;
}

/**
 * Keeps a connection from asking Entra again and again after a failure. What only a person can mend stays shut until
 * the circumstances change (another sign-in, another secret) or an hour went by; the rest is tried again after what
 * Entra asked for, or after 30 s doubling to 15 min. A thousand mailboxes then see one error, and Entra one request.
 */
export class FailureGate {
  readonly #parts: GateParts;
  #shut: Shut | undefined;
  #failures = 0;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** The failure that still stands; undefined when the way is free. */
  standing(circumstances: string): IntegratorError | undefined {
    const shut = this.#shut;
    if (shut === undefined || shut.circumstances !== circumstances) return undefined;
    return this.#parts.clock() < shut.untilMs ? shut.error : undefined;
  }

  /** Shuts the gate; returns the error with the time of the next try. */
  failed(error: IntegratorError, circumstances: string): IntegratorError {
    if (this.#shut?.circumstances !== circumstances) this.#failures = 0;
    this.#failures += 1;
    const untilMs = this.#untilMs(error);
    const shown = onlyAPersonCan(error) ? error : withRetryAt(error, untilMs);
    this.#shut = { error: shown, untilMs, circumstances };
    return shown;
  }

  succeeded(): void {
    this.#shut = undefined;
    this.#failures = 0;
  }

  #untilMs(error: IntegratorError): number {
    const now = this.#parts.clock();
    if (onlyAPersonCan(error)) return now + blockedForMs;
    if (error.retryAtMs !== undefined) return error.retryAtMs;
    const pause = Math.min(firstPauseMs * 2 ** Math.min(this.#failures - 1, 10), longestPauseMs);
    return now + Math.round(pause * (0.8 + 0.4 * this.#parts.random()));
  }
}

function onlyAPersonCan(error: IntegratorError): boolean {
  return error.kind === 'needs_login' || error.kind === 'needs_admin' || error.kind === 'config';
}

function withRetryAt(error: IntegratorError, retryAtMs: number): IntegratorError {
  const { hint, cause, code } = error;
  return new IntegratorError(error.kind, error.message, {
    retryAtMs,
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(code === undefined ? {} : { code }),
  });
}
