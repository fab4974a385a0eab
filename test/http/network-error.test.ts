import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { IntegratorError } from '../../src/domain/errors.ts';
import { clockAheadMs, clockWords } from '../../src/http/clock-skew.ts';
import { networkError } from '../../src/http/network-error.ts';
import { neverLeft } from '../../src/http/retry.ts';
import { HttpTransport } from '../../src/http/transport.ts';
import { makeCertificate } from '../auth/certificates.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function errorVia(proxy: string): Promise<IntegratorError> {
  const transport = new HttpTransport({ root: new URL('https://graph.contoso.test/v1.0/'), proxy });
  open.push(() => void transport.close());
  return failureOf(transport, '/v1.0/users');
}

async function failureOf(transport: HttpTransport, target: string): Promise<IntegratorError> {
  const request = { method: 'GET', target, headers: {}, signal: new AbortController().signal };
  const thrown: unknown = await transport.send(request).catch((error: unknown) => error);
  if (thrown instanceof IntegratorError) return thrown;
  throw new Error('an answer came');
}

/** A proxy that answers every CONNECT with this status. */
async function proxyThatSays(status: number): Promise<{ readonly port: number; readonly authorization: string[] }> {
  const authorization: string[] = [];
  const server = createHttpServer();
  server.on('connect', (request, socket) => {
    authorization.push(request.headers['proxy-authorization'] ?? '');
    socket.end(`HTTP/1.1 ${status} No\r\nproxy-authenticate: Basic realm="x"\r\ncontent-length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, authorization };
}

describe('a proxy that does not let us through is named, with its answer', () => {
  test.each([
    [407, /user and password.*NO_PROXY/],
    [403, /allowed on the proxy/],
    [502, /proxy itself cannot reach/],
    [503, /proxy itself cannot reach/],
  ])('HTTP %i', async (status, hint) => {
    const { port, authorization } = await proxyThatSays(status);
    const error = await errorVia(`http://user:geheim@127.0.0.1:${port}`);
    expect(error).toMatchObject({
      kind: 'unreachable',
      code: `proxy HTTP ${status}`,
      hint: expect.stringMatching(hint),
    });
    expect(error.message).toMatch(
      new RegExp(`proxy http://127\\.0\\.0\\.1:${port} .*graph\\.contoso\\.test.*${status}`),
    );
    expect(`${error.message}${error.hint}`).not.toContain('geheim');
    expect(neverLeft(error)).toBe(true);
    expect(authorization[0]).toBe(`Basic ${Buffer.from('user:geheim').toString('base64')}`);
  });

  test('nothing listens there', async () => {
    const error = await errorVia('http://127.0.0.1:9');
    expect(error).toMatchObject({ kind: 'unreachable', code: 'ECONNREFUSED' });
    expect(error.message).toContain('through the proxy http://127.0.0.1:9');
    expect(error.hint).toMatch(/Nothing listens at http:\/\/127\.0\.0\.1:9.*HTTPS_PROXY/);
  });

  test.each(['ftp://127.0.0.1:9', 'http://', 'http://a b'])('%s is no proxy', async (proxy) => {
    expect(() => new HttpTransport({ root: new URL('https://graph.contoso.test/'), proxy })).toThrow(
      expect.objectContaining({ kind: 'config', hint: expect.stringContaining('HTTPS_PROXY') }),
    );
  });
});

describe('a certificate outside its time', () => {
  test('names the clock of this machine before it names the certificate', async () => {
    const old = makeCertificate('localhost', new Date('2020-01-01T00:00:00Z'));
    const server = createServer({ key: old.keyPem, cert: old.certPem }, (_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => server.close());
    const root = new URL(`https://localhost:${(server.address() as AddressInfo).port}/`);
    const transport = new HttpTransport({ root, caPem: old.certPem });
    open.push(() => void transport.close());
    const error = await failureOf(transport, '/');
    expect(error).toMatchObject({
      code: 'CERT_HAS_EXPIRED',
      hint: expect.stringMatching(/^The clock.*NTP.*has ended/),
    });
    expect(error.hint).not.toContain('ca_file');
  });

  test('one that begins later likewise', () => {
    const thrown = Object.assign(new Error('certificate is not yet valid'), { code: 'CERT_NOT_YET_VALID' });
    expect(networkError(thrown, 'login.contoso.test').hint).toMatch(/^The clock.*NTP.*begins later/);
  });
});

describe('the clock of this machine against that of an answer', () => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  test.each([
    ['Mon, 30 Nov 2026 12:00:00 GMT', null],
    ['Mon, 30 Nov 2026 11:55:00 GMT', null],
    ['Mon, 30 Nov 2026 12:05:00 GMT', null],
    ['Fri, 27 Nov 2026 12:00:00 GMT', 'The clock of this machine is 3 days ahead of that of x'],
    ['Mon, 30 Nov 2026 15:00:00 GMT', 'The clock of this machine is 3 hours behind that of x'],
    ['Mon, 30 Nov 2026 12:10:00 GMT', 'The clock of this machine is 10 minutes behind that of x'],
    ['nonsense', null],
    [undefined, null],
  ])('an answer of %s', (date, words) => {
    const ahead = clockAheadMs(date, now);
    expect(ahead === null ? null : clockWords(ahead, 'x').split(':')[0]).toBe(words);
  });
});
