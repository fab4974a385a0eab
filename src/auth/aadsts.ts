import type { ErrorKind } from '../domain/errors.ts';

export interface Advice {
  readonly kind: ErrorKind;
  /** What happened, in words that go after "sign-in of connection x: ". */
  readonly what: string;
  /** What to do; {names} are filled in. */
  readonly todo: string;
}

const login = 'Run: integrator auth login {connection}';
const consent =
  'An administrator of the tenant opens {consent_url} and accepts; then run: integrator auth login {connection}';
const newSecret =
  'In the Entra admin centre (App registrations, {client}, Certificates & secrets) make a new client secret and put its value into {secret}; no new sign-in is needed';
const exclude =
  'Ask for {account} to be excluded from that policy (Entra admin centre, Protection, Conditional Access), then run: integrator auth login {connection}';

const ended: Advice = { kind: 'needs_login', what: 'the sign-in of {account} expired or was revoked', todo: login };
const secondFactor: Advice = {
  kind: 'needs_login',
  what: 'Entra wants a second factor from {account}',
  todo: 'Run: integrator auth login {connection} and complete it in the browser; for unattended use ask for an exclusion of the service account',
};
const password: Advice = {
  kind: 'needs_login',
  what: 'the password of {account} has expired or must be changed',
  todo: `Change it, then run: integrator auth login {connection}`,
};
const unconsented: Advice = {
  kind: 'needs_admin',
  what: 'the app {client} has no consent for what it asks ({scopes})',
  todo: consent,
};
const policy: Advice = { kind: 'needs_admin', what: 'a Conditional Access policy blocks {account}', todo: exclude };
const device: Advice = {
  kind: 'needs_admin',
  what: 'a Conditional Access policy demands a managed device',
  todo: exclude,
};
const badScope: Advice = {
  kind: 'config',
  what: 'Entra does not accept the scopes asked for ({scopes})',
  todo: 'Check `cloud` of connection {connection}: it must be the cloud the tenant lives in',
};
const wrongApp: Advice = {
  kind: 'config',
  what: 'there is no app {client} in tenant {tenant}',
  todo: 'Compare client_id and tenant_id with the overview page of the app registration (Entra admin centre, App registrations)',
};
const wrongTenant: Advice = {
  kind: 'config',
  what: 'there is no tenant {tenant} at {authority}',
  todo: 'Correct tenant_id (Entra admin centre, Overview, Tenant ID), or `cloud` if the tenant lives in another one',
};
const codeSpent: Advice = {
  kind: 'needs_login',
  what: 'the sign-in code was used already or is too old',
  todo: `Start again: integrator auth login {connection}`,
};
const unused: Advice = {
  kind: 'needs_login',
  what: 'nobody signed in before the code ran out',
  todo: login,
};
const singleTenant: Advice = {
  kind: 'config',
  what: 'the app {client} belongs to one tenant, and tenant_id {tenant} does not name it',
  todo: 'Set tenant_id to the Directory (tenant) ID on the overview page of the app registration',
};
const busy: Advice = {
  kind: 'throttled',
  what: 'Entra is busy',
  todo: 'Nothing to do: it is tried again by itself',
};

/**
 * What the error numbers of Entra mean for the person who runs this. The numbers may change without notice
 * (learn.microsoft.com/entra/identity-platform/reference-error-codes), so one that is not here falls back to the OAuth
 * error word.
 */
export const adviceByCode: ReadonlyMap<number, Advice> = new Map<number, Advice>([
  ...each([700082, 70008, 50089, 70000, 50173, 50132, 50133], ended),
  [
    700084,
    {
      kind: 'needs_login',
      what: 'the sign-in ended after a day, because the redirect URI is registered as single-page application',
      todo: 'Register {redirect_uri} under the platform "Web" (App registrations, {client}, Authentication), then run: integrator auth login {connection}',
    },
  ],
  [
    70043,
    {
      kind: 'needs_login',
      what: 'a sign-in-frequency policy of Conditional Access ended the sign-in of {account}',
      todo: 'Run: integrator auth login {connection}, and ask for an exclusion of the service account from that policy',
    },
  ],
  ...each([50076, 50078, 50079, 50072, 50074, 50158, 53004], secondFactor),
  ...each([50055, 50144, 50135], password),
  ...each([65001, 65004, 90094, 90095, 90008, 650056, 650057, 65005], unconsented),
  ...each([53003, 53011, 50131], policy),
  ...each([53000, 53001, 53002, 530032, 50097], device),
  [
    50105,
    {
      kind: 'needs_admin',
      what: '{account} is not assigned to the app {client}',
      todo: 'Assign the account (Entra admin centre, Enterprise applications, {client}, Users and groups), then run: integrator auth login {connection}',
    },
  ],
  [
    50057,
    {
      kind: 'needs_admin',
      what: 'the account {account} is disabled',
      todo: 'Enable it (Microsoft 365 admin centre, Active users), then run: integrator auth login {connection}',
    },
  ],
  ...each([50034, 51004], {
    kind: 'needs_admin',
    what: 'the account {account} does not exist in tenant {tenant}',
    todo: 'Check service_account and tenant_id, then run: integrator auth login {connection}',
  }),
  [
    50053,
    {
      kind: 'needs_admin',
      what: 'the account {account} is locked, or the address of this machine is blocked',
      todo: 'Unlock it (Entra admin centre, Sign-in logs show why), then run: integrator auth login {connection}',
    },
  ],
  [7000222, { kind: 'config', what: 'the client secret of app {client} has expired', todo: newSecret }],
  [
    7000215,
    {
      kind: 'config',
      what: 'the client secret of app {client} is wrong',
      todo: `The secret's value is needed, not its ID. ${newSecret}`,
    },
  ],
  ...each([70002, 50012], {
    kind: 'config',
    what: 'Entra does not accept the secret of app {client}',
    todo: newSecret,
  }),
  [
    700027,
    {
      kind: 'config',
      what: 'the certificate is not registered for app {client}, or has expired',
      todo: 'Upload the certificate (App registrations, {client}, Certificates & secrets); it is read from {secret}',
    },
  ],
  ...each([700016, 700011, 70001], wrongApp),
  [
    7000112,
    {
      kind: 'config',
      what: 'the app {client} is disabled',
      todo: 'Enable it (Entra admin centre, Enterprise applications, {client}, Properties)',
    },
  ],
  ...each([90002, 900023, 90038, 50059], wrongTenant),
  ...each([50011, 70004, 900971], {
    kind: 'config',
    what: 'the redirect URI is not registered for app {client}',
    todo: 'Register {redirect_uri} under the platform "Web" (App registrations, {client}, Authentication)',
  }),
  [
    700025,
    {
      kind: 'config',
      what: 'the app {client} is public, but a secret or certificate is configured',
      todo: 'Register {redirect_uri} under the platform "Web" instead of "Mobile and desktop", or remove client_secret',
    },
  ],
  [
    7000218,
    {
      kind: 'config',
      what: 'Entra expects a secret from app {client}',
      todo: 'Configure client_secret or certificate; for --device set "Allow public client flows" to Yes (App registrations, {client}, Authentication)',
    },
  ],
  ...each([54005, 501481], codeSpent),
  ...each([70018, 70019, 70020], unused),
  ...each([28000, 700022, 70011, 28002, 500011], badScope),
  ...each([50194, 9001023], singleTenant),
  [
    50196,
    {
      kind: 'throttled',
      what: 'Entra sees a loop of requests from app {client}',
      todo: 'Nothing is asked for an hour; if it comes again, look for another program that uses the same app',
    },
  ],
  ...each([90033, 90055, 50033, 90006, 90012, 90024, 90090], busy),
]);

/** By the OAuth word, for numbers we do not know. */
export const adviceByWord: ReadonlyMap<string, Advice> = new Map<string, Advice>([
  ['invalid_grant', ended],
  ['interaction_required', { kind: 'needs_login', what: 'Entra wants {account} to sign in again', todo: login }],
  ['login_required', { kind: 'needs_login', what: 'Entra wants {account} to sign in again', todo: login }],
  ['consent_required', unconsented],
  ['access_denied', { kind: 'needs_login', what: 'the sign-in was refused or cancelled', todo: login }],
  ['expired_token', unused],
  ['authorization_declined', { kind: 'needs_login', what: 'the sign-in was declined', todo: login }],
  ['invalid_client', { kind: 'config', what: 'Entra does not accept the secret of app {client}', todo: newSecret }],
  ['unauthorized_client', wrongApp],
  ['invalid_tenant', wrongTenant],
  ['invalid_scope', badScope],
  ['invalid_resource', badScope],
  ['invalid_request', { kind: 'config', what: 'Entra does not accept the request', todo: wrongApp.todo }],
  ['temporarily_unavailable', busy],
  ['server_error', busy],
]);

function each(codes: readonly number[], advice: Advice): [number, Advice][] {
  return codes.map((code) => [code, advice]);
}
