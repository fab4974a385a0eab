import { X509Certificate, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readCertificate } from '../../src/auth/certificate.ts';
import { authStatus } from '../../src/auth/status.ts';
import type { AuthSettings } from '../../src/auth/settings.ts';
import { makeCertificate } from './certificates.ts';
import { jwt } from './scripted-entra.ts';
import { graphScopes, secret, startTenant } from './tenant.ts';
import type { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await tenant.close();
});

const graphDefault = 'https://graph.microsoft.com/.default';

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

function registered(pem: { readonly certPem: string; readonly keyPem: string }): string {
  const thumbprint = new X509Certificate(pem.certPem).fingerprint256.replaceAll(':', '');
  const key = createPublicKey(pem.certPem);
  tenant.sandbox.app.certificates.set(Buffer.from(thumbprint, 'hex').toString('base64url'), key);
  return `${pem.keyPem}${pem.certPem}`;
}

describe('the app itself', () => {
  const application = (changes: Partial<AuthSettings> = {}) => tenant.but({ kind: 'application', ...changes });

  test('asks for everything it was granted, with its secret', async () => {
    const settings = application();
    expect(graphScopes(settings)).toEqual([graphDefault]);
    const { token } = await tenant.credential(settings).getToken(graphDefault);
    expect(claimsOf(token)).toMatchObject({ aud: 'https://graph.microsoft.com', idtyp: 'app' });
  });

  test('two hundred callers at once cost one request', async () => {
    const credential = tenant.credential(application());
    await Promise.all(Array.from({ length: 200 }, () => credential.getToken(graphDefault)));
    expect(tenant.tokenRequests()).toBe(1);
  });

  test('a refused token is replaced', async () => {
    const credential = tenant.credential(application());
    const first = await credential.getToken(graphDefault);
    credential.invalidate(graphDefault, first.token);
    expect((await credential.getToken(graphDefault)).token).not.toBe(first.token);
  });

  test.each([
    ['a wrong secret', 'AADSTS7000215', 'nope'],
    ['an expired secret', 'AADSTS7000222', 'old'],
  ])('%s: said as it is, and asked once only', async (_name, code, value) => {
    tenant.sandbox.app.expiredSecrets.add('old');
    const credential = tenant.credential(application({ readProof: () => Promise.resolve(secret(value)) }));
    await expect(credential.getToken(graphDefault)).rejects.toMatchObject({
      kind: 'config',
      code,
      hint: expect.stringContaining('/run/credentials/contoso'),
    });
    await credential.getToken(graphDefault).catch(() => undefined);
    expect(tenant.tokenRequests()).toBe(1);
  });

  test('throttled: it does not sit out the Retry-After, it says it', async () => {
    tenant.sandbox.faults.add({
      service: 'entra',
      path: '/token',
      count: 0,
      fault: { kind: 'status', status: 429, code: 'temporarily_unavailable', retryAfter: '300' },
    });
    const error: unknown = await tenant
      .credential(application())
      .getToken(graphDefault)
      .catch((thrown: unknown) => thrown);
    expect(Number(Reflect.get(Object(error), 'retryAtMs'))).toBeGreaterThan(Date.now() + 200_000);
    expect(tenant.tokenRequests()).toBe(1);
  });

  test('signs with a certificate instead of a secret', async () => {
    const pem = registered(makeCertificate('integrator'));
    const settings = application({ readProof: () => Promise.resolve({ kind: 'certificate', pem }) });
    await expect(tenant.credential(settings).getToken(graphDefault)).resolves.toBeDefined();
  });

  test('a certificate that is not registered', async () => {
    const { certPem, keyPem } = makeCertificate('integrator');
    const pem = certPem + keyPem;
    const settings = application({ readProof: () => Promise.resolve({ kind: 'certificate', pem }) });
    await expect(tenant.credential(settings).getToken(graphDefault)).rejects.toMatchObject({ code: 'AADSTS700027' });
  });

  test('a clock that is wrong by days is named, and no secret where a certificate is in use', async () => {
    const pem = registered(makeCertificate('integrator'));
    const settings = application({
      proof: 'certificate',
      proofSource: 'file ./app.pem',
      readProof: () => Promise.resolve({ kind: 'certificate', pem }),
    });
    tenant.sandbox.clock.advance(3 * 86_400_000);
    const error: unknown = await tenant
      .credential(settings)
      .getToken(graphDefault)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: 'config',
      code: 'AADSTS700024',
      message: expect.stringContaining('clock of this machine is wrong'),
      hint: expect.stringMatching(/NTP/),
    });
    expect(error instanceof Error ? error.message : '').not.toMatch(/secret/i);
  });

  test('auth status needs nobody signed in, and --probe finds a wrong secret', async () => {
    expect(await authStatus(application(), tenant.world, true)).toMatchObject({ state: 'ok', probed: true });
    const wrong = application({ readProof: () => Promise.resolve(secret('nope')) });
    expect(await authStatus(wrong, tenant.world, false)).toMatchObject({ state: 'ok', probed: false });
    expect(await authStatus(wrong, tenant.world, true)).toMatchObject({
      state: 'misconfigured',
      lastError: { kind: 'config' },
    });
  });
});

describe('a person, with the app proving itself by certificate', () => {
  test('signs in and is refreshed without any secret', async () => {
    const pem = registered(makeCertificate('integrator'));
    const settings = tenant.but({ readProof: () => Promise.resolve({ kind: 'certificate', pem }) });
    await tenant.signIn(undefined, settings);
    const credential = tenant.credential(settings);
    const first = await credential.getToken(graphScopes(settings));
    credential.invalidate(graphScopes(settings));
    expect((await credential.getToken(graphScopes(settings))).token).not.toBe(first.token);
  });
});

describe('a certificate file', () => {
  const whole = makeCertificate('integrator', new Date('2026-05-01T00:00:00Z'));

  test('gives its end, for the doctor', () => {
    expect(readCertificate(whole.keyPem + whole.certPem, 'x').expiresAtMs).toBe(Date.parse('2026-05-01T00:00:00Z'));
  });

  test.each([
    ['the certificate alone', whole.certPem, 'no private key'],
    ['the key alone', whole.keyPem, 'no certificate'],
    ['a key of another certificate', whole.certPem + makeCertificate('other').keyPem, 'does not belong'],
    ['something else', 'hello', 'no certificate'],
  ])('that holds %s is refused with what is missing', (_name, pem, problem) => {
    expect(() => readCertificate(pem, 'file ./app.pem')).toThrow(problem);
    expect(() => readCertificate(pem, 'file ./app.pem')).toThrow('file ./app.pem');
  });
});

describe('a workload identity', () => {
  test('hands over the token of its file, read anew for each request', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'integrator-wi-'));
    try {
      const issuer = 'https://oidc.cluster.test/';
      tenant.sandbox.app.federatedIssuers.add(issuer);
      const file = join(directory, 'token');
      writeFileSync(file, jwt({ iss: 'https://nobody.test/', sub: 'x', exp: Date.now() / 1000 + 600 }));
      const world = { ...tenant.world, env: { AZURE_FEDERATED_TOKEN_FILE: file } };
      const settings = tenant.but({ kind: 'workload_identity' });
      await expect(tenant.credential(settings, world).getToken(graphDefault)).rejects.toMatchObject({ kind: 'config' });
      writeFileSync(file, jwt({ iss: issuer, sub: 'system:serviceaccount:a:b', exp: Date.now() / 1000 + 600 }));
      const { token } = await tenant.credential(settings, world).getToken(graphDefault);
      expect(claimsOf(token)).toMatchObject({ idtyp: 'app' });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test('outside a cluster it says which variable is missing', async () => {
    const settings = tenant.but({ kind: 'workload_identity' });
    await expect(tenant.credential(settings).getToken(graphDefault)).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('AZURE_FEDERATED_TOKEN_FILE'),
    });
  });
});

describe('a managed identity', () => {
  async function withEndpoint(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`);
    vi.stubEnv('IDENTITY_HEADER', 'header-secret');
    return server;
  }

  test('gets its token from the endpoint of its host, without a proxy', async () => {
    const server = await withEndpoint((request, response) => {
      expect(request.headers['x-identity-header']).toBe('header-secret');
      const resource = new URL(request.url ?? '', 'http://x').searchParams.get('resource');
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          access_token: jwt({ resource }),
          expires_on: String(Math.floor(Date.now() / 1000) + 3600),
          resource,
          token_type: 'Bearer',
        }),
      );
    });
    try {
      const settings = tenant.but({ kind: 'managed_identity', tenantId: '', clientId: '' });
      const world = { ...tenant.world, env: { HTTP_PROXY: 'http://127.0.0.1:1' } };
      const { token } = await tenant.credential(settings, world).getToken(graphDefault);
      expect(claimsOf(token)).toEqual({ resource: 'https://graph.microsoft.com' });
    } finally {
      server.close();
    }
  });

  test('where there is none it says that it works on Azure only', async () => {
    vi.stubEnv('IDENTITY_ENDPOINT', 'http://127.0.0.1:9/msi/token');
    vi.stubEnv('IDENTITY_HEADER', 'x');
    const settings = tenant.but({ kind: 'managed_identity', tenantId: '', clientId: 'user-assigned' });
    await expect(tenant.credential(settings).getToken(graphDefault)).rejects.toMatchObject({
      kind: 'unreachable',
      hint: expect.stringContaining('Azure'),
    });
  });
});
