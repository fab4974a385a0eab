import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** Path and query exactly as they came over the wire. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Counts the connections: two requests with the same number shared one. */
  readonly connection: number;
}

export interface ScriptedReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes out as JSON. */
  readonly body?: string | Buffer | object;
  /** Takes the answer into its own hands: cuts it, drips it, or never sends it. */
  readonly raw?: (response: ServerResponse, request: IncomingMessage) => void;
}

export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  readonly seen: SeenRequest[];
  /** The most requests that were open at once. */
  readonly mostAtOnce: () => number;
  close(): Promise<void>;
}

export type Script = (request: SeenRequest, number: number) => ScriptedReply | Promise<ScriptedReply>;

/** A web server on loopback that answers as the script says; for peers that no honest sandbox would play. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const connections = new Map<Socket, number>();
  let open = 0;
  let most = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const connection = connections.get(request.socket) ?? connections.size;
    connections.set(request.socket, connection);
    const { method = '', url = '', headers } = request;
    const told = { method, url, headers, connection };
    seen.push(told);
    open += 1;
    most = Math.max(most, open);
    response.once('close', () => {
      open -= 1;
    });
    write(await script(told, seen.length), response, request);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    seen,
    mostAtOnce: () => most,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function write(reply: ScriptedReply, response: ServerResponse, request: IncomingMessage): void {
  if (reply.raw !== undefined) return reply.raw(response, request);
  const { body = '' } = reply;
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
  response.end(isJson ? JSON.stringify(body) : body);
}
