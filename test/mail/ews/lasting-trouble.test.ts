import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MailboxReader, MailProvider, ReadResult } from '../../../src/mail/provider.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { at, collect, connectEws, errorOf, inbox, operationsAt, readOptions, readPages, roundOf } from './fixtures.ts';

const address = 'ann@contoso.test';
/** They mostly pass; on some mails they never do. */
const lasting = ['ErrorInternalServerError', 'ErrorTimeoutExpired', 'ErrorMailboxStoreUnavailable'];

let sandbox: Sandbox;
let provider: MailProvider;
let reader: MailboxReader;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  sandbox.world.addMailbox({ address, displayName: 'Ann Archer' });
});
beforeEach(async () => {
  for (const item of sandbox.world.mailbox(address).items()) sandbox.world.mailbox(address).remove(item);
  provider = await connectEws(sandbox);
  reader = provider.reader({ address, user: undefined });
  sandbox.requests.clear();
});
afterEach(async () => {
  sandbox.faults.clear();
  sandbox.settings.damagedAs = '';
  await provider.close();
});
afterAll(() => sandbox.close());

function deliver(subject: string, day: number, more: Parameters<Sandbox['world']['addMessage']>[2] = {}): void {
  sandbox.world.addMessage(address, 'Inbox', { subject, receivedAt: at(day), ...more });
}
const told = (results: readonly ReadResult[]): readonly string[] =>
  results.map((one) => (one.kind === 'message' ? one.message.subject : one.kind));
const always = (operation: string, code: string, more: { nth?: number; count?: number } = {}): number =>
  sandbox.faults.add({
    service: 'ews',
    path: `#${operation}`,
    count: 0,
    fault: { kind: 'status', status: 500, code },
    ...more,
  });

describe.each(lasting)('%s, always', (code) => {
  beforeEach(() => {
    sandbox.settings.damagedAs = code;
  });

  test('for one mail sets it aside, and the others come', async () => {
    deliver('after', 3);
    deliver('bad', 2, { damaged: true });
    deliver('before', 1);
    const results = await readPages(reader, await roundOf(reader));
    expect(told(results)).toEqual(['after', 'damaged', 'before']);
    expect(results[1]).toMatchObject({ error: { kind: 'protocol', code } });
  });

  test('for the only mail of a page sets it aside', async () => {
    deliver('bad', 1, { damaged: true });
    const [result] = await readPages(reader, await roundOf(reader));
    if (result?.kind !== 'damaged') throw new Error('not damaged');
    expect(await reader.readOne(result.providerId, inbox, readOptions)).toMatchObject({ kind: 'damaged' });
  });

  test.each([[['bad.doc']], [['bad.doc', 'good.txt']]])(
    'for an attachment costs neither the mail nor %j nor the mail beside it',
    async (names) => {
      const attachments = names.map(
        (name) => ({ kind: 'file', name, content: 'x', damaged: name === 'bad.doc' }) as const,
      );
      deliver('with', 2, { attachments });
      deliver('beside', 1);
      const results = await readPages(reader, await roundOf(reader));
      expect(told(results)).toEqual(['with', 'beside']);
      const kinds = results[0]?.kind === 'message' ? results[0].message.attachments : [];
      expect(kinds.map(({ name, content }) => `${name} ${content.kind}`)).toEqual(
        names.map((name) => `${name} ${name === 'bad.doc' ? 'failed' : 'stored'}`),
      );
    },
  );

  test('for an attachment asked for again is its own error, which stops nothing else', async () => {
    deliver('with', 1, { attachments: [{ kind: 'file', name: 'bad.doc', content: 'x', damaged: true }] });
    const [result] = await readPages(reader, await roundOf(reader));
    const content = result?.kind === 'message' ? result.message.attachments[0]?.content : undefined;
    if (content?.kind !== 'failed') throw new Error('not failed');
    const error = await errorOf(reader.readAttachment('', content.providerId, readOptions));
    expect(error).toMatchObject({ kind: 'protocol', code });
  });

  test('for an original does not cost the mail', async () => {
    deliver('whole', 1);
    const pages = await roundOf(reader);
    const entries = pages.flatMap((page) => page.entries.filter((entry) => entry.kind === 'present'));
    always('GetItem', code, { nth: 2 });
    const results = await collect(reader.read(entries, { ...readOptions, keepOriginal: true }));
    expect(results).toMatchObject([{ kind: 'message', message: { subject: 'whole', original: null } }]);
  });

  test('for everything is trouble of the server, and no mail is blamed', async () => {
    deliver('good', 1);
    const pages = await roundOf(reader);
    always('', code);
    expect(await errorOf(readPages(reader, pages))).toMatchObject({ kind: 'unreachable' });
  });
});

test('a mail that cannot be read whole comes without its text, where the server can give it so', async () => {
  deliver('partly', 1);
  const pages = await roundOf(reader);
  const fault = always('GetItem', 'ErrorInternalServerError', { count: 4 });
  expect(told(await readPages(reader, pages))).toEqual(['partly']);
  expect(sandbox.faults.hits(fault)).toBe(4);
});

test('a batch in trouble is told from a mailbox in trouble by one question, which changes nothing', async () => {
  deliver('good', 1);
  const pages = await roundOf(reader);
  always('GetItem', 'ErrorInternalServerError', { count: 4 });
  sandbox.requests.clear();
  await readPages(reader, pages);
  expect(operationsAt(sandbox).filter((operation) => operation !== 'GetItem')).toEqual(['GetFolder']);
  expect(sandbox.mutations(address)).toBe(0);
});

test.each([
  ['no XML', { kind: 'html' }],
  ['a broken connection', { kind: 'reset_before' }],
  ['a gateway that gave up', { kind: 'status', status: 504, noBody: true }],
] as const)('a batch that %s spoils is asked for again mail by mail', async (_name, fault) => {
  for (const day of [1, 2, 3]) deliver(`${day}`, day);
  const pages = await roundOf(reader);
  sandbox.faults.add({ service: 'ews', path: '#GetItem', count: 4, fault });
  expect(told(await readPages(reader, pages))).toEqual(['3', '2', '1']);
});
