import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuthWorld } from '../../src/auth/connect.ts';
import { signInByDevice } from '../../src/auth/login/device.ts';
import type { DevicePrompt } from '../../src/auth/login/device.ts';
import { TokenStore } from '../../src/auth/token-store.ts';
import { refusal, scriptedTenant, startScriptedEntra } from './scripted-entra.ts';
import type { ScriptedAnswer, ScriptedEntra } from './scripted-entra.ts';
import { patient, secret } from './tenant.ts';

let entra: ScriptedEntra;
let stateDir: string;
let world: AuthWorld;
beforeEach(async () => {
  entra = await startScriptedEntra();
  stateDir = mkdtempSync(join(tmpdir(), 'integrator-auth-'));
  world = { env: {}, stateDir, store: new TokenStore(stateDir), clock: Date.now, random: () => 0.5 };
});
afterEach(async () => {
  world.store.close();
  await entra.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const good = {
  user_code: 'ABC-123',
  device_code: 'D1',
  verification_uri: 'https://microsoft.test/devicelogin',
  expires_in: 60,
  interval: 0.1,
};

/** Signs in with this answer to the device request; gives what was shown and what it ended with. */
async function ask(answer: ScriptedAnswer, poll: ScriptedAnswer = refusal(70020, 'expired_token')) {
  entra.other = ({ path }) => (path.endsWith('/devicecode') ? answer : undefined);
  entra.token = () => poll;
  const shown: DevicePrompt[] = [];
  const settings = {
    connection: 'contoso-sales',
    kind: 'delegated',
    cloud: 'public',
    tenantId: scriptedTenant,
    clientId: 'client-1',
    authority: entra.authority,
    caFile: entra.caFile,
    serviceAccount: 'svc-crm@contoso.test',
    resources: ['graph'],
    sends: 'no',
    proof: 'secret',
    proofSource: 'file ./secret',
    readProof: () => Promise.resolve(secret('canary')),
  } as const;
  const error: unknown = await signInByDevice(patient(settings, world), (prompt) => shown.push(prompt)).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { shown, error };
}

describe('a device request that Entra refuses shows no code, and ends with the reason', () => {
  test.each([
    [7000218, 'invalid_client', 'config', /Allow public client flows/],
    [700016, 'unauthorized_client', 'config', /client_id/],
    [530035, 'invalid_grant', 'needs_admin', /--paste/],
    [530036, 'invalid_grant', 'needs_admin', /--paste/],
    [53003, 'invalid_grant', 'needs_admin', /Conditional Access/],
    [90002, 'invalid_request', 'config', /tenant_id/],
    [90055, 'temporarily_unavailable', 'throttled', /by itself/],
    [999999, 'invalid_request', 'config', /client_id/],
  ])('AADSTS%i', async (code, word, kind, hint) => {
    const { shown, error } = await ask(refusal(code, word));
    expect(error).toMatchObject({ kind, code: `AADSTS${code}`, hint: expect.stringMatching(hint) });
    expect(shown).toEqual([]);
  });

  test.each([400, 404, 500])('HTTP %i without a word', async (status) => {
    const { shown, error } = await ask({ status, body: {} });
    expect(error).toMatchObject({ kind: status === 500 ? 'unreachable' : 'config' });
    expect(shown).toEqual([]);
  });
});

describe('an answer that is no code is never shown to a person', () => {
  test.each([
    ['nothing in it', {}],
    ['a list', []],
    ['no user code', { ...good, user_code: undefined }],
    ['an empty user code', { ...good, user_code: '' }],
    ['a user code that steers a terminal', { ...good, user_code: '\u001b[31mABC' }],
    ['no device code', { ...good, device_code: undefined }],
    ['no address', { ...good, verification_uri: undefined }],
    ['an address that is no web page', { ...good, verification_uri: 'javascript:alert(1)' }],
    ['an address without TLS', { ...good, verification_uri: 'http://microsoft.test/devicelogin' }],
    ['no end', { ...good, expires_in: undefined }],
    ['an end that is past', { ...good, expires_in: -5 }],
    ['an end that is no number', { ...good, expires_in: 'soon' }],
  ])('%s', async (_what, body) => {
    const { shown, error } = await ask({ body });
    expect(error).toMatchObject({ kind: 'protocol', hint: expect.stringContaining('--paste') });
    expect(shown).toEqual([]);
  });
});

test('an end given as a text of digits is good enough', async () => {
  const { shown } = await ask({ body: { ...good, expires_in: '900' } });
  expect(shown).toEqual([{ url: good.verification_uri, code: 'ABC-123', expiresInSeconds: 900 }]);
});

test('a code that ran out is said as that', async () => {
  const { error } = await ask({ body: good });
  expect(error).toMatchObject({ kind: 'needs_login', message: expect.stringContaining('before the code ran out') });
});

test('a tenant that blocks the code at its redemption is an administrator’s matter', async () => {
  const { error } = await ask({ body: good }, refusal(530035, 'invalid_grant'));
  expect(error).toMatchObject({ kind: 'needs_admin', hint: expect.stringContaining('--paste') });
});
