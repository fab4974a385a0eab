import { connect } from 'node:net';
import { createServer as createProxy } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { IntegratorError } from '../../src/domain/errors.ts';
import { readBytes } from '../../src/http/body.ts';
import { Deadline } from '../../src/http/deadline.ts';
import { proxyFor } from '../../src/http/proxy.ts';
import { apiRoot } from '../../src/http/same-origin.ts';
import { type HttpReply, HttpTransport } from '../../src/http/transport.ts';
import { type Script, type ScriptedServer, scriptedServer } from './scripted-server.ts';

const never = new AbortController().signal;
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function serve(script: Script): Promise<ScriptedServer & { readonly transport: HttpTransport }> {
  const server = await scriptedServer(script);
  const transport = new HttpTransport({ root: apiRoot(server.url, 'v1.0/') });
  open.push(server, transport);
  return { ...server, transport };
}

function get(transport: HttpTransport, target = '/v1.0/me', signal = never): Promise<HttpReply> {
  return transport.send({ method: 'GET', target, headers: {}, signal });
}

async function textOf(reply: HttpReply, maxBytes = 1_000_000): Promise<string> {
  return (await readBytes(reply, maxBytes)).toString();
}

describe('what leaves', () => {
  test('says who we are and asks for compressed answers', async () => {
    const { transport, seen } = await serve(() => ({ body: 'ok' }));
    await textOf(await get(transport));
    expect(seen[0]?.headers['user-agent']).toMatch(/^integrator\/\d+\.\d+\.\d+/);
    expect(seen[0]?.headers['accept-encoding']).toBe('gzip');
  });

  test('keeps its path and query byte for byte', async () => {
    const { transport, seen } = await serve(() => ({ body: 'ok' }));
    const target = "/v1.0/users('ann')/x?$skiptoken=b%2Bb/c==&$select=id&$filter=a%20b'";
    await textOf(await get(transport, target));
    expect(seen[0]?.url).toBe(target);
  });

  test('cannot leave the root of the service', async () => {
    const { transport, seen } = await serve(() => ({ body: 'ok' }));
    await expect(get(transport, '/admin')).rejects.toMatchObject({ kind: 'bug' });
    expect(seen).toHaveLength(0);
  });

  test('never follows a redirect', async () => {
    const server = await serve(() => ({ status: 302, headers: { location: `${server.url}v1.0/elsewhere` }, body: '' }));
    const reply = await get(server.transport);
    expect(reply.status).toBe(302);
    await reply.discard();
    expect(server.seen).toHaveLength(1);
  });
});

describe('what comes back', () => {
  test('is unpacked', async () => {
    const packed = gzipSync('{"a":1}');
    const { transport } = await serve(() => ({ headers: { 'content-encoding': 'gzip' }, body: packed }));
    expect(await textOf(await get(transport))).toBe('{"a":1}');
  });

  test('a gzip bomb is cut off at the cap on its unpacked size', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1_048_576), { level: 9 });
    const { transport } = await serve(() => ({ headers: { 'content-encoding': 'gzip' }, body: bomb }));
    const before = process.memoryUsage().rss;
    await expect(textOf(await get(transport), 1_048_576)).rejects.toMatchObject({
      kind: 'protocol',
      code: 'too_large',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
  });

  test('a body over the cap is cut off without compression too', async () => {
    const { transport } = await serve(() => ({ body: 'x'.repeat(2_000) }));
    await expect(textOf(await get(transport), 1_000)).rejects.toMatchObject({ code: 'too_large' });
  });

  test('a body is unpacked once, and is then not held any more', async () => {
    const body = gzipSync('{"a":1}');
    const { transport } = await serve(() => ({ headers: { 'content-encoding': 'gzip' }, body }));
    const packed = await (await get(transport)).packed(1_000_000);
    expect(String(await packed.unpack())).toBe('{"a":1}');
    expect(await packed.unpack()).toHaveLength(0);
  });

  test('what is large even when packed is unpacked beside the rest; cut, or more than the cap, it is an error', async () => {
    const text = randomBytes(2_000_000).toString('base64');
    const body = gzipSync(text);
    const bodies = [body, body, body.subarray(0, -1000)];
    const { transport } = await serve((_request, number) => ({
      headers: { 'content-encoding': 'gzip' },
      body: bodies[number - 1] ?? '',
    }));
    expect((await textOf(await get(transport), 3_000_000)) === text).toBe(true);
    const tooMuch = textOf(await get(transport), 2_500_000);
    await expect(tooMuch).rejects.toMatchObject({ kind: 'protocol', code: 'too_large' });
    await expect(textOf(await get(transport), 3_000_000)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('cut gzip is an error, not a shorter text', async () => {
    const packed = gzipSync('some text that is long enough to be cut'.repeat(50));
    const cut = packed.subarray(0, packed.length - 12);
    const { transport } = await serve(() => ({ headers: { 'content-encoding': 'gzip' }, body: cut }));
    await expect(get(transport).then(textOf)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('an encoding that nobody asked for is an error', async () => {
    const { transport } = await serve(() => ({ headers: { 'content-encoding': 'br' }, body: 'xxxx' }));
    await expect(get(transport).then(textOf)).rejects.toMatchObject({ kind: 'protocol' });
  });

  test('a connection cut in the body is an error with its cause', async () => {
    const { transport } = await serve(() => ({
      raw: (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half', () => response.destroy());
      },
    }));
    const error: unknown = await get(transport)
      .then(textOf)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'unreachable', code: 'UND_ERR_SOCKET' });
    expect(error instanceof IntegratorError && error.cause instanceof Error).toBe(true);
  });

  test('an answer nobody wants gives its connection back', async () => {
    const { transport, seen } = await serve(() => ({ status: 429, body: 'x'.repeat(20_000) }));
    for (let number = 0; number < 20; number += 1) await (await get(transport)).discard();
    expect(new Set(seen.map((request) => request.connection)).size).toBeLessThanOrEqual(2);
  });

  test('after renew the next request opens another connection', async () => {
    const { transport, seen } = await serve(() => ({ body: 'ok' }));
    await textOf(await get(transport));
    transport.renew();
    await textOf(await get(transport));
    expect(seen.map((request) => request.connection)).toEqual([0, 1]);
  });
});

describe('when there is nobody', () => {
  test('a refused connection says so, with the cause and a hint', async () => {
    const server = await scriptedServer(() => ({ body: '' }));
    await server.close();
    const transport = new HttpTransport({ root: apiRoot(server.url, 'v1.0/') });
    open.push(transport);
    const error: unknown = await get(transport).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'unreachable', code: 'ECONNREFUSED' });
    expect(error instanceof IntegratorError ? error.hint : '').toContain('Nothing listens');
  });

  test('a name that does not resolve says so', async () => {
    const transport = new HttpTransport({ root: apiRoot('https://nobody.invalid/', 'v1.0/') });
    open.push(transport);
    await expect(get(transport)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('an answer that never comes ends with the deadline', async () => {
    const { transport } = await serve(() => ({ raw: () => undefined }));
    const deadline = new Deadline('the service', 50, never);
    await expect(get(transport, '/v1.0/me', deadline.signal)).rejects.toMatchObject({ code: 'timeout' });
    deadline.end();
  });

  test('a body that drips ends with the deadline', async () => {
    const { transport } = await serve(() => ({
      raw: (response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 10);
        response.once('close', () => clearInterval(timer));
      },
    }));
    const deadline = new Deadline('the service', 100, never);
    await expect(get(transport, '/v1.0/me', deadline.signal).then(textOf)).rejects.toMatchObject({ code: 'timeout' });
    deadline.end();
  });

  test('a caller who stops is told so, also in the middle of a body', async () => {
    const { transport } = await serve(() => ({
      raw: (response) => {
        response.writeHead(200);
        response.write('half');
      },
    }));
    const caller = new AbortController();
    const deadline = new Deadline('the service', 10_000, caller.signal);
    const reply = await get(transport, '/v1.0/me', deadline.signal);
    setTimeout(() => caller.abort(), 10);
    await expect(textOf(reply)).rejects.toMatchObject({ code: 'stopped' });
    deadline.end();
  });
});

describe('through a proxy', () => {
  test('requests go through a tunnel of the proxy', async () => {
    const server = await scriptedServer(() => ({ body: 'through' }));
    const tunnels: string[] = [];
    const proxy = createProxy();
    proxy.on('connect', (request, client, head) => {
      tunnels.push(request.url ?? '');
      const upstream = connect(server.port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const transport = new HttpTransport({ root: apiRoot(server.url, 'v1.0/'), proxy: `http://127.0.0.1:${port}` });
    open.push({ close: () => new Promise((resolve) => proxy.close(() => resolve())) }, server, transport);
    expect(await textOf(await get(transport))).toBe('through');
    expect(tunnels).toEqual([`127.0.0.1:${server.port}`]);
  });

  const target = new URL('https://graph.contoso.test/v1.0/');
  test.each([
    [{}, undefined],
    [{ HTTPS_PROXY: 'http://proxy.contoso.test:3128' }, 'http://proxy.contoso.test:3128'],
    [{ https_proxy: 'http://small.contoso.test', HTTPS_PROXY: 'http://big.contoso.test' }, 'http://small.contoso.test'],
    [{ HTTPS_PROXY: 'proxy.contoso.test:3128' }, 'http://proxy.contoso.test:3128'],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTP_PROXY: 'http://proxy.contoso.test' }, undefined],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'contoso.test' }, undefined],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: '.contoso.test' }, undefined],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'a.example, *.contoso.test' }, undefined],
    [{ HTTPS_PROXY: 'http://p', no_proxy: 'graph.contoso.test:443' }, undefined],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'graph.contoso.test:8443' }, 'http://p'],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'oso.test' }, 'http://p'],
  ])('%j leads to %j', (env, expected) => {
    expect(proxyFor(target, env)).toBe(expected);
  });

  test('loopback never goes through a proxy', () => {
    expect(proxyFor(new URL('https://127.0.0.1:8443/'), { HTTPS_PROXY: 'http://proxy.contoso.test' })).toBeUndefined();
  });
});
