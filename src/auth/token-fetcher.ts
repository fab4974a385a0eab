import { createHash } from 'node:crypto';
import type { AuthenticationResult, SilentFlowRequest } from '@azure/msal-node';
import { IntegratorError, toErrorReport } from '../domain/errors.ts';
import { cachePlugin } from './cache-plugin.ts';
import { covering } from './cloud.ts';
import { withEntra } from './entra-session.ts';
import type { EntraParts } from './entra-session.ts';
import { lackOfScopes, notSignedIn } from './failure.ts';
import { loadKeyRing, requireKeyRing } from './key.ts';
import { confidentialApp, publicApp } from './msal-app.ts';
import type { EntraNetwork } from './network.ts';
import { placeCredential } from './place-identity.ts';
import type { ClientProof } from './settings.ts';
import type { StoredSignIn, TokenStore } from './token-store.ts';

export interface AccessTokenFetched {
  readonly token: string;
  readonly expiresAtMs: number;
}

/** One way to come by access tokens. Not for concurrent use; it keeps nothing between two calls. */
export interface TokenFetcher {
  /** Rejects with IntegratorError. `force`: a token that was just refused must not come back. */
  fetch(scopes: readonly string[], force: boolean): Promise<AccessTokenFetched>;
  /** Changes when a failure may have been mended: another secret, key or sign-in. Throws `config` for an unreadable secret. */
  circumstances(): Promise<string>;
  /** Changes when tokens in memory are no longer to be used. Asked before every request, so it must be cheap. */
  version(): number;
}

export interface DelegatedParts extends EntraParts {
  readonly store: TokenStore;
  readonly stateDir: string;
}

/** Tokens on behalf of the account that signed in, from its stored refresh token. */
export class DelegatedFetcher implements TokenFetcher {
  readonly #parts: DelegatedParts;

  constructor(parts: DelegatedParts) {
    this.#parts = parts;
  }

  async fetch(scopes: readonly string[], force: boolean): Promise<AccessTokenFetched> {
    const { settings, store } = this.#parts;
    const row = store.read(settings.connection);
    if (row === undefined || row.box === null) throw notSignedIn(settings.connection);
    const lacking = lackOfScopes(settings, row, scopes);
    if (lacking !== undefined && settings.sends !== 'by_hand') throw lacking;
    const asked = scopes.map((scope) => covering(scope, row.scopes) ?? scope);
    const refresh = (network: EntraNetwork) => this.#silently(row, network, { scopes: asked, forceRefresh: force });
    try {
      return fetched(
        await withEntra(this.#parts, row.username, refresh, ({ error, refusal }) => {
          // A person who sends by hand is told then; the connection as it is configured lacks nothing.
          if (lacking !== undefined) return;
          store.failed(settings.connection, row.version, toErrorReport(error), refusal?.claims);
        }),
      );
    } catch (error) {
      throw error instanceof IntegratorError && error.kind === 'needs_admin' ? (lacking ?? error) : error;
    }
  }

  async circumstances(): Promise<string> {
    const { settings, env, stateDir } = this.#parts;
    const keys = loadKeyRing({ env, stateDir });
    return `${this.version()} ${keys?.current.id} ${digest(await settings.readProof())}`;
  }

  version(): number {
    return this.#parts.store.version(this.#parts.settings.connection);
  }

  async #silently(
    row: StoredSignIn,
    network: EntraNetwork,
    request: Pick<SilentFlowRequest, 'scopes' | 'forceRefresh'>,
  ): Promise<AuthenticationResult> {
    const { settings, env, stateDir, store, clock } = this.#parts;
    const { connection } = settings;
    const keys = requireKeyRing({ env, stateDir });
    const plugin = cachePlugin({ connection, store, clock, keys, version: row.version });
    const parts = { settings, network, plugin };
    const app = row.clientKind === 'public' ? publicApp(parts) : confidentialApp(parts, await settings.readProof());
    const accounts = await app.getTokenCache().getAllAccounts();
    const account = accounts.find((candidate) => candidate.homeAccountId === row.homeAccountId);
    if (account === undefined) throw notSignedIn(connection);
    return app.acquireTokenSilent({ account, ...request });
  }
}

/** Tokens for the app itself: by secret or certificate, or by where it runs (managed and workload identity). */
export class AppOnlyFetcher implements TokenFetcher {
  readonly #parts: EntraParts;

  constructor(parts: EntraParts) {
    this.#parts = parts;
  }

  fetch(scopes: readonly string[]): Promise<AccessTokenFetched> {
    const { kind } = this.#parts.settings;
    return withEntra(this.#parts, undefined, (network) =>
      kind === 'application' ? this.#byProof([...scopes], network) : this.#byPlace([...scopes], network),
    );
  }

  async circumstances(): Promise<string> {
    const { settings } = this.#parts;
    return digest(settings.kind === 'application' ? await settings.readProof() : { kind: 'none' });
  }

  version(): number {
    return 0;
  }

  async #byProof(scopes: string[], network: EntraNetwork): Promise<AccessTokenFetched> {
    const { settings } = this.#parts;
    const app = confidentialApp({ settings, network }, await settings.readProof());
    return fetched(await app.acquireTokenByClientCredential({ scopes }));
  }

  async #byPlace(scopes: string[], network: EntraNetwork): Promise<AccessTokenFetched> {
    const { settings, env } = this.#parts;
    const token = await placeCredential({ settings, network, env }).getToken(scopes);
    if (token === null) throw new IntegratorError('protocol', `Entra gave no token for ${settings.connection}`);
    return { token: token.token, expiresAtMs: token.expiresOnTimestamp };
  }
}

function fetched(result: AuthenticationResult | null): AccessTokenFetched {
  const expiresAtMs = result?.expiresOn?.getTime();
  if (result === null || expiresAtMs === undefined || result.accessToken === '') {
    throw new IntegratorError('protocol', 'Entra answered without a token, or with one that has no end');
  }
  return { token: result.accessToken, expiresAtMs };
}

/** Tells secrets apart without keeping them. */
function digest(proof: ClientProof): string {
  return createHash('sha256').update(JSON.stringify(proof)).digest('base64');
}
