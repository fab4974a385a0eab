import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { networkError } from '../../src/http/network-error.ts';
import { neverLeft } from '../../src/http/retry.ts';
import { HttpTransport } from '../../src/http/transport.ts';

function systemError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`${syscall ?? ''} ${code}`), { code, ...(syscall === undefined ? {} : { syscall }) });
}
const several = (...errors: Error[]) => Object.assign(new AggregateError(errors), { code: 'EHOSTUNREACH' });

test.each<[string, Error, boolean]>([
  ['a refused connection', systemError('ECONNREFUSED', 'connect'), true],
  ['no way to the host', systemError('EHOSTUNREACH', 'connect'), true],
  ['no way to any address of the host', several(systemError('EHOSTUNREACH', 'connect')), true],
  ['a name nobody knows', systemError('ENOTFOUND', 'getaddrinfo'), true],
  ['an error around a refused connection', new Error('x', { cause: systemError('ECONNREFUSED', 'connect') }), true],
  ['the way lost while the answer was read', systemError('EHOSTUNREACH', 'read'), false],
  ['the network lost while the request was written', systemError('ENETUNREACH', 'write'), false],
  ['a refusal on a connection that stood', systemError('ECONNREFUSED', 'read'), false],
  ['a code that does not say where it is from', systemError('EHOSTUNREACH'), false],
  ['a connection cut', systemError('ECONNRESET', 'connect'), false],
])('%s: whether the request certainly never left', (_name, thrown, never) => {
  expect(neverLeft(networkError(thrown, 'mail.example'))).toBe(never);
});

test('a port where nobody listens is known to have got nothing', async () => {
  const port = await freePort();
  const transport = new HttpTransport({ root: new URL(`http://localhost:${port}/`) });
  const asked = { method: 'POST', target: '/send', headers: {}, signal: new AbortController().signal };
  const thrown: unknown = await transport.send(asked).catch((error: unknown) => error);
  await transport.close();
  expect(neverLeft(networkError(thrown, 'localhost'))).toBe(true);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
