import { IntegratorError } from '../domain/errors.ts';

/**
 * One span of time in which something must be done, ended early by any of the callers' signals. Measured on the
 * monotonic clock: setting the machine's time changes nothing. Always call `end`, or the timer keeps the process alive.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #endsAt: number;
  readonly #timer: NodeJS.Timeout;
  readonly #callers: readonly AbortSignal[];
  readonly #onCallerAbort = (): void => this.#controller.abort(this.stopped);

  /** `what` names the other side in the error: "graph.example did not answer within 2 min". */
  constructor(what: string, limitMs: number, ...callers: readonly AbortSignal[]) {
    this.#endsAt = performance.now() + limitMs;
    this.#callers = callers;
    this.#timer = setTimeout(() => this.#controller.abort(tooLate(what, limitMs)), limitMs);
    if (this.stopped !== undefined) this.#onCallerAbort();
    else for (const caller of callers) caller.addEventListener('abort', this.#onCallerAbort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why a caller gave up; undefined while none has. */
  get stopped(): IntegratorError | undefined {
    return stoppedBy(this.#callers);
  }

  /** Milliseconds left, never negative. */
  remainingMs(): number {
    return this.signal.aborted ? 0 : Math.max(0, this.#endsAt - performance.now());
  }

  /** Waits; ends early, by throwing, when the time is up or the caller gives up. */
  sleep(ms: number): Promise<void> {
    return sleep(ms, this.signal);
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const caller of this.#callers) caller.removeEventListener('abort', this.#onCallerAbort);
  }
}

/** Waits on the monotonic clock; throws the signal's reason as soon as it aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(stopped(signal));
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(stopped(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** What is thrown when one of the callers' signals aborted; undefined while none has. */
export function stoppedBy(signals: readonly AbortSignal[]): IntegratorError | undefined {
  const aborted = signals.find((signal) => signal.aborted);
  return aborted === undefined ? undefined : stopped(aborted);
}

/** What is thrown when the caller's signal aborted: its own reason where that is one of our errors. */
export function stopped(signal: AbortSignal): IntegratorError {
  const reason: unknown = signal.reason;
  if (reason instanceof IntegratorError) return reason;
  return new IntegratorError('unreachable', 'stopped before it was finished', { cause: reason, code: 'stopped' });
}

function tooLate(what: string, limitMs: number): IntegratorError {
  return new IntegratorError('unreachable', `${what} did not answer within ${Math.round(limitMs / 100) / 10} s`, {
    code: 'timeout',
    hint: 'The service is slow or the network drops packets; it is tried again at the next turn.',
  });
}
