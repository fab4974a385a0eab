import { assert, asyncProperty, constantFrom, jsonValue } from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { prepareMail } from '../../../src/filing/prepared-mail.ts';
import { createGraphProvider, type GraphProvider } from '../../../src/mail/graph/provider.ts';
import type { PresentEntry, ReadResult } from '../../../src/mail/provider.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { Client } from '../../sandbox/client.ts';
import { collect, FixedTokens, inbox, MemorySink, never, quick, sentItems } from './fixtures.ts';

type Path = readonly (string | number)[];

const person = (list: string): Path[] => [
  [list],
  [list, 0],
  [list, 0, 'emailAddress'],
  [list, 0, 'emailAddress', 'name'],
  [list, 0, 'emailAddress', 'address'],
];
const text = (name: string): Path[] => [[name], [name, 'contentType'], [name, 'content']];

/** Every place of a listed mail where a value of the service enters. */
const mailPlaces: readonly Path[] = [
  ['@odata.type'],
  ['@odata.etag'],
  ['@removed'],
  ['subject'],
  ...['from', 'sender'].flatMap((name): Path[] => [
    [name],
    [name, 'emailAddress'],
    [name, 'emailAddress', 'name'],
    [name, 'emailAddress', 'address'],
  ]),
  ...['replyTo', 'toRecipients', 'ccRecipients', 'bccRecipients'].flatMap(person),
  ['receivedDateTime'],
  ['sentDateTime'],
  ...text('body'),
  ...text('uniqueBody'),
  ['internetMessageId'],
  ['internetMessageHeaders'],
  ['internetMessageHeaders', 0],
  ['internetMessageHeaders', 0, 'name'],
  ['internetMessageHeaders', 0, 'value'],
  ['conversationId'],
  ['parentFolderId'],
  ['hasAttachments'],
  ['isDraft'],
  ['isRead'],
];
const sentPlaces: readonly Path[] = [
  ['singleValueExtendedProperties'],
  ['singleValueExtendedProperties', 0],
  ['singleValueExtendedProperties', 0, 'id'],
  ['singleValueExtendedProperties', 0, 'value'],
];
const attachmentPlaces: readonly Path[] = [
  '@odata.type',
  '@odata.mediaContentType',
  'id',
  'name',
  'contentType',
  'size',
  'isInline',
  'contentId',
  'contentBytes',
  'lastModifiedDateTime',
].map((name) => [name]);
const pagePlaces: readonly Path[] = [['@odata.context'], ['@odata.nextLink'], ['@odata.unknown']];

/** What a field may say that nobody expects; undefined: nothing at all. */
const odd: readonly unknown[] = [
  undefined,
  null,
  '',
  ' \t\u00a0',
  [],
  {},
  0,
  -1.5,
  1e308,
  true,
  'no such thing',
  [null, 7, 'x', [], {}],
  { emailAddress: [], content: {}, name: 7 },
  'x'.repeat(200_000),
  'with a \0 in it',
  'half a pair \ud83d, and \udc00 the other',
];

let sandbox: Sandbox;
let provider: GraphProvider;
let oddId: string;
let plainId: string;
let sentId: string;
let fileId: string;
const ann = { address: 'ann.odd@contoso.test', user: undefined };

beforeAll(async () => {
  sandbox = await startSandbox();
  const client = new Client(sandbox);
  await client.signInAsApplication();
  sandbox.world.addMailbox({ address: ann.address, displayName: 'Ann', kind: 'user' });
  const people = { from: 'carl@acme.example', sender: 'dora@acme.example', to: ann.address, cc: 'x@y.example' };
  const file = { kind: 'file', contentType: 'application/pdf', content: Buffer.from('bytes') } as const;
  const whole = {
    ...people,
    bcc: 'z@y.example',
    replyTo: 'r@acme.example',
    receivedAt: Date.parse('2026-02-01T10:00:00Z'),
    html: '<p>Hello</p>',
    attachments: [
      { ...file, name: 'odd.pdf' },
      { ...file, name: 'beside.pdf' },
    ],
  };
  oddId = sandbox.world.addMessage(ann.address, 'Inbox', { ...whole, subject: 'odd' });
  plainId = sandbox.world.addMessage(ann.address, 'Inbox', { ...whole, subject: 'plain', attachments: [] });
  sentId = sandbox.world.addMessage(ann.address, 'Sent Items', { ...whole, subject: 'sent', inReplyTo: '<a@b>' });
  const listed = await client.get(`users/${ann.address}/messages/${oddId}/attachments?$select=id`);
  fileId = listed.json.value[0].id;
  provider = createGraphProvider({
    baseUrl: sandbox.graph,
    caPem: sandbox.caPem,
    tokens: new FixedTokens(client.token),
    uniqueBody: true,
    delta: true,
    clock: Date.now,
    onMutation: () => undefined,
    limits: quick,
  });
  await client.agent.close();
});

afterEach(() => sandbox.faults.clear());

afterAll(async () => {
  await provider.close();
  await sandbox.close();
});

interface Odd {
  readonly id?: string;
  readonly path: Path;
  readonly value: unknown;
}

/** What comes of a round while the service says this for ever. */
async function readWith({ id, path, value }: Odd, folder = inbox): Promise<Map<string, ReadResult>> {
  sandbox.faults.clear();
  const fault = { kind: 'replace_field', ...(id === undefined ? {} : { id }), path, value } as const;
  sandbox.faults.add({ service: 'graph', count: 0, fault });
  const reader = provider.reader(ann);
  const pages = await collect(reader.changes(folder, null, { floorMs: 0, signal: never }));
  const entries = pages.flatMap((page) => page.entries.filter((each): each is PresentEntry => each.kind === 'present'));
  const results = await collect(reader.read(entries, { files: new MemorySink(), keepOriginal: false, signal: never }));
  return new Map(
    results.map((result) => [result.kind === 'message' ? result.message.providerId : result.providerId, result]),
  );
}

function expectUsable(result: ReadResult | undefined): void {
  expect(result?.kind).toBe('message');
  if (result?.kind !== 'message') return;
  expect(() => prepareMail(result.message)).not.toThrow();
  for (const said of textsIn(result.message)) {
    expect(said.isWellFormed()).toBe(true);
    expect(said).not.toContain('\0');
  }
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsIn(part);
}

test.each(mailPlaces.map((path) => [path.join('.'), path] as const))(
  'whatever a mail says under %s, it comes, and so does the one beside it',
  async (_name, path) => {
    for (const value of odd) {
      const results = await readWith({ id: oddId, path, value });
      expectUsable(results.get(plainId));
      if (path[0] === '@removed' && typeof value === 'object' && value !== null && !Array.isArray(value)) continue;
      expectUsable(results.get(oddId));
    }
  },
  30_000,
);

test.each(sentPlaces.map((path) => [path.join('.'), path] as const))(
  'whatever a sent mail says under %s, it comes',
  async (_name, path) => {
    for (const value of odd) {
      expectUsable((await readWith({ id: sentId, path, value }, sentItems)).get(sentId));
    }
  },
  30_000,
);

test.each(attachmentPlaces.map((path) => [path.join('.'), path] as const))(
  'whatever an attachment says under %s, it is shown, and the one beside it comes',
  async (_name, path) => {
    for (const value of odd) {
      const result = (await readWith({ id: fileId, path, value })).get(oddId);
      expectUsable(result);
      const attachments = result?.kind === 'message' ? result.message.attachments : [];
      expect(attachments).toHaveLength(2);
      expect(attachments.find(({ name }) => name === 'beside.pdf')?.content.kind).toBe('stored');
      expect(attachments.every(({ size }) => Number.isSafeInteger(size) && size >= 0)).toBe(true);
    }
  },
  30_000,
);

test.each(pagePlaces.map((path) => [path.join('.'), path] as const))(
  'whatever a page says under %s besides its mails, they come',
  async (_name, path) => {
    // A text would be a link; those are told apart elsewhere.
    for (const value of odd.filter((each) => typeof each !== 'string' || each === '')) {
      const results = await readWith({ path, value });
      expectUsable(results.get(plainId));
      expectUsable(results.get(oddId));
    }
  },
  30_000,
);

test('a mail that is listed without a usable id is damaged, and the one beside it comes', async () => {
  for (const value of odd) {
    const results = await readWith({ id: oddId, path: ['id'], value });
    expectUsable(results.get(plainId));
    expect([...results.values()].filter(({ kind }) => kind === 'damaged').length).toBeLessThanOrEqual(1);
    expect(results.size).toBe(2);
  }
});

test('whatever JSON a field of a mail holds, the one beside it comes, and it comes or is damaged', async () => {
  const places = [...mailPlaces, ['id']].filter(([name]) => name !== '@removed');
  await assert(
    asyncProperty(constantFrom(...places), jsonValue(), async (path, value) => {
      const results = await readWith({ id: oddId, path, value });
      expectUsable(results.get(plainId));
      expect(results.size).toBe(2);
      for (const result of results.values()) if (result.kind === 'message') expectUsable(result);
    }),
    { numRuns: 100 },
  );
}, 60_000);
