import { adminConsentUrl, authorityHost, consentScopes, permissionName } from '../cloud.ts';
import { registeredRedirectUri } from '../redirect-uri.ts';
import type { AuthSettings } from '../settings.ts';

export type Names = Readonly<Record<string, string>>;

export function fill(template: string, names: Names): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
}

/** What the {names} of a meaning stand for in one connection. `account`: who it is about, where that is known. */
export function namesOf(settings: AuthSettings, account?: string): Names {
  return {
    connection: settings.connection,
    account: account ?? settings.serviceAccount ?? 'the account',
    client: settings.clientId,
    tenant: settings.tenantId,
    authority: authorityHost(settings),
    proof_source: settings.proofSource,
    scopes: consentScopes(settings).map(permissionName).join(', '),
    redirect_uri: registeredRedirectUri,
    consent_url: adminConsentUrl(settings, registeredRedirectUri),
  };
}

/** Where no connection is known: names that a person can put something in for. */
export const namesOfNobody: Names = {
  connection: 'CONNECTION',
  account: 'the service account',
  client: 'CLIENT_ID',
  tenant: 'TENANT_ID',
  authority: 'login.microsoftonline.com',
  proof_source: 'the file that the configuration names',
  scopes: 'the permissions of the set-up guide',
  redirect_uri: registeredRedirectUri,
  consent_url: 'https://login.microsoftonline.com/TENANT_ID/v2.0/adminconsent?client_id=CLIENT_ID',
};
