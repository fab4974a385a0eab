import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TokenSource } from '../../../src/auth/token-source.ts';
import { IntegratorError } from '../../../src/domain/errors.ts';
import type { EwsSignIn } from '../../../src/mail/ews/exchange.ts';
import { createEwsProvider } from '../../../src/mail/ews/provider.ts';
import type { ChangePage, FileSink, MailboxReader, MailProvider, ReadResult } from '../../../src/mail/provider.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { Client } from '../../sandbox/client.ts';

/** Everything waits next to nothing. */
export const quick = { retries: { attempts: 4, backoffMs: 1, longestBackoffMs: 5 } };

const known = new WeakMap<Sandbox, string>();

/** A token of the application for Exchange. */
export async function ewsToken(sandbox: Sandbox): Promise<string> {
  const found = known.get(sandbox);
  if (found !== undefined) return found;
  const client = new Client(sandbox);
  const answer = await client.tokenRequest({
    grant_type: 'client_credentials',
    scope: 'https://outlook.office365.com/.default',
  });
  await client.agent.close();
  const token = String(answer.json.access_token);
  known.set(sandbox, token);
  return token;
}

export function tokensOf(token: string): TokenSource {
  return { getToken: () => Promise.resolve(token), invalidate: () => undefined };
}

export const inbox = { path: 'Inbox', id: 'inbox', sentItems: false };
export const never = new AbortController().signal;
setMaxListeners(0, never);
export const floorMs = Date.parse('2026-01-01T00:00:00Z');
/** So many days after the floor. */
export const at = (day: number): number => floorMs + day * 86_400_000;

const files: FileSink = {
  put: async (bytes) => {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.byteLength;
    }
    return { sha256: hash.digest('hex'), size };
  },
};
export const readOptions = { files, keepOriginal: false, signal: never };

/** A provider as a freshly started process makes it; the application signs in unless told otherwise. */
export async function connectEws(
  sandbox: Sandbox,
  more: { readonly signIn?: EwsSignIn; readonly onMutation?: (operation: string) => void } = {},
): Promise<MailProvider> {
  return createEwsProvider({
    url: sandbox.ews,
    caPem: sandbox.caPem,
    signIn: more.signIn ?? { kind: 'token', tokens: tokensOf(await ewsToken(sandbox)), impersonate: true },
    uniqueBody: true,
    clock: Date.now,
    onMutation: more.onMutation ?? (() => undefined),
    limits: quick,
  });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A round through the inbox. */
export function roundOf(reader: MailboxReader, cursor: string | null = null): Promise<ChangePage[]> {
  return collect(reader.changes(inbox, cursor, { floorMs, signal: never }));
}

export async function readPages(reader: MailboxReader, pages: readonly ChangePage[]): Promise<ReadResult[]> {
  const entries = pages.flatMap((page) => page.entries.filter((entry) => entry.kind === 'present'));
  return collect(reader.read(entries, readOptions));
}

export async function errorOf(work: Promise<unknown>): Promise<IntegratorError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof IntegratorError) return error;
  throw new Error('nothing of ours was thrown');
}

/** What was asked, operation by operation, in the order of the answers. */
export function operationsAt(sandbox: Sandbox): readonly string[] {
  return sandbox.requests.of('ews').map(({ path }) => path.split('#')[1] ?? '');
}

/** A delegate with rights on the mailboxes of others, and no mailbox of its own. */
export function serviceAccount(sandbox: Sandbox): EwsSignIn {
  return { kind: 'basic', ...sandbox.serviceAccount };
}

/** A server that is no Exchange, on loopback; `answer` gets every request once its body is read. */
export async function strangeServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => void request.resume().on('end', () => answer(request, response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    connect: (signIn: EwsSignIn): MailProvider =>
      createEwsProvider({
        url: `http://127.0.0.1:${port}/EWS/Exchange.asmx`,
        signIn,
        uniqueBody: false,
        clock: Date.now,
        onMutation: () => undefined,
        limits: quick,
      }),
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
}
