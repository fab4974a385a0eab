import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { IntegratorError } from '../../../src/domain/errors.ts';
import type { MailboxReader, MailProvider, ReadResult } from '../../../src/mail/provider.ts';
import type { Fault, StatusFault } from '../../../src/sandbox/faults.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { at, collect, connectEws, floorMs, inbox, never, operationsAt, readPages, roundOf } from './fixtures.ts';

const address = 'ann@contoso.test';

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
const fail = (operation: string, fault: Fault, count = 0): number =>
  sandbox.faults.add({ service: 'ews', path: `#${operation}`, count, fault });
const told = (results: readonly ReadResult[]): readonly string[] =>
  results.map((one) => (one.kind === 'message' ? one.message.subject : one.kind));
const outcome = (work: Promise<string>): Promise<string> =>
  work.catch((error: IntegratorError) => `stops: ${error.kind}`);

type Outcome = 'comes' | 'set aside' | 'gone' | `stops: ${string}`;

/**
 * Where a trouble can stand, and what comes of it:
 *   sync, find   of the listing, for ever
 *   mail         of one mail's part of the answer, while the mails beside it come
 *   only         of the only mail of a page
 *   batch        of every request for mails, while the mailbox answers for other things
 *   all          of everything
 */
interface Row {
  readonly sync: Outcome;
  readonly batch: Outcome;
  readonly all: Outcome;
}
const status = (code: number, more: Partial<StatusFault> = {}): Fault => ({ kind: 'status', status: code, ...more });

const ofRequests: readonly (readonly [string, Fault, Row])[] = [
  ['401', status(401), { sync: 'stops: needs_login', batch: 'stops: needs_login', all: 'stops: needs_login' }],
  ['403', status(403), { sync: 'stops: access_denied', batch: 'set aside', all: 'stops: access_denied' }],
  ['404', status(404), { sync: 'stops: config', batch: 'set aside', all: 'stops: config' }],
  ['413', status(413), { sync: 'stops: usage', batch: 'set aside', all: 'stops: usage' }],
  ['429', status(429), { sync: 'stops: throttled', batch: 'stops: throttled', all: 'stops: throttled' }],
  ...[500, 502, 503, 504].map(
    (code) =>
      [`${code}`, status(code), { sync: 'stops: unreachable', batch: 'set aside', all: 'stops: unreachable' }] as const,
  ),
  ...['ErrorInternalServerError', 'ErrorMailboxStoreUnavailable'].map(
    (code) =>
      [
        `a fault ${code}`,
        status(500, { code }),
        { sync: 'stops: unreachable', batch: 'set aside', all: 'stops: unreachable' },
      ] as const,
  ),
  [
    'a fault ErrorAccessDenied',
    status(500, { code: 'ErrorAccessDenied' }),
    { sync: 'stops: access_denied', batch: 'set aside', all: 'stops: access_denied' },
  ],
  [
    'a fault ErrorSchemaValidation',
    status(500, { code: 'ErrorSchemaValidation' }),
    { sync: 'stops: protocol', batch: 'set aside', all: 'stops: protocol' },
  ],
  [
    'HTML in the place of XML',
    { kind: 'html' },
    { sync: 'stops: protocol', batch: 'set aside', all: 'stops: protocol' },
  ],
  [
    'HTML with 500',
    { kind: 'html', status: 500 },
    { sync: 'stops: unreachable', batch: 'set aside', all: 'stops: unreachable' },
  ],
  [
    'XML that breaks off',
    { kind: 'rewrite', changes: [{ pattern: '</s:Body>.*', replacement: '' }] },
    { sync: 'stops: protocol', batch: 'set aside', all: 'stops: protocol' },
  ],
  [
    'a redirect to the page of an outage',
    status(302, { location: 'https://mail.contoso.test/ews/genericerrorpage.htm' }),
    { sync: 'stops: unreachable', batch: 'set aside', all: 'stops: unreachable' },
  ],
  [
    'a redirect to a sign-in page',
    status(302, { location: 'https://mail.contoso.test/owa/auth/logon.aspx?url=x' }),
    { sync: 'stops: config', batch: 'set aside', all: 'stops: config' },
  ],
];

describe.each(ofRequests)('%s, for ever,', (_name, fault, row) => {
  test('instead of a page of changes or of a listing', async () => {
    fail('SyncFolderItems', fault);
    expect(await outcome(roundOf(reader).then(() => 'comes'))).toBe(row.sync);
    sandbox.faults.clear();
    fail('FindItem', fault);
    expect(await outcome(roundOf(reader).then(() => 'comes'))).toBe(row.sync);
    expect(await outcome(collect(reader.list(inbox, floorMs, never)).then(() => 'comes'))).toBe(row.sync);
  });

  test('instead of mails, while the mailbox answers', async () => {
    deliver('one', 2);
    deliver('two', 1);
    const pages = await roundOf(reader);
    fail('GetItem', fault);
    const results = readPages(reader, pages).then((read) => [...new Set(read.map(({ kind }) => kind))].join());
    expect(await outcome(results)).toBe(row.batch.replace('set aside', 'damaged'));
  });

  test('instead of attachments, while the mailbox answers', async () => {
    const names = ['a.txt', 'b.txt'];
    deliver('with', 2, { attachments: names.map((name) => ({ kind: 'file', name, content: name }) as const) });
    deliver('beside', 1);
    const pages = await roundOf(reader);
    fail('GetAttachment', fault);
    const contents = readPages(reader, pages).then((read) => {
      expect(told(read)).toEqual(['with', 'beside']);
      const files = read.flatMap((one) => (one.kind === 'message' ? one.message.attachments : []));
      return [...new Set(files.map(({ content }) => content.kind))].join();
    });
    expect(await outcome(contents)).toBe(row.batch.replace('set aside', 'failed'));
  });

  test('instead of everything stops the mailbox, and blames no mail', async () => {
    deliver('one', 1);
    const pages = await roundOf(reader);
    fail('', fault);
    expect(await outcome(readPages(reader, pages).then(() => 'comes'))).toBe(row.all);
  });
});

/** What one part of a batch may be told; `only`: what comes of it where no other mail of the batch came. */
const ofMails: readonly (readonly [string, Outcome])[] = [
  ['ErrorItemNotFound', 'gone'],
  ['ErrorInvalidIdMalformed', 'gone'],
  ['ErrorServerBusy', 'stops: throttled'],
  ...[
    'ErrorAccessDenied',
    'ErrorItemCorrupt',
    'ErrorCorruptData',
    'ErrorContentConversionFailed',
    'ErrorFolderNotFound',
    'ErrorQuotaExceeded',
    'ErrorNonExistentMailbox',
    'ErrorMessageSizeExceeded',
    'ErrorInternalServerError',
    'ErrorDataSizeLimitExceeded',
    'ErrorInvalidOperation',
    'ErrorOfALaterServer',
    'ErrorSendAsDenied',
  ].map((code) => [code, 'set aside'] as const),
];

describe.each(ofMails)('%s', (code, comes) => {
  const kindOf = (one: ReadResult): Outcome =>
    one.kind === 'message' ? 'comes' : one.kind === 'damaged' ? 'set aside' : 'gone';

  test(`for one mail: it ${comes === 'gone' ? 'is gone' : comes}; those beside it come`, async () => {
    if (comes.startsWith('stops')) return;
    deliver('after', 3);
    deliver('bad', 2, { damaged: true });
    deliver('before', 1);
    sandbox.settings.damagedAs = code;
    const results = await readPages(reader, await roundOf(reader));
    expect(results.map(kindOf)).toEqual(['comes', comes, 'comes']);
    const errors = results.flatMap((one) => (one.kind === 'damaged' ? [one.error] : []));
    expect(errors.map(({ kind }) => kind)).toEqual(comes === 'set aside' ? ['protocol'] : []);
    // The mailbox answers for the others: no right on it is missing.
    for (const { hint = '' } of errors) expect(hint).not.toMatch(/Full Access|Permission|role/);
  });

  test('for the only mail of a page, while the mailbox answers', async () => {
    deliver('bad', 2, { damaged: true });
    sandbox.settings.damagedAs = code;
    const result = readPages(reader, await roundOf(reader)).then((read) => read.map(kindOf).join());
    expect(await outcome(result)).toBe(comes);
  });

  test('for an attachment costs the attachment alone', async () => {
    if (comes.startsWith('stops')) return;
    const attachments = ['bad.doc', 'good.txt'].map(
      (name) => ({ kind: 'file', name, content: 'x', damaged: name === 'bad.doc' }) as const,
    );
    deliver('with', 2, { attachments });
    sandbox.settings.damagedAs = code;
    const [result] = await readPages(reader, await roundOf(reader));
    const read = result?.kind === 'message' ? result.message.attachments : [];
    expect(read.map(({ content }) => content.kind)).toEqual(['failed', 'stored']);
    const id = read[0]?.content.kind === 'failed' ? read[0].content.providerId : '';
    const again = reader.readAttachment('', id, { files: { put: noFiles }, keepOriginal: false, signal: never });
    expect(await outcome(again.then((file) => JSON.stringify(file)))).toMatch(/^null$|^stops: protocol$/);
  });
});

function noFiles(): Promise<never> {
  return Promise.reject(new Error('there are no bytes'));
}

test('rights that were taken away stop the mailbox, and blame no mail', async () => {
  deliver('one', 1);
  const pages = await roundOf(reader);
  sandbox.world.mailbox(address).access = 'none';
  expect(await outcome(readPages(reader, pages).then(() => 'comes'))).toMatch(/^stops: (access_denied|not_found)$/);
  sandbox.world.mailbox(address).access = 'full';
});

test('a sign-in page is named with its cure, at the first attempt', async () => {
  for (const fault of [
    status(302, { location: 'https://sts.contoso.test/adfs/ls/?wa=wsignin1.0&secret=1' }),
    status(302, { location: '/owa/auth/logon.aspx' }),
    status(307, { location: 'https://login.microsoftonline.com/common/oauth2/authorize' }),
    { kind: 'html', text: '<html><body><form><input type="password" name="p"></form></body></html>' } as const,
    { kind: 'html', text: '<html><title>Sign in</title><form action="/my.policy">Log in</form></html>' } as const,
  ]) {
    sandbox.requests.clear();
    fail('', fault);
    const error = await roundOf(reader).then(
      () => null,
      (thrown: IntegratorError) => thrown,
    );
    expect(error).toMatchObject({
      kind: 'config',
      code: 'sign_in_page',
      message: expect.stringContaining('sign-in page'),
    });
    expect(error?.hint).toContain('/EWS/Exchange.asmx');
    expect(error?.message).not.toContain('secret');
    expect(operationsAt(sandbox)).toHaveLength(1);
    sandbox.faults.clear();
  }
});

test('another address of EWS is named', async () => {
  fail('', status(301, { location: 'https://sso.contoso.test/EWS/Exchange.asmx' }));
  const error = await roundOf(reader).then(
    () => null,
    (thrown: IntegratorError) => thrown,
  );
  expect(error).toMatchObject({ kind: 'config', code: 'redirect' });
  expect(error?.message).toContain('https://sso.contoso.test/EWS/Exchange.asmx');
});

describe('items of a kind that nobody knows', () => {
  const kinds = ['RoleMember', 'Network', 'Persona', 'Role', 'ThingOfALaterServer'];
  /** The first items of each answer become things of these kinds. */
  const changes = (subjects: readonly string[]) =>
    subjects.map((id, index) => ({
      pattern: `<t:Message>(<t:ItemId Id="${id.replace(/[+/]/g, '\\$&')}"(?:(?!</t:Message>)[^])*)</t:Message>`,
      replacement: `<t:${kinds[index]}>$1</t:${kinds[index]}>`,
    }));

  test('are passed over and counted in a first listing and in later changes, and mail beside them comes', async () => {
    deliver('plain', 1);
    const { cursor = null } = (await roundOf(reader)).at(-1) ?? {};
    for (const name of kinds) deliver(name, 2);
    deliver('later', 3);
    const ids: string[] = [];
    for (const one of await readPages(reader, await roundOf(reader, cursor))) {
      if (one.kind === 'message' && kinds.includes(one.message.subject)) ids.push(one.message.providerId);
    }
    fail('', { kind: 'rewrite', changes: changes(ids) });
    const later = await roundOf(reader, cursor);
    expect(later.map(({ passedOver }) => passedOver)).toEqual([kinds.length]);
    expect(told(await readPages(reader, later))).toEqual(['later']);
    const first = await roundOf(reader);
    expect(first.reduce((sum, { passedOver = 0 }) => sum + passedOver, 0)).toBe(kinds.length);
    expect(told(await readPages(reader, first))).toEqual(['later', 'plain']);
    expect(await collect(reader.list(inbox, floorMs, never))).toHaveLength(2);
  });

  test('are set aside where only reading them shows it', async () => {
    deliver('plain', 2);
    deliver('strange', 1);
    const pages = await roundOf(reader);
    const id = pages.flatMap(({ entries }) => entries)[1]?.providerId ?? '';
    fail('GetItem', { kind: 'rewrite', changes: changes([id]) });
    expect(told(await readPages(reader, pages))).toEqual(['plain', 'damaged']);
  });

  test('cost nothing where nothing is said of them', async () => {
    const { cursor = null } = (await roundOf(reader)).at(-1) ?? {};
    deliver('plain', 1);
    for (const nothing of ['<t:Create/>', '<t:Create> </t:Create>', '<t:Create><t:Role/></t:Create>', '<t:Delete/>']) {
      sandbox.faults.clear();
      fail('Sync', { kind: 'rewrite', changes: [{ pattern: '<m:Changes>', replacement: `<m:Changes>${nothing}` }] });
      const pages = await roundOf(reader, cursor);
      expect(told(await readPages(reader, pages))).toEqual(['plain']);
      expect(pages[0]?.passedOver).toBe(1);
    }
  });
});

test('fewer answers than mails asked for are asked for again one by one', async () => {
  for (const day of [1, 2, 3]) deliver(`${day}`, day);
  const pages = await roundOf(reader);
  const message = '<m:GetItemResponseMessage(?:(?!</m:GetItemResponseMessage>)[^])*</m:GetItemResponseMessage>';
  fail(
    'GetItem',
    {
      kind: 'rewrite',
      changes: [{ pattern: `(?:${message}){2}$|${message}(?=</m:ResponseMessages>)`, replacement: '' }],
    },
    1,
  );
  expect(told(await readPages(reader, pages))).toEqual(['3', '2', '1']);
});

test('a mail that spoils every page of changes that it is on with others does not keep those away', async () => {
  const { cursor = null } = (await roundOf(reader)).at(-1) ?? {};
  for (const day of [1, 2, 3]) deliver(`${day}`, day);
  sandbox.requests.clear();
  // Pages of more than 8 changes fail.
  fail('SyncFolderItems', status(500, { code: 'ErrorInternalServerError' }), 8);
  const pages = await roundOf(reader, cursor);
  expect(told(await readPages(reader, pages)).toSorted()).toEqual(['1', '2', '3']);
});
