import { html, json } from '../reply.ts';
import type { Reply, Request } from '../reply.ts';
import type { Service } from '../server.ts';
import { adminConsent, authorize } from './authorize.ts';
import { deviceCode, deviceLogin } from './device.ts';
import type { Entra } from './entra.ts';
import { errorPage } from './pages.ts';
import { Refusal, refusalReply } from './refusals.ts';
import { token } from './token.ts';

/** The sign-in service under `/{tenant}/…` and `/devicelogin`. */
export function entraService(entra: Entra): Service {
  const refuse = (code: number): Reply => refusalReply(code, { now: entra.now(), origin: entra.origin });
  return {
    name: 'entra',
    errors: {
      error: (status, code, message) =>
        json(status, { error: code === '' ? 'server_error' : code, error_description: message }),
      expiredToken: () => refuse(700082),
      aadsts: (code, request) =>
        /\/(authorize|adminconsent)$/.test(request.url.pathname) ? errorPage(code, entra.now()) : refuse(code),
    },
    subject: () => ({ mailbox: null, mutating: false }),
    handle: (request) => {
      try {
        return route(entra, request);
      } catch (error) {
        if (error instanceof Refusal) return refuse(error.code);
        throw error;
      }
    },
  };
}

function route(entra: Entra, request: Request): Reply {
  const path = request.url.pathname;
  if (path === '/devicelogin') return deviceLogin(entra, request);
  const [, tenant = '', ...rest] = path.split('/');
  const operation = rest.join('/').toLowerCase();
  const kind = entra.directory.tenant(decodeURIComponent(tenant));
  const shown = pages.get(operation);
  if (shown !== undefined) return kind === 'this' ? shown(entra, request) : errorPage(refusalOf[kind], entra.now());
  if (kind === 'unknown') throw new Refusal(90002);
  const operationKey = `${request.method} ${operation}`;
  if (operationKey === 'GET v2.0/.well-known/openid-configuration') return json(200, discovery(entra, tenant));
  if (operationKey === 'GET discovery/v2.0/keys') return json(200, entra.signer.keys());
  const handler = posts.get(operationKey);
  if (handler === undefined)
    return html(404, '<!doctype html><title>404</title><h1>404 - File or directory not found.</h1>');
  if (kind === 'many') throw new Refusal(50194);
  return handler(entra, request);
}

const refusalOf = { unknown: 90002, many: 50194 } as const;

/** What a browser opens: refusals are pages. */
const pages: ReadonlyMap<string, (entra: Entra, request: Request) => Reply> = new Map([
  ['oauth2/v2.0/authorize', authorize],
  ['adminconsent', adminConsent],
  ['v2.0/adminconsent', adminConsent],
]);

const posts: ReadonlyMap<string, (entra: Entra, request: Request) => Reply> = new Map([
  ['POST oauth2/v2.0/token', token],
  ['POST oauth2/v2.0/devicecode', deviceCode],
]);

function discovery(entra: Entra, tenant: string): Readonly<Record<string, unknown>> {
  const base = `${entra.origin}/${tenant}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['ES256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: entra.issuer(),
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    tenant_region_scope: 'EU',
    cloud_instance_name: 'sandbox',
  };
}
