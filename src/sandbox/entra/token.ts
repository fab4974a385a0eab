import { createHash } from 'node:crypto';
import { json } from '../reply.ts';
import type { Reply, Request } from '../reply.ts';
import type { Mailbox } from '../world/mailbox.ts';
import { authenticateClient } from './client-auth.ts';
import type { AuthenticatedClient } from './client-auth.ts';
import type { Entra } from './entra.ts';
import { Refusal } from './refusals.ts';
import { oneResource, parseScopes } from './scopes.ts';
import type { ScopeRequest } from './scopes.ts';

type GrantHandler = (entra: Entra, client: AuthenticatedClient, form: URLSearchParams) => Reply;

/** `POST /{tenant}/oauth2/v2.0/token`. Throws Refusal. */
export function token(entra: Entra, request: Request): Reply {
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
  const client = authenticateClient(entra, form, request.headers['authorization']);
  const handler = handlers.get(form.get('grant_type') ?? '');
  if (handler === undefined) throw new Refusal(70003);
  return handler(entra, client, form);
}

function byCode(entra: Entra, client: AuthenticatedClient, form: URLSearchParams): Reply {
  mustBeConfidential(client);
  const grant = entra.grants.takeCode(form.get('code') ?? '', entra.now());
  if (grant.app !== client.app) throw new Refusal(70000);
  if (form.get('redirect_uri') !== grant.redirectUri) throw new Refusal(500112);
  if (grant.challenge !== null && challengeOf(form.get('code_verifier') ?? '') !== grant.challenge)
    throw new Refusal(501481);
  const asked = askedScopes(form, grant.asked);
  return userTokens(entra, { client, account: grant.account, asked, nonce: grant.nonce });
}

function byRefreshToken(entra: Entra, client: AuthenticatedClient, form: URLSearchParams): Reply {
  const grant = entra.grants.refresh(form.get('refresh_token') ?? '', entra.now());
  if (grant.app !== client.app) throw new Refusal(70000);
  if (grant.client === 'public' && client.kind === 'confidential') throw new Refusal(700025);
  if (grant.client === 'confidential') mustBeConfidential(client);
  if (entra.directory.revokedAt(grant.account) >= grant.issuedAt) throw new Refusal(50173);
  // A refresh always gives a new refresh token, asked for or not; the old one stays good.
  const asked = { ...askedScopes(form, grant.asked), offline: true };
  return userTokens(entra, { client, account: grant.account, asked, nonce: null });
}

function byClientCredentials(entra: Entra, client: AuthenticatedClient, form: URLSearchParams): Reply {
  mustBeConfidential(client);
  const { scopes } = parseScopes(form.get('scope') ?? '');
  if (scopes.length === 0 || scopes.some(({ name }) => name !== '.default')) throw new Refusal(1002012);
  const accessToken = entra.applicationToken(client.app, oneResource(scopes));
  return tokens({ ...life(entra), access_token: accessToken });
}

function byDeviceCode(entra: Entra, client: AuthenticatedClient, form: URLSearchParams): Reply {
  if (!client.app.publicFlows) throw new Refusal(7000218);
  const { grant, account } = entra.grants.takeDevice(form.get('device_code') ?? '', entra.now());
  if (grant.app !== client.app) throw new Refusal(70018);
  return userTokens(entra, { client: { ...client, kind: 'public' }, account, asked: grant.asked, nonce: null });
}

function onBehalfOf(entra: Entra, client: AuthenticatedClient, form: URLSearchParams): Reply {
  mustBeConfidential(client);
  const claims = entra.signer.read(form.get('assertion') ?? '');
  const account = claims?.upn === undefined ? null : entra.directory.account(claims.upn);
  if (account === null) throw new Refusal(70000);
  return userTokens(entra, { client, account, asked: parseScopes(form.get('scope') ?? ''), nonce: null });
}

function byPassword(entra: Entra, client: AuthenticatedClient, form: URLSearchParams): Reply {
  const username = form.get('username') ?? '';
  if (entra.directory.account(username) === null) throw new Refusal(50034);
  const account = entra.directory.checkPassword(username, form.get('password') ?? '');
  if (account === null) throw new Refusal(50126);
  return userTokens(entra, { client, account, asked: parseScopes(form.get('scope') ?? ''), nonce: null });
}

interface UserGrant {
  readonly client: AuthenticatedClient;
  readonly account: Mailbox;
  readonly asked: ScopeRequest;
  readonly nonce: string | null;
}

function userTokens(entra: Entra, { client, account, asked, nonce }: UserGrant): Reply {
  const { app } = client;
  if (!account.enabled) throw new Refusal(50057);
  oneResource(asked.scopes);
  if (!entra.directory.hasConsent(app, account, asked.scopes)) throw new Refusal(65001);
  const issuedAt = entra.now();
  const refresh = asked.offline
    ? entra.grants.addRefresh({ app, account, asked, client: client.kind, issuedAt })
    : null;
  return tokens({
    ...life(entra),
    scope: asked.scopes.map(({ spelled }) => spelled).join(' '),
    access_token: entra.delegatedToken(app, account, asked),
    ...(refresh === null ? {} : { refresh_token: refresh }),
    ...(asked.openid ? { id_token: entra.idToken(app, account, nonce) } : {}),
    client_info: entra.clientInfo(account),
  });
}

function life(entra: Entra): { token_type: string; expires_in: number; ext_expires_in: number } {
  return { token_type: 'Bearer', expires_in: entra.lifeSeconds - 1, ext_expires_in: entra.lifeSeconds - 1 };
}

function tokens(body: Readonly<Record<string, unknown>>): Reply {
  return json(200, body, { 'cache-control': 'no-store', pragma: 'no-cache' });
}

/** Without a scope of its own a request means what was asked at sign-in. */
function askedScopes(form: URLSearchParams, first: ScopeRequest): ScopeRequest {
  const text = form.get('scope');
  return text === null || text === '' ? first : parseScopes(text);
}

function mustBeConfidential(client: AuthenticatedClient): void {
  if (client.kind === 'public') throw new Refusal(7000218);
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

const handlers: ReadonlyMap<string, GrantHandler> = new Map([
  ['authorization_code', byCode],
  ['refresh_token', byRefreshToken],
  ['client_credentials', byClientCredentials],
  ['device_code', byDeviceCode],
  ['urn:ietf:params:oauth:grant-type:device_code', byDeviceCode],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', onBehalfOf],
  ['password', byPassword],
]);
