import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createGraphProvider,
  type GraphProvider,
  type GraphProviderOptions,
} from '../../../src/mail/graph/provider.ts';
import type { ChangePage, MailboxReader, PresentEntry } from '../../../src/mail/provider.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { defaultSettings } from '../../../src/sandbox/settings.ts';
import { Client } from '../../sandbox/client.ts';
import { changesOptions, collect, errorOf, FixedTokens, floorMs, inbox, MemorySink, never, quick } from './fixtures.ts';

/** What Graph does and other services do not; the rest is in the contract. */
let sandbox: Sandbox;
let person: string;
let application: string;
let address: string;
let number = 0;
const open: GraphProvider[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  const client = new Client(sandbox);
  await client.signIn();
  person = client.token;
  await client.signInAsApplication();
  application = client.token;
  await client.agent.close();
});

afterAll(() => sandbox.close());

beforeEach(() => {
  number += 1;
  address = `ann${number}@contoso.test`;
  sandbox.world.addMailbox({ address, displayName: 'Ann Archer', kind: 'user' });
  sandbox.requests.clear();
});

afterEach(async () => {
  sandbox.faults.clear();
  Object.assign(sandbox.settings, defaultSettings());
  for (const one of open.splice(0)) await one.close();
});

function readerOf(options: Partial<GraphProviderOptions> = {}, token = person): MailboxReader {
  const provider = createGraphProvider({
    baseUrl: sandbox.graph,
    caPem: sandbox.caPem,
    tokens: new FixedTokens(token),
    uniqueBody: true,
    delta: true,
    clock: Date.now,
    onMutation: () => undefined,
    ...options,
    limits: { ...quick, ...options.limits },
  });
  open.push(provider);
  return provider.reader({ address, user: undefined });
}

const deliver = (day: number, more = {}): string =>
  sandbox.world.addMessage(address, 'Inbox', { receivedAt: floorMs + day * 86_400_000, ...more });
const round = (reader: MailboxReader, cursor: string | null = null): Promise<ChangePage[]> =>
  collect(reader.changes(inbox, cursor, changesOptions));
const entriesOf = (pages: readonly ChangePage[]): PresentEntry[] =>
  pages.flatMap((page) => page.entries.filter(({ kind }) => kind === 'present')) as PresentEntry[];
const fail = (fault: Fault, rule = {}): number =>
  sandbox.faults.add({ service: 'graph', mailbox: address, fault, ...rule });
const read = (reader: MailboxReader, entries: readonly PresentEntry[]) =>
  collect(reader.read(entries, { files: new MemorySink(), keepOriginal: false, signal: never }));

describe('permissions', () => {
  test('a person’s permission does not tell the kind of a mailbox, an application’s does', async () => {
    expect(await readerOf().kind(never)).toBe('unknown');
    expect(await readerOf({}, application).kind(never)).toBe('user');
  });

  test('a mailbox that hides its folders is one without rights', async () => {
    sandbox.world.setAccess(address, 'hidden');
    expect(await errorOf(round(readerOf()))).toMatchObject({ kind: 'access_denied' });
  });

  test('a mailbox over its quota says so', async () => {
    sandbox.world.mailbox(address).overQuota = true;
    expect(await errorOf(round(readerOf()))).toMatchObject({ kind: 'access_denied', code: 'ErrorQuotaExceeded' });
  });
});

describe('trust', () => {
  test('a certificate that nobody vouched for is refused at once, with what to configure', async () => {
    const error = await errorOf(round(readerOf({ caPem: undefined })));
    expect(error).toMatchObject({ kind: 'unreachable', hint: expect.stringContaining('ca_file') });
    expect(sandbox.requests.entries).toEqual([]);
  });

  test('a file of authorities that is none is a mistake in the configuration', () => {
    expect(() => readerOf({ caPem: '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n' })).toThrow(
      expect.objectContaining({ kind: 'config' }),
    );
  });
});

describe('delta', () => {
  test('links die after three generations, and even a stubborn network does not lose mail by it', async () => {
    for (let day = 0; day < 30; day += 1) deliver(day);
    const reader = readerOf({ limits: { pageSizes: [10, 1] } });
    fail({ kind: 'reset_after' }, { nth: 2, count: 3 });
    const pages = await round(reader);
    expect(new Set(entriesOf(pages).map(({ providerId }) => providerId)).size).toBe(30);
  });

  test('a cursor that is older than three generations starts again', async () => {
    deliver(1);
    const reader = readerOf();
    const old = (await round(reader)).at(-1)?.cursor ?? null;
    for (let again = 0; again < 4; again += 1)
      await round(reader, old === null ? null : ((await round(reader, old)).at(-1)?.cursor ?? null));
    expect((await round(reader, old))[0]?.resync).toBe(true);
  });

  test('an empty first page is not the end', async () => {
    sandbox.settings.emptyFirstPage = true;
    deliver(1);
    expect(entriesOf(await round(readerOf()))).toHaveLength(1);
  });

  test('a delta without uniqueBody costs no further request', async () => {
    sandbox.settings.uniqueBodyInDelta = false;
    deliver(1);
    const reader = readerOf();
    expect(await read(reader, entriesOf(await round(reader)))).toMatchObject([
      { kind: 'message', message: { uniqueBody: null } },
    ]);
    expect(reader.requests).toBe(1);
  });

  test('the server’s idea of the new part comes along where it gives one', async () => {
    deliver(1, { html: '<p>new part</p>', uniqueBody: '<p>new part</p>' });
    const reader = readerOf();
    expect(await read(reader, entriesOf(await round(reader)))).toMatchObject([
      { message: { uniqueBody: { kind: 'html', content: expect.stringContaining('new part') } } },
    ]);
  });

  test('reading a mail in Outlook is not a change', async () => {
    const id = deliver(1);
    const reader = readerOf();
    const { cursor = null } = (await round(reader)).at(-1) ?? {};
    sandbox.world.markRead(address, id);
    expect((await round(reader, cursor)).flatMap(({ entries }) => entries)).toEqual([]);
  });

  test('a thousand sent mails without headers cost at most twelve requests', async () => {
    sandbox.world.addBulk(address, 'Sent Items', {
      count: 1_000,
      bodyLength: 200,
      attachmentEvery: 0,
      newestAt: floorMs + 9e8,
    });
    const reader = readerOf();
    const [folder] = await reader.folders('Sent Items', never);
    if (folder === undefined) throw new Error('no folder');
    const entries = entriesOf(await collect(reader.changes(folder, null, changesOptions)));
    expect(await read(reader, entries)).toHaveLength(1_000);
    expect(reader.requests).toBeLessThanOrEqual(12);
  });
});

describe('a cloud without message delta', () => {
  test('imports everything, then only what is new', async () => {
    sandbox.settings.messageDelta = false;
    sandbox.world.addBulk(address, 'Inbox', {
      count: 400,
      bodyLength: 60,
      attachmentEvery: 0,
      intervalMs: 500,
      newestAt: floorMs + 9e8,
    });
    const reader = readerOf({ delta: false });
    const first = await round(reader);
    expect(new Set(entriesOf(first).map(({ providerId }) => providerId)).size).toBe(400);
    deliver(20, { subject: 'new' });
    const asked = reader.requests;
    const second = await round(reader, first.at(-1)?.cursor ?? null);
    expect(reader.requests - asked).toBeLessThanOrEqual(4);
    const fresh = entriesOf(second).filter(
      ({ providerId }) => !entriesOf(first).some((known) => known.providerId === providerId),
    );
    expect(await read(reader, fresh)).toMatchObject([{ kind: 'message', message: { subject: 'new' } }]);
  });
});

describe('answers that lie', () => {
  test.each<[Fault, string]>([
    [{ kind: 'next_link', how: 'none' }, 'protocol'],
    [{ kind: 'next_link', how: 'loop' }, 'protocol'],
    [{ kind: 'foreign_link', origin: 'https://evil.example' }, 'protocol'],
    [{ kind: 'cut_json' }, 'protocol'],
    [{ kind: 'content_type', contentType: 'text/html' }, 'protocol'],
    [{ kind: 'empty_page' }, 'protocol'],
    [{ kind: 'html' }, 'protocol'],
    [{ kind: 'hang' }, 'unreachable'],
    [{ kind: 'drip', pieceBytes: 1, pauseMs: 50 }, 'unreachable'],
    [{ kind: 'cut_connection' }, 'unreachable'],
    [{ kind: 'expired_token' }, 'needs_login'],
  ])('%j for ever ends in an error of kind %s', async (fault, kind) => {
    deliver(1);
    fail(fault, { count: 0 });
    expect(await errorOf(round(readerOf({ limits: { deadlineMs: 400 } })))).toMatchObject({ kind });
  });

  test('closing ends what hangs, and what waits for its turn behind it', async () => {
    deliver(1);
    fail({ kind: 'hang' }, { count: 0 });
    const reader = readerOf();
    const rounds = Array.from({ length: 9 }, () => errorOf(round(reader)));
    await vi.waitFor(() => expect(sandbox.requests.entries).toHaveLength(3), { timeout: 20_000 });
    await open.at(-1)?.close();
    for (const error of await Promise.all(rounds)) expect(error).toMatchObject({ code: 'stopped' });
    expect(sandbox.requests.entries).toHaveLength(3);
  });

  test('no token ever goes to another name of the same server', async () => {
    deliver(1);
    const { port } = new URL(sandbox.origin);
    fail({ kind: 'foreign_link', origin: `https://127.0.0.1:${port}` });
    await errorOf(round(readerOf()));
    expect(sandbox.requests.entries.map(({ host }) => host)).toEqual([`localhost:${port}`]);
  });

  test('a gzip bomb does not fill the memory', async () => {
    deliver(1);
    fail({ kind: 'gzip_bomb', megabytes: 30 }, { count: 0 });
    const before = process.memoryUsage().rss;
    const reader = readerOf({ limits: { pageBytes: 1_048_576, messageBytes: 2_097_152 } });
    expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol', code: 'too_large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1_048_576);
  });

  test('entries that come twice are given as they come', async () => {
    deliver(1);
    fail({ kind: 'double_entries' });
    expect(entriesOf(await round(readerOf()))).toHaveLength(2);
  });

  test('entries without their text are completed by one request each', async () => {
    deliver(1, { html: '<p>whole</p>' });
    deliver(2, { html: '<p>whole</p>' });
    fail({ kind: 'drop_fields', names: ['body', 'subject'] });
    const reader = readerOf();
    const results = await read(reader, entriesOf(await round(reader)));
    expect(results.map((result) => (result.kind === 'message' ? result.message.body.content : ''))).toEqual([
      expect.stringContaining('whole'),
      expect.stringContaining('whole'),
    ]);
    expect(reader.requests).toBe(3);
  });
});
