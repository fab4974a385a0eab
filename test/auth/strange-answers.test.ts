import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectionCredential } from '../../src/auth/connect.ts';
import type { AuthWorld } from '../../src/auth/connect.ts';
import { keyFile } from '../../src/auth/key.ts';
import { signInByBrowser } from '../../src/auth/login/browser.ts';
import { signInByDevice } from '../../src/auth/login/device.ts';
import type { SignedIn } from '../../src/auth/login/sign-in.ts';
import type { AuthSettings } from '../../src/auth/settings.ts';
import { authStatus } from '../../src/auth/status.ts';
import { TokenStore } from '../../src/auth/token-store.ts';
import { jwt, refusal, scriptedTenant, startScriptedEntra, tokens } from './scripted-entra.ts';
import type { Asked, ScriptedEntra } from './scripted-entra.ts';
import { graphScopes, knock, patient, secret } from './tenant.ts';

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

const canarySecret = 'canary~client~secret';
const allGraph = 'User.Read Mail.ReadWrite.Shared Mail.Send Mail.Send.Shared';

function settings(changes: Partial<AuthSettings> = {}): AuthSettings {
  return {
    connection: 'contoso-sales',
    kind: 'delegated',
    cloud: 'public',
    tenantId: scriptedTenant,
    clientId: 'client-1',
    authority: entra.authority,
    caFile: entra.caFile,
    serviceAccount: 'svc-crm@contoso.test',
    resources: ['graph'],
    sends: 'configured',
    proof: 'secret',
    proofSource: 'file /run/credentials/contoso',
    readProof: () => Promise.resolve(secret(canarySecret)),
    ...changes,
  };
}

/** Entra sends the browser straight back; `grant` is what the code is redeemed for. */
function signIn(grant: (asked: Asked, nonce: string) => unknown, chosen = settings()): Promise<SignedIn> {
  return signInByBrowser(patient(chosen, world), (url) => {
    const query = new URL(url).searchParams;
    const nonce = query.get('nonce') ?? '';
    entra.token = (asked) => ({ body: grant(asked, nonce) });
    const back = new URL(query.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code: 'canary-code', state: query.get('state') ?? '' }).toString();
    void knock(back.href);
  });
}

/** A grant whose id token carries these claims. */
function granted(nonce: string, claims: Readonly<Record<string, unknown>> = {}, scope = allGraph) {
  const tid = typeof claims['tid'] === 'string' ? claims['tid'] : scriptedTenant;
  const id = {
    tid,
    oid: 'oid-1',
    sub: 'sub-1',
    preferred_username: 'svc-crm@contoso.test',
    ver: '2.0',
    nonce,
    ...claims,
  };
  return tokens(scope, { id_token: jwt(id) }, tid);
}

const qualified = allGraph
  .split(' ')
  .map((name) => `https://graph.microsoft.com/${name}`)
  .join(' ');

test('a tenant id that is no GUID is enough where the sign-in says the same', async () => {
  const named = settings({ tenantId: 'contoso.test' });
  const { username } = await signIn((_asked, nonce) => granted(nonce, { tid: 'Contoso.test' }, qualified), named);
  expect(username).toBe('svc-crm@contoso.test');
});

describe('a sign-in that is not what was asked for is refused, and nothing is stored', () => {
  afterEach(() => expect(world.store.read('contoso-sales')).toBeUndefined());

  test('another tenant', async () => {
    const tid = '99999999-2222-4333-8444-555555555555';
    await expect(signIn((_asked, nonce) => granted(nonce, { tid }, qualified))).rejects.toMatchObject({
      kind: 'not_allowed',
      message: expect.stringContaining(tid),
    });
  });

  test('another nonce: an answer to somebody else’s question', async () => {
    await expect(signIn(() => granted('another', {}, qualified))).rejects.toMatchObject({ kind: 'protocol' });
  });

  test('without the permission to read mailboxes', async () => {
    const few = 'https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Send';
    await expect(signIn((_asked, nonce) => granted(nonce, {}, few))).rejects.toMatchObject({
      kind: 'needs_admin',
      message: expect.stringContaining('Mail.ReadWrite.Shared'),
      hint: expect.stringContaining('adminconsent'),
    });
  });

  test('an answer without an id token', async () => {
    await expect(
      signIn(() => ({ token_type: 'Bearer', expires_in: 3600, scope: qualified, access_token: jwt({}) })),
    ).rejects.toMatchObject({ kind: expect.stringMatching(/protocol|not_allowed/) });
  });
});

describe('what is only odd is accepted', () => {
  test('a permission that is missing but not vital is named', async () => {
    const some = qualified.replace(' https://graph.microsoft.com/Mail.Send.Shared', '');
    expect((await signIn((_asked, nonce) => granted(nonce, {}, some))).missing).toEqual(['Mail.Send.Shared']);
  });

  test('permissions spelled without their host count, and tokens are still used from memory', async () => {
    const signedIn = await signIn((_asked, nonce) => granted(nonce, {}, allGraph));
    expect(signedIn.missing).toEqual([]);
    const credential = connectionCredential(settings(), world);
    entra.token = () => ({ body: tokens(allGraph) });
    const first = await credential.getToken(graphScopes(settings()));
    expect(await credential.getToken(graphScopes(settings()))).toEqual(first);
  });

  test('a claims challenge of the last failure goes along with the next sign-in', async () => {
    await signIn((_asked, nonce) => granted(nonce, {}, qualified));
    const claims = '{"access_token":{"capolids":{"essential":true,"values":["abc"]}}}';
    entra.token = () => refusal(50076, 'invalid_grant', { claims });
    const credential = connectionCredential(settings(), world);
    credential.invalidate(graphScopes(settings()));
    await credential.getToken(graphScopes(settings()));
    credential.invalidate(graphScopes(settings()));
    await expect(credential.getToken(graphScopes(settings()))).rejects.toMatchObject({ code: 'AADSTS50076' });
    let asked = '';
    const stop = new AbortController();
    await signInByBrowser({ ...patient(settings(), world), signal: stop.signal }, (url) => {
      asked = new URL(url).searchParams.get('claims') ?? '';
      stop.abort();
    }).catch(() => undefined);
    expect(asked).toContain('"values":["abc"]');
  });

  test('slow_down during device code is no reason to give up', async () => {
    let polls = 0;
    entra.other = ({ path }) =>
      path.endsWith('/devicecode')
        ? {
            body: {
              user_code: 'ABC',
              device_code: 'D1',
              verification_uri: 'https://x.test',
              expires_in: 60,
              interval: 0.1,
            },
          }
        : undefined;
    entra.token = () => {
      polls += 1;
      if (polls === 1) return refusal(70016, 'authorization_pending');
      return polls === 2 ? { status: 400, body: { error: 'slow_down' } } : { body: granted('', {}, qualified) };
    };
    const signedIn = await signInByDevice(patient(settings(), world), () => undefined);
    expect(signedIn.clientKind).toBe('public');
    expect(polls).toBe(3);
  });
});

describe('another process signs out or in while a refresh waits for its answer', () => {
  let other: TokenStore;
  beforeEach(async () => {
    await signIn((_asked, nonce) => granted(nonce, {}, qualified));
    other = new TokenStore(stateDir);
  });
  afterEach(() => other.close());

  const refreshed = async () => {
    const credential = connectionCredential(settings(), world);
    await credential.getToken(graphScopes(settings()));
    credential.invalidate(graphScopes(settings()));
    await credential.getToken(graphScopes(settings())).catch(() => undefined);
    return credential;
  };

  test('the sign-out stays: the tokens are not written back, and the next call needs a sign-in', async () => {
    let signedOut = false;
    entra.token = () => {
      signedOut = other.signOut('contoso-sales');
      return { body: granted('', {}, qualified) };
    };
    const credential = await refreshed();
    expect(signedOut).toBe(true);
    expect(other.read('contoso-sales')?.box).toBeNull();
    await expect(credential.getToken(graphScopes(settings()))).rejects.toMatchObject({ kind: 'needs_login' });
  });

  test('the new sign-in stays', async () => {
    const row = other.read('contoso-sales');
    entra.token = () => {
      if (row?.box) other.signIn('contoso-sales', { ...row, box: row.box, username: 'new@contoso.test', atMs: 7 });
      return { body: granted('', {}, qualified) };
    };
    await refreshed();
    expect(other.read('contoso-sales')).toMatchObject({ username: 'new@contoso.test', lastRefreshAtMs: 7 });
  });
});

describe('secrets', () => {
  test('are in no error, no status, no file in clear, whatever goes wrong', async () => {
    const seen: string[] = [];
    const catching = async (work: Promise<unknown>) => {
      seen.push(inspect(await work.catch((error: unknown) => error), { depth: 12, showHidden: true }));
    };
    const refreshCanary = 'canary-refresh-token-0123456789';
    const accessCanary = jwt({ canary: 'access' });
    await signIn((_asked, nonce) => ({
      ...granted(nonce, {}, qualified),
      refresh_token: refreshCanary,
      access_token: accessCanary,
    }));
    const verifier = entra.asked.find(({ form }) => form.has('code_verifier'))?.form.get('code_verifier') ?? 'none';
    for (const answer of [
      refusal(7000222, 'invalid_client'),
      refusal(50173, 'invalid_grant', { error_description: `AADSTS50173: ${accessCanary}` }),
      { status: 502, headers: { 'content-type': 'text/html' }, body: refreshCanary },
      { status: 307, headers: { location: `https://x.test/?${refreshCanary}` }, body: '' },
      { status: 200, body: { access_token: '' } },
      { status: 500, body: {} },
    ]) {
      entra.token = () => answer;
      const credential = connectionCredential(settings(), world);
      await credential.getToken(graphScopes(settings()));
      credential.invalidate(graphScopes(settings()));
      await catching(credential.getToken(graphScopes(settings())));
      await catching(authStatus(settings(), world, true));
    }
    await catching(signIn(() => ({ error: 'invalid_grant', error_description: 'AADSTS54005: canary-code' })));
    await catching(signIn((_asked, nonce) => granted(nonce, { preferred_username: 'x@contoso.test' }, qualified)));
    const key = readFileSync(keyFile(stateDir), 'utf8').trim();
    expect(seen.length).toBeGreaterThan(12);
    const secrets = {
      canarySecret,
      refreshCanary,
      accessCanary,
      verifier,
      key,
      form: encodeURIComponent(canarySecret),
    };
    const leaks = seen.flatMap((text) =>
      Object.entries(secrets).flatMap(([n, v]) => (text.includes(v) ? [[n, text]] : [])),
    );
    expect(leaks).toEqual([]);
    for (const file of readdirSync(stateDir).filter((name) => name !== 'key')) {
      const content = readFileSync(join(stateDir, file), 'latin1');
      for (const hidden of [canarySecret, refreshCanary, accessCanary, key]) expect(content).not.toContain(hidden);
    }
  });
});
