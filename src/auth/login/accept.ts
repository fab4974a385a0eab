import type { AuthenticationResult, ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node';
import { z } from 'zod';
import { IntegratorError } from '../../domain/errors.ts';
import { sealPurpose } from '../cache-plugin.ts';
import { adminConsentUrl, authorityUrl, isIndispensable, missingPermissions, scopesFor } from '../cloud.ts';
import { registeredRedirectUri } from '../redirect-uri.ts';
import type { KeyRing } from '../key.ts';
import type { EntraNetwork } from '../network.ts';
import { seal } from '../seal.ts';
import type { AuthSettings } from '../settings.ts';
import type { ClientKind, NewSignIn } from '../token-store.ts';
import type { Resource } from '../token-source.ts';

type MsalApp = ConfidentialClientApplication | PublicClientApplication;

export interface Redeemed {
  readonly app: MsalApp;
  readonly result: AuthenticationResult;
  readonly clientKind: ClientKind;
}

export interface Accepted {
  readonly signIn: NewSignIn;
  /** Permissions that were asked for and not granted; the connection works without them, in part. */
  readonly missing: readonly string[];
}

export interface AcceptParts {
  readonly settings: AuthSettings;
  readonly network: EntraNetwork;
  readonly keys: KeyRing;
  readonly clock: () => number;
}

/**
 * Checks a redeemed sign-in before anything is stored: the right tenant, the right person, the permissions. Fetches a
 * token for each further resource, then seals everything. Throws `not_allowed`, `needs_admin`, `config`.
 */
export async function acceptSignIn(parts: AcceptParts, redeemed: Redeemed): Promise<Accepted> {
  const { settings, keys, clock } = parts;
  const { app, result, clientKind } = redeemed;
  const { account } = result;
  if (account === null) throw new IntegratorError('protocol', 'Entra named no account in its answer');
  await checkTenant(parts, result);
  checkPerson(settings, account.username);
  const [first, ...others] = settings.resources;
  const missing = [...checkPermissions(settings, first, result.scopes)];
  for (const resource of others) {
    const further = await app.acquireTokenSilent({ account, scopes: [...scopesFor(settings, resource)] });
    missing.push(...checkPermissions(settings, resource, further.scopes));
  }
  const box = seal(app.getTokenCache().serialize(), keys.current, sealPurpose(settings.connection));
  const signIn = {
    box,
    clientKind,
    username: account.username,
    homeAccountId: account.homeAccountId,
    tenantId: account.tenantId,
    scopes: settings.resources.flatMap((resource) => scopesFor(settings, resource)),
    atMs: clock(),
  };
  return { signIn, missing };
}

const manyTenants = new Set(['common', 'organizations', 'consumers']);

/** An account of any tenant could sign in with these; the check of the tenant would check nothing. */
export function refuseManyTenants({ tenantId, connection }: AuthSettings): void {
  if (!manyTenants.has(tenantId.toLowerCase())) return;
  throw new IntegratorError('config', `connection ${connection}: tenant_id must name one tenant, not "${tenantId}"`, {
    hint: 'Copy the Directory (tenant) ID from the overview page of the app registration.',
  });
}

const claims = z.object({ tid: z.string() });

async function checkTenant(parts: AcceptParts, result: AuthenticationResult): Promise<void> {
  const { settings } = parts;
  const tid = claims.safeParse(result.idTokenClaims).data?.tid ?? result.tenantId;
  // Said word for word as it is configured, which need not be a GUID outside Microsoft's own clouds.
  if (tid.toLowerCase() === settings.tenantId.toLowerCase()) return;
  const expected = isGuid(settings.tenantId) ? settings.tenantId : await tenantOfDomain(parts);
  if (tid.toLowerCase() === expected.toLowerCase()) return;
  const who = result.account?.username ?? 'The account';
  throw new IntegratorError('not_allowed', `${who} signed in with tenant ${tid}, not with ${settings.tenantId}`, {
    hint: `Nothing was stored. Run: integrator auth login ${settings.connection} and choose an account of that tenant.`,
  });
}

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

const metadata = z.object({ issuer: z.string() });

/** A tenant configured by one of its domains: its id stands in the issuer of its metadata. */
async function tenantOfDomain({ settings, network }: AcceptParts): Promise<string> {
  const url = `${authorityUrl(settings)}/v2.0/.well-known/openid-configuration`;
  const { text } = await network.exchange('GET', url);
  const issuer = metadata.safeParse(JSON.parse(text)).data?.issuer ?? '';
  const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(issuer)?.[0];
  if (id !== undefined) return id;
  throw new IntegratorError('config', `the tenant id of ${settings.tenantId} cannot be found out`, {
    hint: 'Set tenant_id to the Directory (tenant) ID on the overview page of the app registration.',
  });
}

function checkPerson({ serviceAccount, connection }: AuthSettings, username: string): void {
  if (serviceAccount === undefined || serviceAccount.toLowerCase() === username.toLowerCase()) return;
  throw new IntegratorError(
    'not_allowed',
    `${username} signed in, but connection ${connection} must be signed in by ${serviceAccount}`,
    {
      hint: `Nothing was stored. Run: integrator auth login ${connection} and choose ${serviceAccount} (in a private window, where the browser chooses by itself), or correct service_account.`,
    },
  );
}

function checkPermissions(settings: AuthSettings, resource: Resource, granted: readonly string[]): readonly string[] {
  const missing = missingPermissions(settings, resource, granted);
  if (!missing.some((permission) => isIndispensable(permission))) return missing;
  throw new IntegratorError('needs_admin', `the sign-in lacks the permission ${missing.join(', ')}`, {
    hint: `Nothing was stored. An administrator of the tenant opens ${adminConsentUrl(settings, registeredRedirectUri)} and accepts; then run: integrator auth login ${settings.connection}`,
  });
}
