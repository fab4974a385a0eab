import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { meaningByCode, meaningByWord } from '../../src/auth/codes/table.ts';
import { tokenFetcher } from '../../src/auth/connect.ts';
import type { AuthWorld } from '../../src/auth/connect.ts';
import { sealPurpose } from '../../src/auth/cache-plugin.ts';
import { ensureKeyRing } from '../../src/auth/key.ts';
import { seal } from '../../src/auth/seal.ts';
import { TokenStore } from '../../src/auth/token-store.ts';
import { IntegratorError } from '../../src/domain/errors.ts';
import { refusal, scriptedTenant, startScriptedEntra } from './scripted-entra.ts';
import type { ScriptedAnswer, ScriptedEntra } from './scripted-entra.ts';
import { secret } from './tenant.ts';
import type { AuthSettings } from '../../src/auth/settings.ts';

let entra: ScriptedEntra;
let stateDir: string;
let world: AuthWorld;
const now = Date.parse('2026-03-01T00:00:00Z');

// One sign-in for all: a refusal leaves it as it is.
beforeAll(async () => {
  entra = await startScriptedEntra();
  stateDir = mkdtempSync(join(tmpdir(), 'integrator-auth-'));
  world = { env: {}, stateDir, store: new TokenStore(stateDir), clock: () => now, random: () => 0.5 };
  putSignIn();
});
afterAll(async () => {
  world.store.close();
  rmSync(stateDir, { recursive: true, force: true });
  await entra.close();
});

/** A refresh token on the shelf, as an earlier sign-in would have left it. */
function putSignIn(): void {
  const home = { homeAccountId: 'oid-1.tenant', environment: entra.host, realm: scriptedTenant };
  const cache = {
    Account: {
      a: {
        home_account_id: 'oid-1.tenant',
        environment: entra.host,
        realm: scriptedTenant,
        local_account_id: 'oid-1',
        username: 'svc-crm@contoso.test',
        authority_type: 'MSSTS',
      },
    },
    RefreshToken: {
      [`oid-1.tenant-${entra.host}-refreshtoken-client-1--`]: {
        home_account_id: home.homeAccountId,
        environment: home.environment,
        credential_type: 'RefreshToken',
        client_id: 'client-1',
        secret: 'canary-refresh-token',
      },
    },
  };
  world.store.signIn('contoso-sales', {
    box: seal(JSON.stringify(cache), ensureKeyRing(world).current, sealPurpose('contoso-sales')),
    clientKind: 'confidential',
    username: 'svc-crm@contoso.test',
    homeAccountId: home.homeAccountId,
    tenantId: scriptedTenant,
    scopes: [],
    atMs: now,
  });
}

function settings(): AuthSettings {
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
    readProof: () => Promise.resolve(secret('canary-secret')),
  };
}

async function failureFor(answer: ScriptedAnswer): Promise<IntegratorError> {
  entra.token = () => answer;
  const thrown: unknown = await tokenFetcher(settings(), world)
    .fetch(['https://graph.microsoft.com/Mail.Send'], false)
    .catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(IntegratorError);
  return thrown instanceof IntegratorError ? thrown : new IntegratorError('bug', 'no error');
}

describe('every error number of the table', () => {
  test.each([...meaningByCode].map(([code, meaning]) => [code, meaning.kind] as const))(
    'AADSTS%i is %s, and says what to do',
    async (code, kind) => {
      // With an OAuth word that means something else: the number is what decides.
      const error = await failureFor(refusal(code, 'invalid_request'));
      expect(error.kind).toBe(kind);
      expect(error.code).toBe(`AADSTS${code}`);
      expect(error.message).toContain('contoso-sales');
      expect(error.message).toContain(`AADSTS${code}`);
      expect(`${error.message} ${error.hint}`).not.toMatch(/[{}]|undefined/);
      expect(`${error.message} ${error.hint}`).not.toMatch(/  |\.\./);
      if (kind === 'needs_login') expect(error.hint).toContain('integrator auth login contoso-sales');
      expect(world.store.read('contoso-sales')?.lastError?.kind).toBe(kind);
    },
  );

  test('there are about as many as administrators meet', () => {
    expect(meaningByCode.size).toBeGreaterThanOrEqual(330);
  });
});

describe('an error number that is not in the table', () => {
  test.each([...meaningByWord].map(([word, meaning]) => [word, meaning.kind] as const))(
    'goes by the word %s: %s',
    async (word, kind) => {
      expect((await failureFor(refusal(999999, word))).kind).toBe(kind);
    },
  );

  test.each([
    [500, 'unreachable'],
    [503, 'unreachable'],
    [429, 'throttled'],
    [404, 'config'],
  ])('and no word: by HTTP %i as %s', async (status, kind) => {
    expect((await failureFor({ status, body: {} })).kind).toBe(kind);
  });

  test('the sub-word counts more than the word', async () => {
    expect((await failureFor(refusal(999999, 'invalid_grant', { suberror: 'consent_required' }))).kind).toBe(
      'needs_admin',
    );
  });
});

describe('what comes along', () => {
  test('Retry-After says when it makes sense to try again', async () => {
    const error = await failureFor({ ...refusal(90055, 'temporarily_unavailable'), headers: { 'retry-after': '120' } });
    expect(error.retryAtMs).toBe(now + 120_000);
  });

  test('a loop that Entra complains about is left alone for an hour', async () => {
    expect((await failureFor(refusal(50196, 'invalid_request'))).retryAtMs).toBe(now + 3_600_000);
  });

  test('a claims challenge is kept for the next sign-in', async () => {
    const claims = '{"access_token":{"capolids":{"essential":true}}}';
    await failureFor(refusal(50076, 'invalid_grant', { claims }));
    expect(world.store.read('contoso-sales')?.claims).toBe(claims);
  });

  test('secrets and control characters that Entra echoes reach nobody', async () => {
    const nasty = `AADSTS7000215: \u001b[31mbad ${'a'.repeat(30)}.${'b'.repeat(30)}.${'c'.repeat(30)} canary`;
    const error = await failureFor({ status: 401, body: { error: 'invalid_client', error_description: nasty } });
    const shown = `${error.message}${error.hint}${String(error.cause)}`;
    expect(shown).not.toMatch(/\p{Cc}|a{30}|canary-(secret|refresh)/u);
    expect(error.code).toBe('AADSTS7000215');
  });
});
