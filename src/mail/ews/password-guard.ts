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

/** After a password that used to be good: trouble of the server mostly passes, and no directory locks for two tries an hour. */
const pauseMs = 30 * 60_000;

/**
 * Keeps a wrong password from locking an account. Until the server has taken it once, it goes out by one request at a
 * time, and a refused one never again before the next start; one that was good before rests for half an hour.
 */
export class PasswordGuard {
  readonly #username: string;
  readonly #one = new Gate(1);
  #accepted = false;
  #closedUntil = 0;

  constructor(username: string) {
    this.#username = username;
  }

  get accepted(): boolean {
    return this.#accepted;
  }

  /** Waits for its turn; the function given back ends it. Throws `needs_login` where the password was refused. */
  async enter(signal: AbortSignal): Promise<() => void> {
    this.check();
    const leave = await this.#one.enter(signal);
    try {
      this.check();
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  check(): void {
    if (performance.now() < this.#closedUntil) throw this.refusal();
  }

  /** What is no 401: an answer of Exchange itself, and not of something before it, says that the password is good. */
  judge({ status }: { readonly status: number }): void {
    this.#accepted ||= status === 200 || status === 500;
  }

  /** To be called when the server said no. Monotonic time: setting the clock opens nothing. */
  refuse(): IntegratorError {
    this.#closedUntil = this.#accepted ? performance.now() + pauseMs : Infinity;
    return this.refusal();
  }

  refusal(): IntegratorError {
    const wait = this.#accepted ? 'it is not tried again for half an hour' : 'it is not tried again before a restart';
    const name = JSON.stringify(this.#username);
    return new IntegratorError('needs_login', `Exchange refused the user name ${name} or its password; ${wait}`, {
      code: 'HTTP 401',
      hint: 'Correct username and password of the connection, then start again. More attempts could lock the account.',
    });
  }
}
