import type { CredentialInUse, Proof } from './credential-in-use.ts';
import type { Resource } from './token-source.ts';

export type Cloud = 'public' | 'usgov' | 'usgov_dod' | 'china';

export type AuthKind = 'delegated' | 'application' | 'managed_identity' | 'workload_identity';

/** How the app proves to Entra that it is the app: read anew for each token, so that a rotated secret needs no restart. */
export type ClientProof =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'certificate'; readonly pem: string }
  | { readonly kind: 'none' };

/**
 * Does mail go out through a connection? A sign-in asks for more where the configuration says so. `by_hand`: somebody
 * sends although it does not say so, which works where the permission happens to be there.
 */
export type Sends = 'configured' | 'by_hand' | 'no';

/** What sign-in needs to know of one connection. */
export interface AuthSettings {
  readonly connection: string;
  readonly kind: AuthKind;
  readonly cloud: Cloud;
  /** GUID or a domain of the tenant; empty for a managed identity. */
  readonly tenantId: string;
  /** Empty for the system-assigned managed identity. */
  readonly clientId: string;
  /** Where Entra is, without the tenant, when it is not the cloud's own; https. */
  readonly authority: string | undefined;
  /** PEM file with certificate authorities to trust besides the public ones. */
  readonly caFile: string | undefined;
  /** Delegated: the only account that may sign in. */
  readonly serviceAccount: string | undefined;
  /** The services this connection talks to; the first one is what a sign-in is redeemed for. */
  readonly resources: readonly [Resource, ...Resource[]];
  readonly sends: Sends;
  /** By what the app proves itself. */
  readonly proof: Proof;
  /** Where the secret comes from, for people: "file /run/credentials/contoso". Never the secret. */
  readonly proofSource: string;
  /** Throws IntegratorError `config` when it cannot be read. */
  readonly readProof: () => Promise<ClientProof>;
}

export function credentialOf({ kind, proof }: AuthSettings): CredentialInUse {
  return { signIn: kind === 'delegated' ? 'person' : kind, proof };
}

export type Environment = Readonly<Record<string, string | undefined>>;
