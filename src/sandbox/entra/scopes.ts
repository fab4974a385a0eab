import { Refusal } from './refusals.ts';

/** A delegated permission as it was asked for, and what it means. */
export interface Scope {
  /** As spelled in the request: the answer must spell it so again. */
  readonly spelled: string;
  readonly resource: string;
  readonly name: string;
}

export interface ScopeRequest {
  readonly scopes: readonly Scope[];
  readonly offline: boolean;
  readonly openid: boolean;
}

const graph = 'https://graph.microsoft.com';
const oidc = new Set(['openid', 'profile', 'email', 'offline_access']);

/** The resources of this tenant: Graph and Exchange, under the names of all clouds. */
const resources: ReadonlySet<string> = new Set([
  graph,
  'https://graph.microsoft.us',
  'https://dod-graph.microsoft.us',
  'https://microsoftgraph.chinacloudapi.cn',
  'https://outlook.office365.com',
  'https://outlook.office.com',
  'https://outlook.office365.us',
  'https://webmail.apps.mil',
  'https://partner.outlook.cn',
]);

export function parseScopes(text: string): ScopeRequest {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const named = words.filter((word) => !oidc.has(word.toLowerCase()));
  return {
    scopes: named.map(scopeOf),
    offline: words.some((word) => word.toLowerCase() === 'offline_access'),
    openid: words.some((word) => word.toLowerCase() === 'openid'),
  };
}

/** A token is for one resource; a sign-in may name several. */
export function oneResource(scopes: readonly Scope[]): string {
  const found = new Set(scopes.map(({ resource }) => resource));
  if (found.size > 1) throw new Refusal(28000);
  return scopes[0]?.resource ?? graph;
}

/** How consent is remembered: spelling and case do not count. */
export function consentKey({ resource, name }: Scope): string {
  return `${resource}/${name}`.toLowerCase();
}

function scopeOf(spelled: string): Scope {
  const match = /^(https:\/\/[^/]+)\/+(.+)$/.exec(spelled);
  if (match === null) {
    if (spelled.includes(':')) throw new Refusal(70011);
    return { spelled, resource: graph, name: spelled };
  }
  const resource = (match[1] ?? '').toLowerCase();
  if (!resources.has(resource)) throw new Refusal(500011);
  return { spelled, resource, name: match[2] ?? '' };
}
