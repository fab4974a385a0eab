import { restMs } from '../../auth/refused-passwords.ts';
import type { PasswordMemory } from '../../auth/refused-passwords.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { Gate } from '../../http/gate.ts';
import type { HttpReply, HttpRequest } from '../../http/transport.ts';

/** Gets requests to Exchange by name and password. Never gives a 401: what is refused is thrown as `needs_login`. */
export interface PasswordDoor {
  send(request: HttpRequest, asker: PasswordAsker): Promise<HttpReply>;
}

export interface PasswordAsker {
  readonly address: string;
  /** Called for everything that goes out. */
  readonly onRequest: () => void;
}

/** So long after a good answer requests go out side by side; a password changed meanwhile would go out with each. */
const freshMs = 60_000;

/**
 * Keeps a wrong password from locking an account. Where the server has not taken it within a minute, it goes out by one
 * request at a time; a refused one rests for half an hour in every process, and one that never was good for as long as
 * this process lives.
 */
export class PasswordGuard {
  readonly #username: string;
  readonly #memory: PasswordMemory | null;
  readonly #one = new Gate(1);
  #goodAt: number | null = null;
  #closedUntil = 0;

  /** `memory`: what is known of this password beyond this process. */
  constructor(username: string, memory: PasswordMemory | null = null) {
    this.#username = username;
    this.#memory = memory;
  }

  /** The server took the password so shortly ago that nobody needs to go first. */
  get isFresh(): boolean {
    return this.#goodAt !== null && performance.now() - this.#goodAt < freshMs;
  }

  /** Waits for its turn; the function given back ends it. Throws `needs_login` where the password was refused. */
  async enter(signal: AbortSignal): Promise<() => void> {
    this.check();
    const leave = await this.#one.enter(signal);
    try {
      this.check();
      if (!this.isFresh) this.#checkMemory();
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  check(): void {
    if (performance.now() < this.#closedUntil) throw this.#refusal();
  }

  /** What is no 401: an answer of Exchange itself, and not of something before it, says that the password is good. */
  judge({ status }: { readonly status: number }): void {
    if (status !== 200 && status !== 500) return;
    if (!this.isFresh) this.#memory?.forget();
    this.#goodAt = performance.now();
  }

  /** To be called when the server said no. Monotonic time: setting the clock opens nothing. */
  refuse(): IntegratorError {
    this.#closedUntil = this.#goodAt === null ? Infinity : performance.now() + restMs;
    try {
      this.#memory?.remember();
    } catch {
      // Where nothing can be written the refusal is known to this process alone; it is what has to be told.
    }
    return this.#refusal();
  }

  #refusal(): IntegratorError {
    const wait =
      this.#goodAt === null ? 'it is not tried again before a restart' : 'it is not tried again for half an hour';
    return this.#needsLogin(
      wait,
      'Correct username and password of the connection, then start again: what was changed is tried at once.',
    );
  }

  #checkMemory(): void {
    const at = this.#memory?.refusedAtMs() ?? null;
    if (at === null) return;
    const [since, until] = [at, at + restMs].map((ms) => new Date(ms).toISOString());
    throw this.#needsLogin(
      `that was at ${since}, and it is not tried again before ${until}`,
      'Correct username and password of the connection: what was changed is tried at once. `integrator test-mailboxes` tries the same one once more.',
    );
  }

  #needsLogin(wait: string, advice: string): IntegratorError {
    const name = JSON.stringify(this.#username);
    return new IntegratorError('needs_login', `Exchange refused the user name ${name} or its password; ${wait}`, {
      code: 'HTTP 401',
      hint: `${advice} More attempts could lock the account.`,
    });
  }
}
