import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signInByBrowser, signInByPaste } from '../../src/auth/login/browser.ts';
import { signInByDevice } from '../../src/auth/login/device.ts';
import type { Tenant } from './tenant.ts';
import { browse, graphScopes, knock, openPage, patient, redirectOf, secret, startTenant } from './tenant.ts';

let tenant: Tenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

const svc = 'svc-crm@contoso.test';

describe('in the browser', () => {
  test('the service account signs in once, and its token opens Graph', async () => {
    const signedIn = await tenant.signIn();
    expect(signedIn).toMatchObject({
      connection: 'contoso-sales',
      username: svc,
      tenantId: tenant.sandbox.tenantId,
      clientKind: 'confidential',
      missing: [],
    });
    const { token } = await tenant.credential().getToken(graphScopes(tenant.settings));
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      aud: 'https://graph.microsoft.com',
      upn: svc,
      scp: 'User.Read Mail.ReadWrite.Shared Mail.Send Mail.Send.Shared',
    });
    expect(tenant.tokenRequests()).toBe(1);
  });

  test('the address asks for what is needed, and protects the answer', async () => {
    let address = new URL('https://nowhere.test');
    await signInByBrowser(patient(tenant.settings, tenant.world), (url) => {
      address = new URL(url);
      void browse(tenant.sandbox, url, svc);
    });
    const query = address.searchParams;
    expect(query.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining([...graphScopes(tenant.settings), 'offline_access', 'openid']),
    );
    expect(query.get('redirect_uri')).toMatch(/^http:\/\/localhost:\d+\/authcallback$/);
    expect(query.get('code_challenge_method')).toBe('S256');
    expect(query.get('state')).toMatch(/^[\w-]{43}$/);
    expect(query.get('nonce')).toMatch(/^[\w-]{43}$/);
    expect(query.get('login_hint')).toBe(svc);
  });

  test('one sign-in consents to Graph and EWS, and there is a token for each', async () => {
    const settings = tenant.but({ resources: ['graph', 'ews'] });
    const signedIn = await tenant.signIn(svc, settings);
    expect(signedIn.scopes).toContain('https://outlook.office365.com/EWS.AccessAsUser.All');
    const before = tenant.tokenRequests();
    const credential = tenant.credential(settings);
    await credential.getToken(graphScopes(settings));
    await credential.getToken('https://outlook.office365.com/EWS.AccessAsUser.All');
    expect(tenant.tokenRequests()).toBe(before);
  });

  test('a connection for Graph alone does not ask for EWS', async () => {
    await tenant.signIn();
    const [authorize] = tenant.sandbox.requests.of('entra').filter(({ path }) => path.includes('/authorize'));
    expect(authorize?.path).not.toContain('EWS');
  });

  test('what else knocks at the listener is turned away, learns nothing, and the sign-in still works', async () => {
    const answers: [string, number][] = [];
    const signedIn = await signInByBrowser(patient(tenant.settings, tenant.world), (url) => {
      void (async () => {
        const callback = new URL(url).searchParams.get('redirect_uri') ?? '';
        const port = new URL(callback).port;
        const state = new URL(url).searchParams.get('state') ?? '';
        const hostile: [string, string, { method?: string; host?: string }?][] = [
          ['favicon', `http://localhost:${port}/favicon.ico`],
          ['root', `http://localhost:${port}/`],
          ['longer path', `${callback}/more?code=x&state=${state}`],
          ['other case', `${callback.replace('auth', 'AUTH')}?code=x&state=${state}`],
          ['no query', callback],
          ['wrong state', `${callback}?code=attacker&state=${'A'.repeat(43)}`],
          ['no state', `${callback}?code=attacker`],
          ['two states', `${callback}?code=attacker&state=${state}&state=x`],
          ['two codes', `${callback}?code=a&code=b&state=${state}`],
          ['no code', `${callback}?state=${state}`],
          ['wrong error', `${callback}?error=access_denied&state=nope`],
          ['POST', `${callback}?code=attacker&state=${state}`, { method: 'POST' }],
          ['HEAD', `${callback}?code=attacker&state=${state}`, { method: 'HEAD' }],
          ['foreign host', `${callback}?code=attacker&state=${state}`, { host: `evil.example:${port}` }],
          ['host without port', `${callback}?code=attacker&state=${state}`, { host: 'localhost' }],
        ];
        for (const [name, address, options] of hostile) {
          const answer = await knock(address, options);
          answers.push([name, answer.status]);
          expect(answer.body, name).not.toMatch(/attacker|evil|nope/);
          expect(answer.body, name).not.toContain(state);
          expect(answer.headers, name).toMatchObject({
            'cache-control': 'no-store',
            'referrer-policy': 'no-referrer',
            'content-security-policy': expect.stringContaining("default-src 'none'"),
            connection: 'close',
          });
        }
        await browse(tenant.sandbox, url, svc);
      })();
    });
    expect(signedIn.username).toBe(svc);
    expect(Object.fromEntries(answers)).toEqual({
      favicon: 404,
      root: 404,
      'longer path': 404,
      'other case': 404,
      'no query': 400,
      'wrong state': 400,
      'no state': 400,
      'two states': 400,
      'two codes': 400,
      'no code': 400,
      'wrong error': 400,
      POST: 405,
      HEAD: 405,
      'foreign host': 421,
      'host without port': 421,
    });
  });

  test('the listener is gone when the sign-in is over', async () => {
    let callback = '';
    await signInByBrowser(patient(tenant.settings, tenant.world), (url) => {
      callback = new URL(url).searchParams.get('redirect_uri') ?? '';
      void browse(tenant.sandbox, url, svc);
    });
    await expect(knock(callback)).rejects.toThrow('ECONNREFUSED');
  });

  test('nobody comes: it ends after the time given, and says how to give more', async () => {
    const soon = { ...patient(tenant.settings, tenant.world), timeoutMs: 50 };
    await expect(signInByBrowser(soon, () => undefined)).rejects.toMatchObject({
      kind: 'needs_login',
      hint: expect.stringContaining('--timeout'),
    });
    expect(tenant.world.store.read('contoso-sales')).toBeUndefined();
  });

  test('Ctrl-C ends the wait', async () => {
    const stop = new AbortController();
    const wait = signInByBrowser({ ...patient(tenant.settings, tenant.world), signal: stop.signal }, () =>
      stop.abort(new Error('stopped by SIGINT')),
    );
    await expect(wait).rejects.toMatchObject({ code: 'stopped' });
  });
});

describe('what is stored', () => {
  test('the tokens lie sealed in files that only their owner can read', async () => {
    await tenant.signIn();
    const { token } = await tenant.credential().getToken(graphScopes(tenant.settings));
    for (const file of readdirSync(tenant.stateDir)) {
      const path = join(tenant.stateDir, file);
      expect(statSync(path).mode & 0o777, file).toBe(0o600);
      const content = readFileSync(path, 'latin1');
      expect(content, file).not.toContain(token);
      expect(content, file).not.toContain('refresh_token');
      expect(content, file).not.toContain('RefreshToken');
    }
    expect(statSync(tenant.stateDir).mode & 0o777).toBe(0o700);
    expect(existsSync(join(tenant.stateDir, 'key'))).toBe(true);
  });

  test('another process, and the same after a restart, goes on without a request', async () => {
    await tenant.signIn();
    const before = tenant.tokenRequests();
    const again = tenant.credential(tenant.settings, tenant.anotherWorld());
    await again.getToken(graphScopes(tenant.settings));
    expect(tenant.tokenRequests()).toBe(before);
  });
});

describe('refused, and nothing stored', () => {
  test('the wrong person', async () => {
    tenant.sandbox.world.addMailbox({ address: 'mallory@contoso.test', displayName: 'Mallory', kind: 'user' });
    await expect(tenant.signIn('mallory@contoso.test')).rejects.toMatchObject({
      kind: 'not_allowed',
      message: 'mallory@contoso.test signed in, but connection contoso-sales must be signed in by svc-crm@contoso.test',
      hint: expect.stringContaining('integrator auth login contoso-sales'),
    });
    expect(tenant.world.store.read('contoso-sales')).toBeUndefined();
  });

  test('the wrong person does not replace the right one', async () => {
    tenant.sandbox.world.addMailbox({ address: 'mallory@contoso.test', displayName: 'Mallory', kind: 'user' });
    await tenant.signIn();
    const before = tenant.world.store.read('contoso-sales');
    await expect(tenant.signIn('mallory@contoso.test')).rejects.toMatchObject({ kind: 'not_allowed' });
    expect(tenant.world.store.read('contoso-sales')).toEqual(before);
  });

  test('upper and lower case of the account do not matter', async () => {
    const settings = tenant.but({ serviceAccount: 'SVC-CRM@Contoso.Test' });
    expect((await tenant.signIn(svc, settings)).username).toBe(svc);
  });

  test.each(['common', 'organizations', 'Consumers'])('tenant_id %s, which is no tenant', async (tenantId) => {
    await expect(tenant.signIn(svc, tenant.but({ tenantId }))).rejects.toMatchObject({ kind: 'config' });
  });

  test('a tenant that does not exist', async () => {
    const wrong = tenant.but({ tenantId: '00000000-0000-4000-8000-000000000000' });
    await expect(signInByBrowser(patient(wrong, tenant.world), () => undefined)).rejects.toMatchObject({
      kind: 'config',
      code: 'AADSTS90002',
      hint: expect.stringContaining('tenant_id'),
    });
  });

  test('a tenant named by one of its domains is looked up', async () => {
    expect((await tenant.signIn(svc, tenant.but({ tenantId: 'Contoso.Test' }))).tenantId).toBe(tenant.sandbox.tenantId);
  });

  test('a wrong client secret', async () => {
    const wrong = tenant.but({ readProof: () => Promise.resolve(secret('not-the-secret')) });
    await expect(tenant.signIn(svc, wrong)).rejects.toMatchObject({ kind: 'config', code: 'AADSTS7000215' });
  });

  test('the person declines', async () => {
    const wait = signInByBrowser(patient(tenant.settings, tenant.world), (url) => {
      void redirectOf(tenant.sandbox, url, svc, true).then((location) => knock(location));
    });
    await expect(wait).rejects.toMatchObject({ kind: 'needs_admin', code: 'AADSTS65004' });
  });

  test('a tenant where users may not consent: the address for the administrator is given, and it works', async () => {
    tenant.sandbox.app.consentPolicy = 'admin';
    const wait = signInByBrowser(patient(tenant.settings, tenant.world), (url) => {
      void redirectOf(tenant.sandbox, url, svc, true).then((location) => knock(location));
    });
    const error: unknown = await wait.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'needs_admin' });
    const hint = String(Reflect.get(Object(error), 'hint'));
    const consent = /https:\S+/.exec(hint)?.[0] ?? '';
    expect(new URL(consent).searchParams.get('client_id')).toBe(tenant.sandbox.clientId);
    expect(consent).toContain(`/${tenant.sandbox.tenantId}/v2.0/adminconsent?`);
    const accepted = new URL(consent);
    accepted.searchParams.set('sandbox_auto', '1');
    await openPage(tenant.sandbox, accepted);
    expect((await tenant.signIn()).username).toBe(svc);
  });
});

describe('without a browser on this machine', () => {
  test('the pasted address signs in; one of another sign-in is asked for again', async () => {
    const problems: (string | undefined)[] = [];
    let url = '';
    const signedIn = await signInByPaste(
      patient(tenant.settings, tenant.world),
      (shown) => {
        url = shown;
      },
      async (problem) => {
        problems.push(problem);
        const location = await redirectOf(tenant.sandbox, url, svc);
        if (problems.length === 1) return 'http://localhost/authcallback?code=x&state=y';
        if (problems.length === 2) return 'hello';
        return `  "${location}"\n`;
      },
    );
    expect(signedIn.username).toBe(svc);
    expect(new URL(url).searchParams.get('redirect_uri')).toBe('http://localhost/authcallback');
    expect(problems).toEqual([undefined, expect.any(String), expect.any(String)]);
  });

  test('nothing useful is pasted: usage error, nothing stored', async () => {
    const wait = signInByPaste(
      patient(tenant.settings, tenant.world),
      () => undefined,
      () => Promise.resolve('nonsense'),
    );
    await expect(wait).rejects.toMatchObject({ kind: 'usage' });
    expect(tenant.world.store.read('contoso-sales')).toBeUndefined();
  });
});

describe('with a device code', () => {
  const approve = (url: string, code: string, extra = `&sandbox_account=${svc}`) =>
    openPage(tenant.sandbox, `${url}?user_code=${code}${extra}`);

  test('it signs in, and is refreshed without the secret for ever after', async () => {
    const signedIn = await signInByDevice(patient(tenant.settings, tenant.world), ({ url, code }) => {
      void approve(url, code);
    });
    expect(signedIn).toMatchObject({ username: svc, clientKind: 'public' });
    const credential = tenant.credential(
      tenant.but({ readProof: () => Promise.resolve(secret('a secret a public client must not send')) }),
    );
    const first = await credential.getToken(graphScopes(tenant.settings));
    credential.invalidate(graphScopes(tenant.settings));
    const second = await credential.getToken(graphScopes(tenant.settings));
    expect(second.token).not.toBe(first.token);
  });

  test('a broken connection between two polls does not end it', async () => {
    tenant.sandbox.faults.add({ service: 'entra', path: '/token$', nth: 2, fault: { kind: 'reset_before' } });
    const signedIn = await signInByDevice(patient(tenant.settings, tenant.world), ({ url, code }) => {
      setTimeout(() => void approve(url, code), 400);
    });
    expect(signedIn.username).toBe(svc);
  });

  test('declined: it says so, and stores nothing', async () => {
    const wait = signInByDevice(patient(tenant.settings, tenant.world), ({ url, code }) => {
      void approve(url, code, '&sandbox_deny=1');
    });
    await expect(wait).rejects.toMatchObject({ code: 'AADSTS65004' });
    expect(tenant.world.store.read('contoso-sales')).toBeUndefined();
  });

  test('an app that forbids it: the setting to change is named', async () => {
    tenant.sandbox.app.publicFlows = false;
    const wait = signInByDevice(patient(tenant.settings, tenant.world), () => undefined);
    await expect(wait).rejects.toMatchObject({
      kind: 'config',
      code: 'AADSTS7000218',
      hint: expect.stringContaining('Allow public client flows'),
    });
  });
});
