import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tokenSource } from '../../src/auth/credential.ts';
import { connectionCredential } from '../../src/auth/connect.ts';
import { graphScopes, secret, startTenant } from './tenant.ts';
import type { Tenant } from './tenant.ts';

let tenant: Tenant;
let scopes: readonly string[];
beforeEach(async () => {
  // Only the date: MSAL, the sandbox and we must agree on it, and real timers must go on.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-01T08:00:00Z') });
  tenant = await startTenant();
  scopes = graphScopes(tenant.settings);
});
afterEach(async () => {
  await tenant.close();
  vi.useRealTimers();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
const minutes = 60_000;
const ews = ['https://outlook.office365.com/EWS.AccessAsUser.All'];
const refuse = (code: number, count = 0) =>
  tenant.sandbox.faults.add({ service: 'entra', path: '/token', count, fault: { kind: 'aadsts', code } });

describe('asking Entra', () => {
  test('a thousand callers at once cost one request', async () => {
    await tenant.signIn();
    later(56 * minutes);
    const before = tenant.tokenRequests();
    const credential = tenant.credential();
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => credential.getToken(scopes)));
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
    expect(tenant.tokenRequests() - before).toBe(1);
  });

  test('half of them for Graph and half for EWS cost two, and none finds the cache empty', async () => {
    const settings = tenant.but({ resources: ['graph', 'ews'] });
    await tenant.signIn(undefined, settings);
    later(56 * minutes);
    const before = tenant.tokenRequests();
    const credential = tenant.credential(settings);
    const tokens = await Promise.all(
      Array.from({ length: 1000 }, (_, index) => credential.getToken(index % 2 === 0 ? scopes : ews)),
    );
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(2);
    expect(tenant.tokenRequests() - before).toBe(2);
  });

  test('a token is renewed five minutes before it ends, not earlier', async () => {
    await tenant.signIn();
    const credential = tenant.credential();
    const first = await credential.getToken(scopes);
    later(54 * minutes);
    expect(await credential.getToken(scopes)).toEqual(first);
    later(2 * minutes);
    expect((await credential.getToken(scopes)).token).not.toBe(first.token);
  });

  test('a refused token is replaced, once; a late complaint about the old one does nothing', async () => {
    await tenant.signIn();
    const source = tokenSource(tenant.credential(), tenant.settings);
    const { signal } = new AbortController();
    const first = await source.getToken('graph', signal);
    source.invalidate('graph', first);
    source.invalidate('graph', first);
    const before = tenant.tokenRequests();
    const second = await source.getToken('graph', signal);
    expect(second).not.toBe(first);
    source.invalidate('graph', first);
    expect(await source.getToken('graph', signal)).toBe(second);
    expect(tenant.tokenRequests() - before).toBe(1);
  });

  test('a caller that gives up does not take the token away from the others', async () => {
    await tenant.signIn();
    later(56 * minutes);
    tenant.sandbox.faults.add({ service: 'entra', path: '/token', fault: { kind: 'delay', ms: 100 } });
    const source = tokenSource(tenant.credential(), tenant.settings);
    const stop = new AbortController();
    const impatient = source.getToken('graph', stop.signal);
    const patient = source.getToken('graph', new AbortController().signal);
    stop.abort(new Error('enough'));
    await expect(impatient).rejects.toMatchObject({ code: 'stopped' });
    await expect(patient).resolves.toEqual(expect.any(String));
  });
});

describe('signing out and in, in another process', () => {
  test('a sign-out takes effect at the next call', async () => {
    await tenant.signIn();
    const credential = tenant.credential();
    await credential.getToken(scopes);
    tenant.anotherWorld().store.signOut('contoso-sales');
    await expect(credential.getToken(scopes)).rejects.toMatchObject({
      kind: 'needs_login',
      hint: 'Run: integrator auth login contoso-sales',
    });
  });

  test('a new sign-in is picked up without a restart', async () => {
    const credential = tenant.credential();
    await expect(credential.getToken(scopes)).rejects.toMatchObject({ kind: 'needs_login' });
    await tenant.signIn();
    await expect(credential.getToken(scopes)).resolves.toMatchObject({ token: expect.any(String) });
  });

  test('two processes refresh at the same time and both go on', async () => {
    await tenant.signIn();
    later(56 * minutes);
    const one = tenant.credential();
    const two = tenant.credential(tenant.settings, tenant.anotherWorld());
    await Promise.all([one.getToken(scopes), two.getToken(scopes)]);
    later(56 * minutes);
    await expect(one.getToken(scopes)).resolves.toBeDefined();
    await expect(two.getToken(scopes)).resolves.toBeDefined();
  });
});

describe('after a failure', () => {
  test.each([
    ['a revoked sign-in', 50173, 'needs_login'],
    ['MFA', 50076, 'needs_login'],
    ['missing consent', 65001, 'needs_admin'],
    ['an expired secret', 7000222, 'config'],
  ] as const)('%s stops all requests of the connection for an hour', async (_name, code, kind) => {
    await tenant.signIn();
    later(56 * minutes);
    refuse(code);
    const credential = tenant.credential();
    const before = tenant.tokenRequests();
    const failures = await Promise.allSettled(Array.from({ length: 50 }, () => credential.getToken(scopes)));
    for (const failure of failures) expect(failure).toMatchObject({ status: 'rejected', reason: { kind } });
    later(59 * minutes);
    await expect(credential.getToken(ews)).rejects.toMatchObject({ kind, code: `AADSTS${code}` });
    expect(tenant.tokenRequests() - before).toBe(1);
    tenant.sandbox.faults.clear();
    later(2 * minutes);
    await expect(credential.getToken(scopes)).resolves.toBeDefined();
  });

  test('a new sign-in ends the stop at once', async () => {
    await tenant.signIn();
    later(56 * minutes);
    const rule = refuse(50173);
    const credential = tenant.credential();
    await expect(credential.getToken(scopes)).rejects.toMatchObject({ kind: 'needs_login' });
    tenant.sandbox.faults.remove(rule);
    await tenant.signIn();
    await expect(credential.getToken(scopes)).resolves.toBeDefined();
  });

  test('a new secret ends the stop at once, without a new sign-in', async () => {
    await tenant.signIn();
    later(56 * minutes);
    let current = 'wrong';
    const credential = tenant.credential(tenant.but({ readProof: () => Promise.resolve(secret(current)) }));
    await expect(credential.getToken(scopes)).rejects.toMatchObject({ kind: 'config', code: 'AADSTS7000215' });
    current = tenant.sandbox.clientSecret;
    await expect(credential.getToken(scopes)).resolves.toBeDefined();
  });

  test('what passes by itself is tried again after 30 s, 60 s, 120 s … 15 min', async () => {
    await tenant.signIn();
    later(56 * minutes);
    refuse(90033);
    const credential = tenant.credential();
    const pauses: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      const error: unknown = await credential.getToken(scopes).catch((thrown: unknown) => thrown);
      const retryAt = Number(Reflect.get(Object(error), 'retryAtMs'));
      pauses.push(retryAt - Date.now());
      const before = tenant.tokenRequests();
      vi.setSystemTime(retryAt - 1);
      await expect(credential.getToken(scopes)).rejects.toMatchObject({ kind: 'throttled' });
      expect(tenant.tokenRequests()).toBe(before);
      vi.setSystemTime(retryAt);
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 900, 900, 900].map((seconds) => seconds * 1000));
  });

  test('the pauses of many machines differ', async () => {
    await tenant.signIn();
    later(56 * minutes);
    refuse(90033);
    const pauseWith = async (random: number) => {
      const credential = connectionCredential(tenant.settings, { ...tenant.world, random: () => random });
      const error: unknown = await credential.getToken(scopes).catch((thrown: unknown) => thrown);
      return Number(Reflect.get(Object(error), 'retryAtMs')) - Date.now();
    };
    expect([await pauseWith(0), await pauseWith(1)]).toEqual([24_000, 36_000]);
  });

  test('Retry-After is honoured', async () => {
    await tenant.signIn();
    later(56 * minutes);
    tenant.sandbox.faults.add({
      service: 'entra',
      path: '/token',
      fault: { kind: 'status', status: 429, code: 'temporarily_unavailable', retryAfter: '77' },
    });
    await expect(tenant.credential().getToken(scopes)).rejects.toMatchObject({ retryAtMs: Date.now() + 77_000 });
  });

  test('Entra is away, but the token in hand still holds: the work goes on', async () => {
    await tenant.signIn();
    const credential = tenant.credential();
    const first = await credential.getToken(scopes);
    tenant.sandbox.faults.add({ service: 'entra', path: '/token', count: 0, fault: { kind: 'reset_before' } });
    later(56 * minutes);
    expect(await credential.getToken(scopes)).toEqual(first);
    later(4 * minutes);
    await expect(credential.getToken(scopes)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('the failure is remembered for auth status, and forgotten when it works again', async () => {
    await tenant.signIn();
    later(56 * minutes);
    const rule = refuse(53003);
    const credential = tenant.credential();
    await credential.getToken(scopes).catch(() => undefined);
    expect(tenant.world.store.read('contoso-sales')?.lastError).toMatchObject({ kind: 'needs_admin' });
    tenant.sandbox.faults.remove(rule);
    later(61 * minutes);
    await credential.getToken(scopes);
    expect(tenant.world.store.read('contoso-sales')?.lastError).toBeNull();
  });
});
