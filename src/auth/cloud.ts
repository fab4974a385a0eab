import type { AuthSettings, Cloud } from './settings.ts';
import type { Resource } from './token-source.ts';

interface CloudHosts {
  readonly authority: string;
  readonly graph: string;
  readonly ews: string;
}

// learn.microsoft.com/graph/deployments and …/exchange/…/authenticate-an-ews-application-by-using-oauth
const hosts: Readonly<Record<Cloud, CloudHosts>> = {
  public: {
    authority: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    ews: 'https://outlook.office365.com',
  },
  usgov: {
    authority: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    ews: 'https://outlook.office365.us',
  },
  usgov_dod: {
    authority: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    ews: 'https://webmail.apps.mil',
  },
  china: {
    authority: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    ews: 'https://partner.outlook.cn',
  },
};

const delegatedPermissions: Readonly<Record<Resource, readonly string[]>> = {
  graph: ['User.Read', 'Mail.ReadWrite.Shared', 'Mail.Send', 'Mail.Send.Shared'],
  ews: ['EWS.AccessAsUser.All'],
};

/** Without these the connection could not read a single mailbox. */
const indispensable: Readonly<Record<Resource, string>> = {
  graph: 'Mail.ReadWrite.Shared',
  ews: 'EWS.AccessAsUser.All',
};

/** The public host of a service in this cloud, without a slash at the end. */
export function serviceHost(cloud: Cloud, resource: Resource): string {
  return hosts[cloud][resource];
}

/** Entra's address without the tenant and without a slash at the end. */
export function authorityHost(settings: AuthSettings): string {
  return (settings.authority ?? hosts[settings.cloud].authority).replace(/\/+$/, '');
}

/** Entra's address with the tenant. */
export function authorityUrl(settings: AuthSettings): string {
  return `${authorityHost(settings)}/${settings.tenantId}`;
}

/**
 * The scopes of one resource, always on the cloud's own resource host: a token for a private endpoint or the sandbox
 * is still a token for the public resource. MSAL finds its cached token only if the spelling stays the same.
 */
export function scopesFor(settings: AuthSettings, resource: Resource): readonly string[] {
  const host = hosts[settings.cloud][resource];
  if (settings.kind !== 'delegated') return [`${host}/.default`];
  return delegatedPermissions[resource].map((permission) => `${host}/${permission}`);
}

/** Everything a sign-in asks consent for. */
export function consentScopes(settings: AuthSettings): readonly string[] {
  return settings.resources.flatMap((resource) => scopesFor(settings, resource));
}

/**
 * Which asked-for permissions are not among the granted ones. Entra may answer `Mail.Send` for
 * `https://graph.microsoft.com/Mail.Send`, so only the last part counts.
 */
export function missingPermissions(resource: Resource, granted: readonly string[]): readonly string[] {
  const have = new Set(granted.map((scope) => permissionName(scope).toLowerCase()));
  return delegatedPermissions[resource].filter((permission) => !have.has(permission.toLowerCase()));
}

export function isIndispensable(resource: Resource, permission: string): boolean {
  return indispensable[resource] === permission;
}

/** "Mail.Send" of "https://graph.microsoft.com/Mail.Send". */
export function permissionName(scope: string): string {
  return scope.slice(scope.lastIndexOf('/') + 1);
}

/** Where an administrator consents for everyone, for tenants that forbid users to. */
export function adminConsentUrl(settings: AuthSettings, redirectUri: string): string {
  const query = new URLSearchParams({
    client_id: settings.clientId,
    scope: consentScopes(settings).join(' '),
    redirect_uri: redirectUri,
  });
  return `${authorityUrl(settings)}/v2.0/adminconsent?${query.toString()}`;
}
