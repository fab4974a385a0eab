import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EntraNetwork } from '../../src/auth/network.ts';
import type { NetworkOptions } from '../../src/auth/network.ts';
import { tokenFetcher } from '../../src/auth/connect.ts';
import type { AuthWorld } from '../../src/auth/connect.ts';
import type { AuthSettings } from '../../src/auth/settings.ts';
import { TokenStore } from '../../src/auth/token-store.ts';
import { makeCertificate } from './certificates.ts';
import { metadata, refusal, scriptedTenant, startScriptedEntra, tokens } from './scripted-entra.ts';
import type { ScriptedEntra } from './scripted-entra.ts';
import { secret } from './tenant.ts';

let entra: ScriptedEntra;
const open: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  entra = await startScriptedEntra();
});
afterEach(async () => {
  for (const close of open.splice(0)) await close();
  await entra.close();
});

function network(changes: Partial<NetworkOptions> = {}): EntraNetwork {
  const authority = changes.authority ?? new URL(entra.authority);
  const caPem = readFileSync(entra.caFile, 'utf8');
  const made = new EntraNetwork({ authority, env: {}, caPem, clock: Date.now, ...changes });
  open.push(() => made.close());
  return made;
}

const tokenUrl = () => `${entra.authority}tenant/oauth2/v2.0/token`;
const post = (one: EntraNetwork, url = tokenUrl()) => one.exchange('POST', url, { body: 'client_secret=canary' });

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** A proxy that takes every name for this machine, and writes down what it was asked for. */
async function startProxy(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const upstream = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [socket, upstream]) end.on('error', () => undefined);
  });
  return { url: `http://127.0.0.1:${await listening(proxy)}`, asked };
}

/** An Entra whose name resolves nowhere but in the proxy. */
async function startDistantEntra(): Promise<ScriptedEntra> {
  const { certPem, keyPem } = makeCertificate('login.contoso.test');
  const distant = await startScriptedEntra({ name: 'login.contoso.test', caPem: certPem, certPem, keyPem });
  open.push(() => distant.close());
  distant.token = () => ({ body: { access_token: 'x' } });
  return distant;
}

describe('what goes wrong on the way is told apart, with its cause', () => {
  test('a name that does not exist', async () => {
    const one = network({ authority: new URL('https://login.invalid/') });
    await expect(post(one, 'https://login.invalid/token')).rejects.toMatchObject({
      kind: 'unreachable',
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
      cause: expect.any(Error),
      message: expect.stringContaining('login.invalid'),
    });
    expect(one.trouble).toMatchObject({ kind: 'network' });
  });

  test('a port where nobody listens', async () => {
    const server = createTcpServer();
    const port = await listening(server);
    await open.pop()?.();
    const url = `https://127.0.0.1:${port}/`;
    await expect(post(network({ authority: new URL(url) }), url)).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'ECONNREFUSED',
    });
  });

  test('a certificate nobody here trusts: the setting to change is named', async () => {
    await expect(post(network({ caPem: undefined }))).rejects.toMatchObject({
      kind: 'unreachable',
      hint: expect.stringContaining('ca_file'),
    });
    expect(entra.asked).toHaveLength(0);
  });

  test('an answer that does not come', async () => {
    entra.other = () => ({ body: '{"access_token":', headers: { 'content-length': '100000' } });
    await expect(post(network({ deadlineMs: 200 }))).rejects.toMatchObject({ kind: 'unreachable', code: 'timeout' });
  });

  test.each([200, 403, 502])('a page instead of JSON, HTTP %i', async (status) => {
    entra.other = () => ({ status, headers: { 'content-type': 'text/html' }, body: '<html>canary</html>' });
    const error: unknown = await post(network()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'unreachable', code: 'not_json', hint: expect.stringContaining('proxy') });
    expect(String(error)).not.toContain('canary');
  });

  test('a redirect is not followed, and the secret not repeated', async () => {
    entra.other = ({ path }) =>
      path.endsWith('/token')
        ? { status: 307, headers: { location: `${entra.authority}elsewhere` }, body: '' }
        : undefined;
    await expect(post(network())).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('307'),
    });
    expect(entra.asked.map(({ path }) => path)).toEqual(['/tenant/oauth2/v2.0/token']);
  });

  test('an answer without end is cut off', async () => {
    entra.other = () => ({ body: `"${'x'.repeat(2_000_000)}"` });
    await expect(post(network())).rejects.toMatchObject({ code: 'too_large' });
  });

  test('an endpoint on another host gets nothing', async () => {
    const other = await startScriptedEntra();
    open.push(() => other.close());
    await expect(post(network(), `${other.authority}token`)).rejects.toMatchObject({ kind: 'config' });
    expect(other.asked).toHaveLength(0);
  });

  test('a refusal keeps its number, its words and its Retry-After', async () => {
    entra.token = () => ({
      ...refusal(90055, 'temporarily_unavailable', { suberror: 's' }),
      headers: { 'retry-after': '7' },
    });
    const one = network();
    await post(one);
    expect(one.trouble).toMatchObject({
      kind: 'refused',
      refusal: { code: 90055, error: 'temporarily_unavailable', suberror: 's', retryAfterMs: 7000, status: 400 },
    });
  });
});

describe('a proxy', () => {
  test('is used when HTTPS_PROXY says so, and the certificate is still that of Entra', async () => {
    const [proxy, distant] = [await startProxy(), await startDistantEntra()];
    const authority = new URL(distant.authority);
    const caPem = readFileSync(distant.caFile, 'utf8');
    const one = network({ authority, caPem, env: { HTTPS_PROXY: proxy.url } });
    expect((await post(one, `${distant.authority}t/oauth2/v2.0/token`)).status).toBe(200);
    expect(proxy.asked).toEqual([distant.host]);
    const distrusting = network({ authority, caPem: undefined, env: { HTTPS_PROXY: proxy.url } });
    await expect(post(distrusting, `${distant.authority}t`)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('is not used for what NO_PROXY names, nor for loopback', async () => {
    const [proxy, distant] = [await startProxy(), await startDistantEntra()];
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: 'internal.test,.contoso.test' };
    await expect(
      post(network({ authority: new URL(distant.authority), env }), distant.authority),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
    entra.token = () => ({ body: {} });
    await post(network({ env: { HTTPS_PROXY: proxy.url } }));
    expect(proxy.asked).toEqual([]);
  });
});

describe('an authority of one’s own', () => {
  const settings = (changes: Partial<AuthSettings> = {}): AuthSettings => ({
    connection: 'private',
    kind: 'application',
    cloud: 'public',
    tenantId: scriptedTenant,
    clientId: 'client-1',
    authority: entra.authority,
    caFile: entra.caFile,
    serviceAccount: undefined,
    resources: ['graph'],
    sends: 'configured',
    proof: 'secret',
    proofSource: 'nowhere',
    readProof: () => Promise.resolve(secret('canary-secret')),
    ...changes,
  });
  const world = (): AuthWorld => ({
    env: {},
    stateDir: '/nowhere',
    store: new TokenStore('/nowhere'),
    clock: Date.now,
    random: () => 0.5,
  });
  const fetchToken = (changes: Partial<AuthSettings> = {}) =>
    tokenFetcher(settings(changes), world()).fetch(['https://graph.microsoft.com/.default'], false);

  test('is asked itself, and nobody on the internet whether it is genuine', async () => {
    entra.token = () => ({ body: tokens('https://graph.microsoft.com/.default') });
    await fetchToken();
    expect(entra.asked.map(({ path }) => path.split('/').at(-1))).toEqual(['openid-configuration', 'token']);
  });

  test.each([
    ['does not describe itself', { status: 404, body: { error: 'not_found' } }],
    ['has a web page in that place', { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>No</h1>' }],
    ['says nothing of itself', { body: {} }],
  ])('that %s is taken to be as every Entra', async (_name, answer) => {
    entra.other = ({ path }) => (path.endsWith('openid-configuration') ? answer : undefined);
    entra.token = () => ({ body: tokens('https://graph.microsoft.com/.default') });
    await fetchToken();
    expect(entra.asked.at(-1)?.path).toBe(`/${scriptedTenant}/oauth2/v2.0/token`);
  });

  test('that names a token endpoint on another host gets no secret sent there', async () => {
    const other = await startScriptedEntra();
    open.push(() => other.close());
    entra.other = ({ path }) =>
      path.endsWith('openid-configuration')
        ? { body: metadata(entra.host, { token_endpoint: `${other.authority}t/oauth2/v2.0/token` }) }
        : undefined;
    await expect(fetchToken()).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining(other.host) });
    expect(other.asked).toHaveLength(0);
  });

  test('that claims to be another issuer is not believed', async () => {
    entra.other = () => ({ body: metadata(entra.host, { issuer: 'https://evil.example/tenant/v2.0' }) });
    await expect(fetchToken()).rejects.toMatchObject({ kind: 'config', hint: expect.stringContaining('authority') });
    expect(entra.asked.some(({ form }) => form.has('client_secret'))).toBe(false);
  });

  test('over plain http is refused', async () => {
    await expect(fetchToken({ authority: 'http://localhost:8080/' })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('https'),
    });
  });

  test('with a ca_file that is not there is refused before anything is sent', async () => {
    await expect(fetchToken({ caFile: '/nowhere/ca.pem' })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('ca_file'),
    });
  });

  test('unreachable: the connection learns why', async () => {
    await expect(fetchToken({ caFile: undefined })).rejects.toMatchObject({
      kind: 'unreachable',
      hint: expect.stringContaining('ca_file'),
    });
  });
});
