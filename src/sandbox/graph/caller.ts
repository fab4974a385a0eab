import type { Directory, ExchangeRole } from '../entra/directory.ts';
import type { AccessClaims, TokenSigner } from '../entra/jwt.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { World } from '../world/world.ts';
import { GraphRefusal } from './errors.ts';

/** Who asks: a signed-in person through an application, or the application itself. */
export type Caller =
  | { readonly kind: 'person'; readonly appId: string; readonly account: Mailbox; readonly scopes: ReadonlySet<string> }
  | {
      readonly kind: 'application';
      readonly appId: string;
      readonly roles: ReadonlySet<string>;
      readonly exchangeRoles: readonly ExchangeRole[];
    };

/** Tokens for Graph under the names of all clouds are good here. */
const audiences: ReadonlySet<string> = new Set([
  'https://graph.microsoft.com',
  'https://graph.microsoft.us',
  'https://dod-graph.microsoft.us',
  'https://microsoftgraph.chinacloudapi.cn',
]);

export interface CallerParts {
  readonly signer: TokenSigner;
  readonly world: World;
  readonly directory: Directory;
  now(): number;
}

/** Reads the bearer token; throws 401 where it is missing, foreign or expired. */
export function callerOf(authorization: string | undefined, parts: CallerParts): Caller {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthorized('Access token is empty.');
  const claims = parts.signer.read(token);
  if (claims === null) throw unauthorized('IDX14100: JWT is not well formed, there are no dots (.).');
  if (!audiences.has(claims.aud)) throw unauthorized('Access token validation failure. Invalid audience.');
  if (claims.exp * 1000 <= parts.now()) throw expiredToken();
  return fromClaims(claims, parts);
}

export function expiredToken(): GraphRefusal {
  return unauthorized('Lifetime validation failed, the token is expired.');
}

function fromClaims(claims: AccessClaims, { world, directory }: CallerParts): Caller {
  const appId = claims.appid ?? '';
  if (claims.upn === undefined) {
    const exchangeRoles = directory.app(appId)?.exchangeRoles ?? [];
    return { kind: 'application', appId, roles: new Set(claims.roles), exchangeRoles };
  }
  const account = world.find(claims.oid ?? '');
  if (account === null) throw unauthorized('The account of the token is gone.');
  return { kind: 'person', appId, account, scopes: new Set((claims.scp ?? '').toLowerCase().split(' ')) };
}

function unauthorized(message: string): GraphRefusal {
  return new GraphRefusal(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': 'Bearer realm="", authorization_uri="https://localhost/common/oauth2/authorize"',
  });
}
