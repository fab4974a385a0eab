import { createServer } from 'node:http';
import { Agent, fetch } from 'undici';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';

export interface Recorder {
  /** What the sandbox's EWS looks like through it. */
  readonly url: string;
  /** Bodies of the requests, in their order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Stands on loopback before the sandbox's EWS and writes down what is asked. */
export async function recordEws(sandbox: Sandbox): Promise<Recorder> {
  const agent = new Agent({ connect: { ca: sandbox.caPem } });
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
      const body = Buffer.concat(chunks);
      requests.push(body.toString('utf8'));
      const { host: _host, connection: _connection, 'transfer-encoding': _encoding, ...headers } = incoming.headers;
      const written = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]);
      const answer = await fetch(sandbox.ews, { method: 'POST', headers: written, body, dispatcher: agent });
      const text = await answer.text();
      outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      outgoing.end(text);
    })().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/EWS/Exchange.asmx`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await agent.close();
    },
  };
}
