import { each, ofPeople } from './meaning.ts';
import type { CodeEntry, EntraMeaning } from './meaning.ts';

const registerUri =
  'Register {redirect_uri} under the platform "Web" (Entra ID, App registrations, {client}, Authentication), {again}';

const redirect = ofPeople(
  'config',
  'the redirect URI is not registered for app {client}, or not under the platform "Web"',
  registerUri,
);
const singlePage = ofPeople(
  'config',
  'the redirect URI is registered as single-page application',
  `${registerUri}. Remove it under "Single-page application": a sign-in never completes there, or ends after a day`,
);
const singlePageEnded = ofPeople(
  'needs_login',
  'the sign-in ended after a day, because the redirect URI is registered as single-page application',
  registerUri,
);
export const wrongTenant: EntraMeaning = {
  kind: 'config',
  says: 'there is no tenant {tenant} at {authority}',
  cure: 'Correct tenant_id (Entra ID, Overview, Tenant ID), or `cloud` if the tenant lives in another one',
};
const singleTenant: EntraMeaning = {
  kind: 'config',
  says: 'the app {client} belongs to one tenant, and tenant_id {tenant} does not name it',
  cure: 'Set tenant_id to the Directory (tenant) ID on the overview page of the app registration',
};
export const badScope: EntraMeaning = {
  kind: 'config',
  says: 'Entra does not accept the permissions asked for ({scopes})',
  cure: 'Check `cloud` of connection {connection}: it must be the cloud the tenant lives in',
};
const codeSpent = ofPeople(
  'needs_login',
  'the sign-in code was used already, is too old, or belongs to another sign-in',
  'Start again: integrator auth login {connection}',
);
export const unused = ofPeople(
  'needs_login',
  'nobody signed in before the code ran out',
  'Run: integrator auth login {connection}',
);
export const badRequest: EntraMeaning = {
  kind: 'config',
  says: 'Entra does not accept the request of app {client}',
  cure: 'Compare client_id, tenant_id and endpoints.authority with the overview page of the app registration; is a proxy in the way that changes requests?',
};
const oldTls: EntraMeaning = {
  kind: 'config',
  says: 'the connection to Entra uses a TLS version older than 1.2',
  cure: 'A proxy in the way speaks an old TLS: have it updated, or go around it (NO_PROXY)',
};
const elsewhere: EntraMeaning = {
  kind: 'config',
  says: 'this is said of a way to sign in that integrator does not use (SAML, WS-Federation, Windows, personal accounts, tokens on behalf of others)',
  cure: 'Is client_id that of the registration made for integrator (Entra ID, App registrations), and does no other program use it?',
};

/** About what was asked: redirect, tenant, scope, code. The last group is of protocols that are not used here. */
export const aboutRequest: readonly CodeEntry[] = [
  ...each([50011, 70004, 500112, 500113, 500117, 900971, 90102, 50029], redirect),
  ...each([9002325, 9002326, 9002327], singlePage),
  ...each([700084], singlePageEnded),
  ...each(
    [90002, 90019, 90038, 90043, 90051, 50049, 50059, 50128, 900021, 900023, 900382, 900432, 1000104],
    wrongTenant,
  ),
  ...each([50194, 9001023, 9002332, 90027, 90124, 90130], singleTenant),
  ...each([28000, 28002, 28003, 70011, 500011, 650053, 700022, 901002, 1002012, 90009], badScope),
  ...each([54005, 50147, 501481, 501491, 700005, 7000012, 140000], codeSpent),
  ...each([70016, 70018, 70019, 70020, 50134, 90119, 90120], unused),
  ...each([50050, 90004, 90005, 90010, 90013, 90014, 90015, 90016, 90022, 90023, 90056, 90100, 90107], badRequest),
  ...each([90117, 90121, 70003, 70005, 70007, 700054, 900144, 900561, 9000410, 9002313, 165004, 165900], badRequest),
  ...each([51000, 51005, 100007, 230109], badRequest),
  ...each([1002016], oldTls),
  ...each([75001, 75003, 75005, 75008, 75011, 75016, 750054, 7500514, 7500529, 76021, 76026, 900236], elsewhere),
  ...each([17003, 50007, 50010, 50015, 50032, 50042, 50043, 50061, 50068, 50070, 50071, 50099], elsewhere),
  ...each([50120, 50124, 50146, 52004, 67003, 90020, 90114, 220450, 240002, 501241, 501461], elsewhere),
  ...each([1000000, 1000002, 7000114, 70037, 70044], elsewhere),
];

export const requestWords: readonly (readonly [string, EntraMeaning])[] = [
  ['expired_token', unused],
  ['bad_verification_code', unused],
  ['authorization_pending', unused],
  ['invalid_tenant', wrongTenant],
  ['invalid_scope', badScope],
  ['invalid_resource', badScope],
  ['invalid_request', badRequest],
  ['unsupported_grant_type', badRequest],
  ['unsupported_response_type', badRequest],
];
