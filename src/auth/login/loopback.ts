import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IntegratorError } from '../../domain/errors.ts';
import { callbackPath, readRedirect } from './redirect.ts';
import type { RedirectAnswer } from './redirect.ts';

export interface RedirectListener {
  readonly redirectUri: string;
  /** The first redirect that carries our state; never rejects. */
  readonly answer: Promise<RedirectAnswer>;
  close(): Promise<void>;
}

const attempts = 5;

/**
 * Waits on this machine for the browser to come back from Entra. Listens on loopback only (also on ::1 where there is
 * one: browsers may resolve localhost to it), on a port the system chooses; for localhost Entra ignores the port of a
 * registered redirect URI (learn.microsoft.com/entra/identity-platform/reply-url). Wrong hits are answered and ignored.
 */
export async function listenForRedirect(state: string): Promise<RedirectListener> {
  let settle: (answer: RedirectAnswer) => void = () => undefined;
  const answer = new Promise<RedirectAnswer>((resolve) => {
    settle = resolve;
  });
  const servers = await listenOnLoopback((port) => (request, response) => {
    serve(request, response, { port, state, settle });
  });
  return {
    redirectUri: `http://localhost:${portOf(servers[0])}${callbackPath}`,
    answer,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Both families on one port, or, where the other family's port is taken by somebody else, another port. */
async function listenOnLoopback(handler: (port: number) => Handler): Promise<readonly [Server, ...Server[]]> {
  for (let attempt = 1; ; attempt += 1) {
    const four = newServer();
    await listen(four, 0, '127.0.0.1');
    const port = portOf(four);
    const six = newServer();
    const trouble = await listen(six, port, '::1').catch((error: unknown) => error);
    if (trouble === undefined || !isInUse(trouble) || attempt === attempts) {
      const servers: readonly [Server, ...Server[]] = trouble === undefined ? [four, six] : [four];
      for (const server of servers) server.on('request', handler(port));
      return servers;
    }
    await closeServer(four);
  }
}

function newServer(): Server {
  const server = createServer({ maxHeaderSize: 32_768, requestTimeout: 10_000, headersTimeout: 10_000 });
  server.maxConnections = 32;
  return server;
}

function listen(server: Server, port: number, host: string): Promise<undefined> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => resolve(undefined));
  });
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new IntegratorError('bug', 'the sign-in listener has no port');
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface Waiting {
  readonly port: number;
  readonly state: string;
  readonly settle: (answer: RedirectAnswer) => void;
}

function serve(request: IncomingMessage, response: ServerResponse, { port, state, settle }: Waiting): void {
  request.resume();
  // A foreign name in Host is a page elsewhere whose name was made to resolve to this machine.
  const ours = [`localhost:${port}`, `127.0.0.1:${port}`];
  if (!ours.includes(request.headers.host ?? '')) return reply(response, 421, 'Wrong host.');
  const target = request.url ?? '';
  const at = target.indexOf('?');
  if ((at < 0 ? target : target.slice(0, at)) !== callbackPath) return reply(response, 404, 'Nothing here.');
  if (request.method !== 'GET') return reply(response, 405, 'Only GET.');
  const answer = readRedirect(new URLSearchParams(at < 0 ? '' : target.slice(at + 1)), state);
  if (answer === undefined) return reply(response, 400, 'This does not belong to the sign-in that is under way.');
  const words =
    answer.kind === 'code'
      ? 'Back from Microsoft. The terminal says whether the sign-in is complete; this page can be closed.'
      : 'Microsoft refused the sign-in. The terminal says why; this page can be closed.';
  reply(response, 200, words);
  settle(answer);
}

/** Fixed words only: nothing that came with the request is ever echoed. */
function reply(response: ServerResponse, status: number, words: string): void {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>integrator</title><p>${words}</p></html>`;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(page),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(page);
}
