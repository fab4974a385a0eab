import { ConnectionCredential } from './credential.ts';
import type { Environment, AuthSettings } from './settings.ts';
import { AppOnlyFetcher, DelegatedFetcher } from './token-fetcher.ts';
import type { TokenFetcher } from './token-fetcher.ts';
import type { TokenStore } from './token-store.ts';

/** What sign-in needs of the machine it runs on. */
export interface AuthWorld {
  readonly env: Environment;
  readonly stateDir: string;
  readonly store: TokenStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** Longest wait for one answer of Entra; 15 s where absent. */
  readonly deadlineMs?: number | undefined;
}

/** The credential of a connection: one per connection and process, shared by all its mailboxes. */
export function connectionCredential(settings: AuthSettings, world: AuthWorld): ConnectionCredential {
  return new ConnectionCredential(tokenFetcher(settings, world), world);
}

export function tokenFetcher(settings: AuthSettings, world: AuthWorld): TokenFetcher {
  const parts = { ...world, settings };
  return settings.kind === 'delegated' ? new DelegatedFetcher(parts) : new AppOnlyFetcher(parts);
}
