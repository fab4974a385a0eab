import { createHash } from 'node:crypto';
import type { TokenSource } from '../../../src/auth/token-source.ts';
import { IntegratorError } from '../../../src/domain/errors.ts';
import type { StoredFile } from '../../../src/domain/message.ts';
import {
  createGraphProvider,
  type GraphProvider,
  type GraphProviderOptions,
} from '../../../src/mail/graph/provider.ts';
import type { ChangePage, FileSink, ReadResult } from '../../../src/mail/provider.ts';
import type { ScriptedServer } from '../../http/scripted-server.ts';

export const ann = { address: 'ann@contoso.test', user: undefined };
export const inbox = { path: 'Inbox', id: 'inbox', sentItems: false };
export const sentItems = { path: 'Sent Items', id: 'sentitems', sentItems: true };
export const never = new AbortController().signal;
export const floorMs = Date.parse('2026-01-01T00:00:00Z');
export const changesOptions = { floorMs, signal: never };

/** Everything waits next to nothing. */
export const quick = {
  retries: { attempts: 4, backoffMs: 1, longestBackoffMs: 5 },
  missingWaitsMs: [1, 1],
};

/** Gives `token`, or token-1, token-2, … where every refused one is to be followed by another. */
export class FixedTokens implements TokenSource {
  readonly #token: string | undefined;
  readonly invalidated: (string | undefined)[] = [];

  constructor(token?: string) {
    this.#token = token;
  }

  get current(): string {
    return this.#token ?? `token-${this.invalidated.length + 1}`;
  }

  async getToken(): Promise<string> {
    return this.current;
  }

  invalidate(_resource: string, refused?: string): void {
    this.invalidated.push(refused);
  }
}

export function providerOf(server: ScriptedServer, options: Partial<GraphProviderOptions> = {}): GraphProvider {
  return createGraphProvider({
    baseUrl: server.url,
    tokens: new FixedTokens(),
    uniqueBody: false,
    delta: true,
    clock: Date.now,
    onMutation: () => undefined,
    ...options,
    limits: { ...quick, ...options.limits },
  });
}

/** Keeps what is put into it. */
export class MemorySink implements FileSink {
  readonly files = new Map<string, Buffer>();

  async put(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredFile> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new IntegratorError('protocol', `more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    const sha256 = createHash('sha256').update(Buffer.concat(chunks)).digest('hex');
    this.files.set(sha256, Buffer.concat(chunks));
    return { sha256, size };
  }
}

/** A whole mail as Graph lists it. */
export function graphMail(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    '@odata.etag': 'W/"1"',
    id,
    subject: `Mail ${id}`,
    from: { emailAddress: { name: 'Carl Customer', address: 'Carl@Acme.example' } },
    sender: { emailAddress: { name: 'Carl Customer', address: 'carl@acme.example' } },
    replyTo: [],
    toRecipients: [{ emailAddress: { name: 'Ann Archer', address: 'ann@contoso.test' } }],
    ccRecipients: [],
    bccRecipients: [],
    receivedDateTime: '2026-02-01T10:00:00Z',
    sentDateTime: '2026-02-01T09:59:58Z',
    body: { contentType: 'html', content: '<p>Hello</p>' },
    internetMessageId: `<${id}@acme.example>`,
    internetMessageHeaders: [{ name: 'Content-Type', value: 'text/html' }],
    conversationId: 'conversation-1',
    hasAttachments: false,
    isDraft: false,
    parentFolderId: 'folder-1',
    ...more,
  };
}

export function graphError(code: string, message = 'No.'): object {
  return { error: { code, message, innerError: { 'request-id': 'request-1' } } };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function idsOf(pages: readonly ChangePage[]): string[] {
  return pages.flatMap((page) => page.entries.map((entry) => entry.providerId));
}

export function kindsOf(results: readonly ReadResult[]): string[] {
  return results.map((result) => result.kind);
}

/** What was thrown, as one of our errors; fails where nothing or something else was. */
export async function errorOf(work: Promise<unknown>): Promise<IntegratorError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof IntegratorError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
