import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { Client, graphScope } from './client.ts';

let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.world.addMailbox({ address: 'ann@contoso.test', displayName: 'Ann Archer' });
  client = new Client(sandbox);
});
afterAll(() => sandbox.close());

test('a browser sign-in gives a code that redeems for a token with id token, client info and refresh token', async () => {
  const { location } = await client.code();
  expect(location.origin + location.pathname).toBe('http://localhost:5555/authcallback');
  expect(location.searchParams.get('state')).toBe('the-state');
  const answer = await client.redeem();
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ token_type: 'Bearer', scope: graphScope });
  const [, payload = ''] = String(answer.json['id_token']).split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    tid: sandbox.tenantId,
    nonce: 'the-nonce',
    preferred_username: 'svc-crm@contoso.test',
    aud: sandbox.clientId,
  });
  expect(answer.json['access_token']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(answer.json['refresh_token']).toBeTypeOf('string');
  expect(answer.json['client_info']).toBeTypeOf('string');
});

test('a scope asked by its short name is answered by its short name', async () => {
  await client.redeem({ scope: 'User.Read openid' }, 'User.Read');
  const answer = await client.redeem({ scope: 'User.Read openid' }, 'User.Read');
  expect(answer.json['scope']).toBe('User.Read');
});

test('a code works once, for ten minutes, and only with the verifier it was asked with', async () => {
  const redeem = (code: string, verifier: string) =>
    client.tokenRequest({
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: 'http://localhost:5555/authcallback',
    });
  const first = await client.code({ scope: graphScope });
  expect((await redeem(first.code, first.verifier)).status).toBe(200);
  expect((await redeem(first.code, first.verifier)).json['error_codes']).toEqual([54005]);
  const second = await client.code({ scope: graphScope });
  expect((await redeem(second.code, 'something else')).json['error_codes']).toEqual([501481]);
  const third = await client.code({ scope: graphScope });
  sandbox.clock.advance(11 * 60_000);
  expect((await redeem(third.code, third.verifier)).json['error_codes']).toEqual([70008]);
});

test('a refresh token is replaced at every use, the old one stays good, and it serves another resource', async () => {
  const { refresh_token: old } = (await client.redeem()).json;
  const refresh = (token: string, scope = graphScope) =>
    client.tokenRequest({ grant_type: 'refresh_token', refresh_token: token, scope });
  const next = await refresh(old);
  expect(next.status).toBe(200);
  expect(next.json['refresh_token']).not.toBe(old);
  expect((await refresh(old)).status).toBe(200);
  const ews = await refresh(next.json['refresh_token'], 'https://outlook.office365.com/EWS.AccessAsUser.All');
  expect(ews.json['scope']).toBe('https://outlook.office365.com/EWS.AccessAsUser.All');
  expect(
    (await refresh(old, `${graphScope} https://outlook.office365.com/EWS.AccessAsUser.All`)).json['error_codes'],
  ).toEqual([28000]);
});

test.each([
  ['wrong tenant', {}, '11111111-1111-4111-8111-111111111111', 400, 90002, 'invalid_request'],
  ['wrong secret', { client_secret: 'wrong' }, undefined, 401, 7000215, 'invalid_client'],
  [
    'unknown application',
    { client_id: '22222222-2222-4222-8222-222222222222' },
    undefined,
    400,
    700016,
    'unauthorized_client',
  ],
  ['common tenant', {}, 'common', 400, 50194, 'invalid_request'],
  [
    'wrong password',
    { grant_type: 'password', username: 'ann@contoso.test', password: 'no' },
    undefined,
    400,
    50126,
    'invalid_grant',
  ],
] as const)('%s is refused as Entra does it', async (_name, form, tenant, status, code, error) => {
  const answer = await client.tokenRequest(
    { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default', ...form },
    tenant,
  );
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ error, error_codes: [code] });
  expect(answer.json['error_description']).toMatch(
    new RegExp(`^AADSTS${code}: .* Trace ID: .* Correlation ID: .* Timestamp: `),
  );
});

test('tenants are known by id and domain, in any case', async () => {
  for (const tenant of [sandbox.tenantId.toUpperCase(), 'Contoso.TEST']) {
    const answer = await client.request(`${sandbox.authority}${tenant}/v2.0/.well-known/openid-configuration`);
    expect(answer.json['token_endpoint']).toBe(`${sandbox.authority}${tenant}/oauth2/v2.0/token`);
    expect(answer.json['issuer']).toContain(sandbox.origin);
  }
});

test('the port of a localhost redirect does not count, its path does', async () => {
  const other = await client.request(client.authorizeUrl({ redirect_uri: 'http://localhost:1/authcallback' }).url);
  expect(other.status).toBe(302);
  for (const wrong of [
    'http://localhost:5555/AuthCallback',
    'http://127.0.0.1:5555/authcallback',
    'https://evil.example/authcallback',
  ]) {
    const page = await client.request(client.authorizeUrl({ redirect_uri: wrong }).url);
    expect(page.headers.get('location')).toBeNull();
    expect(page.text).toContain('AADSTS50011');
  }
});

test('a sign-in that names nobody is the service account’s, where nobody is asked', async () => {
  const url = new URL(client.authorizeUrl().url);
  url.searchParams.delete('login_hint');
  expect((await client.request(url.href)).status).toBe(302);
  url.searchParams.delete('sandbox_auto');
  expect((await client.request(url.href)).text).toContain('Pick an account');
});

test('a person picks an account, reads what is asked and accepts or cancels', async () => {
  const fresh = await startSandbox();
  const person = new Client(fresh);
  const { url } = person.authorizeUrl({ sandbox_auto: '0' });
  const picker = await person.request(url);
  expect(picker.text).toContain('svc-crm@contoso.test');
  const link = (text: string, label: RegExp) =>
    new URL(
      [...text.matchAll(/href="([^"]+)"[^>]*>(.*?)<\/a>/g)]
        .find((found) => label.test(found[2] ?? ''))?.[1]
        ?.replaceAll('&amp;', '&') ?? '/',
      fresh.origin,
    ).href;
  const consent = await person.request(link(picker.text, /svc-crm/));
  expect(consent.text).toContain('Mail.ReadWrite.Shared');
  const cancelled = await person.request(link(consent.text, /Cancel/));
  expect(cancelled.headers.get('location')).toContain('error=access_denied');
  const accepted = await person.request(link(consent.text, /Accept/));
  expect(accepted.headers.get('location')).toContain('code=');
  await fresh.close();
});

test('without consent a refresh is refused; where only an administrator can consent the person sees that page', async () => {
  const { refresh_token: refresh } = (await client.redeem()).json;
  const more = await client.tokenRequest({
    grant_type: 'refresh_token',
    refresh_token: refresh,
    scope: 'https://graph.microsoft.com/Files.Read',
  });
  expect(more.json).toMatchObject({ error: 'invalid_grant', suberror: 'consent_required', error_codes: [65001] });
  sandbox.app.consentPolicy = 'admin';
  const page = await client.request(client.authorizeUrl().url);
  expect(page.headers.get('location')).toBeNull();
  expect(page.text).toContain('AADSTS90094');
  const admin = await client.request(
    `${sandbox.authority}${sandbox.tenantId}/adminconsent?client_id=${sandbox.clientId}&sandbox_auto=1&redirect_uri=http://localhost/authcallback`,
  );
  expect(admin.headers.get('location')).toContain('admin_consent=True');
  expect((await client.request(client.authorizeUrl().url)).status).toBe(302);
});

test('device code: pending until approved, then a token whose refresh must not show a secret', async () => {
  const start = await client.request(`${sandbox.authority}${sandbox.tenantId}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: sandbox.clientId, scope: `${graphScope} offline_access openid` }).toString(),
  });
  const poll = () =>
    client.request(`${sandbox.authority}${sandbox.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: sandbox.clientId,
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: start.json['device_code'],
      }).toString(),
    });
  expect((await poll()).json['error']).toBe('authorization_pending');
  await client.request(
    `${start.json['verification_uri']}?user_code=${start.json['user_code']}&sandbox_account=ann@contoso.test`,
  );
  const done = await poll();
  expect(done.status).toBe(200);
  const withSecret = await client.tokenRequest({
    grant_type: 'refresh_token',
    refresh_token: done.json['refresh_token'],
  });
  expect(withSecret.json['error_codes']).toEqual([700025]);
});

test('revoked sessions, a disabled account and 90 idle days end a sign-in, each with its own code', async () => {
  const refresh = async (token: string) =>
    (await client.tokenRequest({ grant_type: 'refresh_token', refresh_token: token })).json;
  const first = (await client.redeem({ scope: graphScope + ' offline_access' })).json['refresh_token'];
  sandbox.world.mailbox('svc-crm@contoso.test').enabled = false;
  expect(await refresh(first)).toMatchObject({ error_codes: [50057] });
  sandbox.world.mailbox('svc-crm@contoso.test').enabled = true;
  sandbox.directory.revokeSessions('svc-crm@contoso.test', sandbox.clock.now());
  expect(await refresh(first)).toMatchObject({ error_codes: [50173], suberror: 'bad_token' });
  sandbox.clock.advance(1000);
  const second = (await client.redeem({ scope: graphScope + ' offline_access' })).json['refresh_token'];
  sandbox.clock.advance(91 * 86_400_000);
  expect(await refresh(second)).toMatchObject({ error_codes: [700082] });
});

test.each([
  [50076, 400, { error: 'invalid_grant', suberror: 'basic_action', claims: expect.any(String) }],
  [53003, 400, { error: 'invalid_grant', suberror: 'message_only' }],
  [7000222, 401, { error: 'invalid_client' }],
  [90055, 429, { error: 'temporarily_unavailable' }],
  [90033, 503, { error: 'temporarily_unavailable' }],
] as const)('AADSTS%i can be asked for', async (code, status, shape) => {
  sandbox.faults.add({ service: 'entra', path: '/token$', fault: { kind: 'aadsts', code } });
  const answer = await client.tokenRequest({
    grant_type: 'client_credentials',
    scope: 'https://graph.microsoft.com/.default',
  });
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ error_codes: [code], ...shape });
});

test('the sign-in service can be slow, absent or somebody else', async () => {
  const ask = () =>
    client.tokenRequest({ grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' });
  const once = (fault: Fault) => sandbox.faults.add({ service: 'entra', path: '/token$', fault });
  once({ kind: 'aadsts', code: 90055, retryAfter: '7' });
  expect((await ask()).headers.get('retry-after')).toBe('7');
  once({ kind: 'html' });
  expect((await ask()).text).toContain('<html>');
  once({ kind: 'status', status: 503, noBody: true });
  expect(await ask()).toMatchObject({ status: 503, text: '' });
  once({ kind: 'reset_before' });
  await expect(ask()).rejects.toThrow();
});

test('a certificate in place of the secret: registered ones only', async () => {
  const { generateKeyPairSync, sign } = await import('node:crypto');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = part({ alg: 'RS256', x5t: 'thumb' });
  const payload = part({
    iss: sandbox.clientId,
    sub: sandbox.clientId,
    exp: Math.floor(sandbox.clock.now() / 1000) + 300,
  });
  const assertion = `${head}.${payload}.${sign('sha256', Buffer.from(`${head}.${payload}`), privateKey).toString('base64url')}`;
  const ask = () =>
    client.request(`${sandbox.authority}${sandbox.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: sandbox.clientId,
        grant_type: 'client_credentials',
        scope: 'https://graph.microsoft.com/.default',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }).toString(),
    });
  expect((await ask()).json['error_codes']).toEqual([700027]);
  sandbox.app.certificates.set('thumb', publicKey);
  expect((await ask()).status).toBe(200);
});

test('any error number can be asked for: as JSON where a program asks, as a page where a browser does', async () => {
  for (const code of [50011, 53003, 700024, 7000229, 9002327, 530035, 123456]) {
    const rule = sandbox.faults.add({ service: 'entra', count: 0, fault: { kind: 'aadsts', code } });
    const answer = await client.tokenRequest({ grant_type: 'client_credentials' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.json).toMatchObject({
      error: expect.stringMatching(/^[a-z_]+$/),
      error_codes: [code],
      error_description: expect.stringMatching(
        new RegExp(`^AADSTS${code}: .+ Trace ID: .+ Correlation ID: .+ Timestamp: `),
      ),
    });
    const page = await client.request(
      new URL(`/${sandbox.tenantId}/oauth2/v2.0/authorize?client_id=x`, sandbox.authority).href,
    );
    expect(page.headers.get('location')).toBeNull();
    expect(page.text).toContain(`AADSTS${code}: `);
    sandbox.faults.remove(rule);
  }
});

test.each([
  [7000215, 'invalid_client'],
  [700024, 'invalid_client'],
  [7000229, 'invalid_client'],
  [700211, 'invalid_client'],
  [9002327, 'invalid_request'],
  [500113, 'invalid_request'],
  [500014, 'invalid_resource'],
  [700016, 'unauthorized_client'],
  [53011, 'interaction_required'],
  [90033, 'temporarily_unavailable'],
  [530035, 'invalid_grant'],
])('AADSTS%i comes with the word %s', async (code, word) => {
  const rule = sandbox.faults.add({ service: 'entra', count: 0, fault: { kind: 'aadsts', code } });
  expect((await client.tokenRequest({ grant_type: 'client_credentials' })).json['error']).toBe(word);
  sandbox.faults.remove(rule);
});
