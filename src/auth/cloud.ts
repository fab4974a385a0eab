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

/**
 * What a signed-in person grants: reading alone needs no more than reading. Drafts of outgoing mail lie in the agents'
 * mailboxes, so sending needs Mail.ReadWrite.Shared.
 */
function delegatedPermissions({ sends }: Pick<AuthSettings, 'sends'>, resource: Resource): readonly string[] {
  if (resource === 'ews') return ['EWS.AccessAsUser.All'];
  return sends === 'no'
    ? ['User.Read', 'Mail.Read.Shared']
    : ['User.Read', 'Mail.ReadWrite.Shared', 'Mail.Send', 'Mail.Send.Shared'];
}

/** Without one of these the connection could not read a single mailbox. */
const indispensable: ReadonlySet<string> = new Set([
  'Mail.Read.Shared',
  'Mail.ReadWrite.Shared',
  'EWS.AccessAsUser.All',
]);

/** A permission that includes another one. */
const includedIn: Readonly<Record<string, string>> = { 'mail.read.shared': 'mail.readwrite.shared' };

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
  return delegatedPermissions(settings, resource).map((permission) => `${host}/${permission}`);
}

/** Everything a sign-in asks consent for. */
export function consentScopes(settings: AuthSettings): readonly string[] {
  return settings.resources.flatMap((resource) => scopesFor(settings, resource));
}

/** The scopes of a sign-in that a further one would have to be asked for. */
export function uncovered(asked: readonly string[], granted: readonly string[]): readonly string[] {
  return asked.filter((scope) => covering(scope, granted) === undefined);
}

/** Finds the granted scope that is this one, or includes it. */
export function covering(scope: string, granted: readonly string[]): string | undefined {
  const name = permissionName(scope).toLowerCase();
  const named = (wanted: string | undefined) => granted.find((one) => permissionName(one).toLowerCase() === wanted);
  return named(name) ?? named(includedIn[name]);
}

/**
 * Which asked-for permissions are not among the granted ones. Entra may answer `Mail.Send` for
 * `https://graph.microsoft.com/Mail.Send`, so only the last part counts.
 */
export function missingPermissions(
  settings: AuthSettings,
  resource: Resource,
  granted: readonly string[],
): readonly string[] {
  return uncovered(delegatedPermissions(settings, resource), granted);
}

export function isIndispensable(permission: string): boolean {
  return indispensable.has(permission);
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
