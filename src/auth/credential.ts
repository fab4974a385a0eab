import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/identity';
import { IntegratorError, toIntegratorError } from '../domain/errors.ts';
import { stopped } from '../http/deadline.ts';
import { scopesFor } from './cloud.ts';
import { FailureGate } from './gate.ts';
import type { GateParts } from './gate.ts';
import { credentialOf } from './settings.ts';
import type { AuthSettings } from './settings.ts';
import type { AccessTokenFetched, TokenFetcher } from './token-fetcher.ts';
import type { TokenSource } from './token-source.ts';

/** A token is renewed this long before it ends, as MSAL does; one that lives shorter, at half its life. */
const renewBeforeMs = 300_000;
/** While Entra cannot be reached, a token in hand is used up to here before its end. */
const lastUseBeforeMs = 60_000;

interface Held extends AccessTokenFetched {
  readonly renewAtMs: number;
  readonly version: number;
}

/**
 * The access tokens of one connection, for all its mailboxes and for every kind of sign-in. Keeps them in memory, asks
 * Entra once however many ask at the same time, one request after the other, and stops asking after a failure (see
 * FailureGate). A sign-out or a new sign-in by another process takes effect at the next call.
 */
export class ConnectionCredential implements TokenCredential {
  readonly #fetcher: TokenFetcher;
  readonly #clock: () => number;
  readonly #gate: FailureGate;
  readonly #held = new Map<string, Held>();
  readonly #refused = new Set<string>();
  readonly #flights = new Map<string, Promise<Held>>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(fetcher: TokenFetcher, parts: GateParts) {
    this.#fetcher = fetcher;
    this.#clock = parts.clock;
    this.#gate = new FailureGate(parts);
  }

  /** Rejects with IntegratorError, as described at TokenSource. */
  async getToken(scopes: string | readonly string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const wanted = typeof scopes === 'string' ? [scopes] : scopes;
    const { token, expiresAtMs } = this.#fresh(keyOf(wanted)) ?? (await this.#shared(wanted, options.abortSignal));
    return { token, expiresOnTimestamp: expiresAtMs };
  }

  /** The service refused the token of these scopes; see TokenSource. */
  invalidate(scopes: string | readonly string[], refused?: string): void {
    const key = keyOf(typeof scopes === 'string' ? [scopes] : scopes);
    const held = this.#held.get(key);
    if (held === undefined || (refused !== undefined && held.token !== refused)) return;
    this.#held.delete(key);
    this.#refused.add(key);
  }

  #fresh(key: string): Held | undefined {
    const held = this.#held.get(key);
    if (held === undefined || held.version !== this.#fetcher.version()) return undefined;
    return this.#clock() < held.renewAtMs ? held : undefined;
  }

  #shared(scopes: readonly string[], signal: Abortable | undefined): Promise<Held> {
    const key = keyOf(scopes);
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      flight = this.#queue.then(() => this.#fetch(scopes)).finally(() => this.#flights.delete(key));
      this.#flights.set(key, flight);
      this.#queue = flight.catch(() => undefined);
    }
    return signal === undefined ? flight : untilAborted(flight, signal);
  }

  async #fetch(scopes: readonly string[]): Promise<Held> {
    const key = keyOf(scopes);
    const version = this.#fetcher.version();
    const circumstances = await this.#fetcher.circumstances();
    const standing = this.#gate.standing(circumstances);
    if (standing !== undefined) return this.#lastResort(key, version, standing);
    try {
      const fetched = await this.#fetcher.fetch(scopes, this.#refused.has(key));
      this.#gate.succeeded();
      this.#refused.delete(key);
      return this.#hold(key, fetched, version);
    } catch (thrown) {
      return this.#lastResort(key, version, this.#gate.failed(toIntegratorError(thrown), circumstances));
    }
  }

  #hold(key: string, fetched: AccessTokenFetched, version: number): Held {
    const life = fetched.expiresAtMs - this.#clock();
    const held = { ...fetched, version, renewAtMs: fetched.expiresAtMs - Math.min(renewBeforeMs, life / 2) };
    this.#held.set(key, held);
    return held;
  }

  /** Entra is away for a moment but the old token still holds: go on with it. */
  #lastResort(key: string, version: number, error: IntegratorError): Held {
    const held = this.#held.get(key);
    const passing = error.kind === 'unreachable' || error.kind === 'throttled';
    const usable = held !== undefined && held.version === version && this.#clock() < held.expiresAtMs - lastUseBeforeMs;
    if (passing && usable) return held;
    throw error;
  }
}

/** The door for connectors, see TokenSource. */
export function tokenSource(credential: ConnectionCredential, settings: AuthSettings): TokenSource {
  return {
    credential: credentialOf(settings),
    async getToken(resource, signal) {
      return (await credential.getToken(scopesFor(settings, resource), { abortSignal: signal })).token;
    },
    invalidate(resource, refused) {
      credential.invalidate(scopesFor(settings, resource), refused);
    },
  };
}

type Abortable = NonNullable<GetTokenOptions['abortSignal']>;

/** Stops waiting when the signal aborts; what was waited for goes on for the others. */
function untilAborted<T>(flight: Promise<T>, signal: Abortable): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal instanceof AbortSignal ? stopped(signal) : abandoned());
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    flight.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function abandoned(): IntegratorError {
  return new IntegratorError('unreachable', 'the wait for a token was given up', { code: 'stopped' });
}

function keyOf(scopes: readonly string[]): string {
  return scopes.join(' ');
}
