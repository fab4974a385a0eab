import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { instead, isInstead, normal, spoil } from './fault-effects.ts';
import type { ErrorWriter, Wire } from './fault-effects.ts';
import type { Fault, FaultControl } from './faults.ts';
import { json } from './reply.ts';
import type { Reply, Request } from './reply.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import type { ServerIdentity } from './tls.ts';
import { writeReply } from './write-reply.ts';

/** One of the things that live on the server: Entra, Graph, the control surface. */
export interface Service {
  readonly name: LoggedRequest['service'];
  readonly errors: ErrorWriter;
  /** The mailbox a request is about, and whether it could change it; `operation` where paths do not tell them apart. */
  subject(request: Request): {
    readonly mailbox: string | null;
    readonly mutating: boolean;
    readonly operation?: string | undefined;
    /** For faults: what a path does not tell of the operation. */
    readonly detail?: string;
  };
  /** Called before anything else: may refuse, and counts what is under way. */
  enter?(request: Request): { readonly refusal: Reply | null; readonly concurrent: number; leave(): void };
  handle(request: Request): Promise<Reply> | Reply;
}

export interface ServerParts {
  readonly identity: ServerIdentity;
  readonly port: number;
  readonly faults: FaultControl;
  readonly log: RequestLog;
  now(): number;
  /** The service for a path. */
  route(request: Request): Service;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves on the loopback interface only. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ key: parts.identity.keyPem, cert: parts.identity.certPem }, (incoming, response) => {
    serve(parts, incoming, response).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 30_000;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : parts.port;
  return { port, close: () => close(server, sockets) };
}

function close(server: ReturnType<typeof createServer>, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

async function serve(parts: ServerParts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = await readRequest(incoming);
  const service = parts.route(request);
  const { mailbox, mutating, operation, detail = '' } = service.subject(request);
  const passage = service.enter?.(request) ?? { refusal: null, concurrent: 1, leave: () => undefined };
  response.once('close', () => passage.leave());
  const path = request.url.pathname + request.url.search + (operation === undefined ? '' : `#${operation}`);
  const fault =
    service.name === 'control' || passage.refusal !== null
      ? null
      : parts.faults.take({ service: service.name, mailbox, path: decoded(path) + detail, method: request.method });
  const { reply, wire } = await answer(service, request, fault, passage.refusal);
  const authorized = request.headers['authorization'] !== undefined;
  const { method } = request;
  const host = request.headers['host'] ?? '';
  const entry = { at: parts.now(), service: service.name, method, path, host, authorized, mailbox };
  parts.log.add({ ...entry, status: reply.status, mutating, concurrent: passage.concurrent });
  await writeReply(incoming, response, reply, wire);
}

async function answer(
  service: Service,
  request: Request,
  fault: Fault | null,
  refusal: Reply | null,
): Promise<{ reply: Reply; wire: Wire }> {
  if (refusal !== null) return { reply: refusal, wire: normal };
  if (fault === null) return { reply: await handle(service, request), wire: normal };
  if (isInstead(fault)) return instead(fault, request, service.errors);
  if (fault.kind !== 'delay') return spoil(fault, await handle(service, request), request, service.errors);
  await sleep(fault.ms, undefined, { ref: false });
  return { reply: await handle(service, request), wire: normal };
}

async function handle(service: Service, request: Request): Promise<Reply> {
  try {
    return await service.handle(request);
  } catch (error) {
    // A fault of the sandbox itself: named as such, so that nobody searches for it in Microsoft's documents.
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return json(500, { error: { code: 'SandboxBug', message } });
  }
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  const url = new URL(incoming.url ?? '/', `https://${incoming.headers.host ?? 'localhost'}`);
  const connection = incoming.socket;
  return { method: incoming.method ?? 'GET', url, headers, body: Buffer.concat(chunks), connection };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
