import type { CredentialInUse } from './credential-in-use.ts';

/** Which of Microsoft's mail services a token is for; a token for one is refused by the other. */
export type Resource = 'graph' | 'ews';

/**
 * Where a connector gets the access tokens of its connection. All mailboxes of the connection share one source, so
 * that a thousand callers cost one request and one refusal stops them all with the same error.
 */
export interface TokenSource {
  /** The credential that signs in, so that advice fits it; absent for a person. */
  readonly credential?: CredentialInUse;

  /**
   * A token that is good for at least some minutes. Costs nothing while one is in memory; ask again for every request.
   * Rejects with IntegratorError: needs_login, needs_admin, config (nothing is asked again until a person did
   * something, or an hour went by), throttled, unreachable (`retryAtMs` says when it makes sense to try again).
   * When the signal aborts, only this caller stops waiting; its reason is thrown.
   */
  getToken(resource: Resource, signal: AbortSignal): Promise<string>;

  /**
   * The service answered 401: the next getToken fetches another token. Pass the refused token, so that a late 401 for
   * an older one does not throw away its successor.
   */
  invalidate(resource: Resource, refused?: string): void;
}
