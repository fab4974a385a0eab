import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { entriesOf, Listed } from '../../../src/mail/graph/entries.ts';
import type { PresentEntry, ReadResult } from '../../../src/mail/provider.ts';
import type { ScriptedReply } from '../../http/scripted-server.ts';
import { collect, errorOf, graphError, graphMail, inbox, kindsOf, MemorySink, never, sentItems } from './fixtures.ts';
import { closeAfterEach, type GraphScript, scriptedGraph, type ScriptedGraph } from './world.ts';

closeAfterEach();

const options = (files = new MemorySink()) => ({ files, keepOriginal: false, signal: never });

function entry(content: Record<string, unknown>, folder = inbox): PresentEntry {
  const { id } = content;
  const providerId = typeof id === 'string' ? id : 'none';
  return { kind: 'present', providerId, receivedAtMs: null, folder, content: new Listed(content) };
}

function without(mail: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(mail).filter(([name]) => !names.includes(name)));
}

async function readOne(world: ScriptedGraph, content: Record<string, unknown>, folder = inbox): Promise<ReadResult> {
  const [result] = await collect(world.reader.read([entry(content, folder)], options()));
  if (result === undefined) throw new Error('no result');
  return result;
}

const notAsked: GraphScript = () => ({ status: 500, body: graphError('NotExpected') });

describe('a request is made for what is missing, and for nothing else', () => {
  test('a whole entry costs none', async () => {
    const world = await scriptedGraph(notAsked);
    expect(await readOne(world, graphMail('a'))).toMatchObject({ kind: 'message' });
    expect(world.server.seen).toHaveLength(0);
  });

  test('what was listed is kept until it is read, and no longer: read again, a mail is asked for', async () => {
    const world = await scriptedGraph(() => ({ body: graphMail('a', { subject: 'asked for' }) }));
    const page = {
      value: [graphMail('a', { subject: 'listed' })],
      '@odata.nextLink': undefined,
      '@odata.deltaLink': undefined,
    };
    const listed = entriesOf(page, inbox).filter((each) => each.kind === 'present');
    expect(page.value).toEqual([]);
    const first = await collect(world.reader.read(listed, options()));
    const again = await collect(world.reader.read(listed, options()));
    expect([...first, ...again]).toMatchObject([
      { message: { subject: 'listed' } },
      { message: { subject: 'asked for' } },
    ]);
    expect(world.server.seen).toHaveLength(1);
  });

  test('a single mail is had without what its service refuses to expand, and the next one costs one request', async () => {
    const world = await scriptedGraph((request) =>
      request.url.includes('$expand')
        ? { status: 400, body: graphError('ErrorInvalidUrlQuery') }
        : { body: graphMail('a') },
    );
    expect(await readOne(world, { id: 'a' }, sentItems)).toMatchObject({ kind: 'message' });
    const asked = world.server.seen.length;
    expect(await readOne(world, { id: 'b' }, sentItems)).toMatchObject({ kind: 'message' });
    expect(world.server.seen).toHaveLength(asked + 1);
  });

  test('null is an answer: it costs none', async () => {
    const world = await scriptedGraph(notAsked);
    const empty = {
      subject: null,
      from: null,
      sender: null,
      body: null,
      toRecipients: null,
      internetMessageId: null,
      internetMessageHeaders: null,
      conversationId: null,
      hasAttachments: null,
      isDraft: null,
    };
    expect(await readOne(world, graphMail('a', empty))).toMatchObject({
      kind: 'message',
      message: {
        subject: '',
        from: null,
        body: { content: '' },
        to: [],
        headers: [],
        sensitivity: 'normal',
        conversationId: null,
      },
    });
    expect(world.server.seen).toHaveLength(0);
  });

  test('an absent uniqueBody alone costs none', async () => {
    const world = await scriptedGraph(notAsked, { uniqueBody: true });
    expect(await readOne(world, graphMail('a'))).toMatchObject({ kind: 'message', message: { uniqueBody: null } });
    expect(world.server.seen).toHaveLength(0);
  });

  test('an entry of a later round that carries only what changed costs exactly one', async () => {
    const world = await scriptedGraph(() => ({ body: graphMail('a') }));
    const partial = { '@odata.type': '#microsoft.graph.message', id: 'a', isRead: true, parentFolderId: 'f' };
    expect(await readOne(world, partial)).toMatchObject({ kind: 'message', message: { subject: 'Mail a' } });
    expect(world.server.seen).toHaveLength(1);
    expect(world.server.seen[0]?.url).toContain('/v1.0/users/ann@contoso.test/messages/a?$select=');
  });

  test.each([
    'subject',
    'from',
    'body',
    'receivedDateTime',
    'internetMessageHeaders',
    'hasAttachments',
    'toRecipients',
  ])('%s absent costs one', async (name) => {
    const world = await scriptedGraph(() => ({ body: graphMail('a') }));
    expect(await readOne(world, without(graphMail('a'), name))).toMatchObject({ kind: 'message' });
    expect(world.server.seen).toHaveLength(1);
  });

  const sent = without(graphMail('s'), 'internetMessageHeaders');
  const mapi = [
    { id: 'String 0x1a', value: 'IPM.Note' },
    { id: 'Integer 0x36', value: '2' },
    { id: 'String 0x1042', value: '<x@acme.example>' },
  ];

  test('sent mail without headers costs none where its MAPI properties came along', async () => {
    const world = await scriptedGraph(notAsked);
    const content = { ...sent, singleValueExtendedProperties: mapi };
    expect(await readOne(world, content, sentItems)).toMatchObject({
      kind: 'message',
      message: { headers: [{ name: 'In-Reply-To', value: '<x@acme.example>' }], sensitivity: 'private', report: false },
    });
    expect(world.server.seen).toHaveLength(0);
  });

  test('sent mail with neither costs one, which asks for the properties by their MAPI names', async () => {
    const world = await scriptedGraph(() => ({ body: { ...sent, singleValueExtendedProperties: mapi } }));
    expect(await readOne(world, sent, sentItems)).toMatchObject({ message: { headers: [{ name: 'In-Reply-To' }] } });
    expect(world.server.seen).toHaveLength(1);
    expect(decodeURIComponent(world.server.seen[0]?.url ?? '')).toContain(
      "id eq 'String 0x1042' or id eq 'String 0x1039'",
    );
  });

  test('attachments are asked for where there are some, or where the text shows one', async () => {
    const world = await scriptedGraph(() => ({ body: { value: [] } }));
    await readOne(world, graphMail('a', { hasAttachments: true }));
    await readOne(world, graphMail('b', { body: { contentType: 'HTML', content: '<img src="CID:x">' } }));
    await readOne(world, graphMail('c'));
    expect(world.server.seen.map(({ url }) => /messages\/(\w)\/attachments/.exec(url)?.[1])).toEqual(['a', 'b']);
  });

  test('an id is escaped where it stands in a path', async () => {
    const world = await scriptedGraph(() => ({ body: graphMail('a') }));
    await readOne(world, { id: 'AA/b?c#d=' });
    expect(world.server.seen[0]?.url).toContain('/messages/AA%2Fb%3Fc%23d%3D?');
  });
});

describe('what a mail says is normalised', () => {
  const mapped: readonly (readonly [
    name: string,
    given: Record<string, unknown>,
    expected: Record<string, unknown>,
  ])[] = [
    [
      'addresses are lower-case with ASCII domains',
      { from: { emailAddress: { name: ' Ü ', address: ' X@BÜCHER.Example ' } } },
      { from: { name: 'Ü', address: 'x@xn--bcher-kva.example' } },
    ],
    [
      'a name without an address stays',
      { from: { emailAddress: { name: 'Nobody' } } },
      { from: { name: 'Nobody', address: '' } },
    ],
    ['a person without both is none', { from: { emailAddress: {} }, sender: null }, { from: null }],
    [
      'a sender who is the author is not told twice',
      { sender: { emailAddress: { name: 'C', address: 'CARL@acme.example' } } },
      { sender: null },
    ],
    [
      'a missing author is nobody, and the sender does not stand in',
      { from: null },
      { from: null, sender: { address: 'carl@acme.example' } },
    ],
    ['an id has no brackets and no blanks', { internetMessageId: ' <a b@c> ' }, { internetMessageId: 'a b@c' }],
    ['empty brackets are no id', { internetMessageId: '<>' }, { internetMessageId: null }],
    [
      'enums come in any case',
      { body: { contentType: 'TEXT', content: 'x' } },
      { body: { kind: 'text', content: 'x' } },
    ],
    ...(
      [
        ['Private', 'private'],
        ['company-confidential', 'confidential'],
        ['Personal', 'personal'],
        ['cosmic', 'normal'],
      ] as const
    ).map(
      ([value, sensitivity]) =>
        [
          `the header Sensitivity: ${value} means ${sensitivity}`,
          { internetMessageHeaders: [{ name: 'sensitivity', value }] },
          { sensitivity },
        ] as const,
    ),
    [
      'meeting mail is known by its type',
      { '@odata.type': '#microsoft.graph.eventMessageResponse' },
      { meeting: true },
    ],
    [
      'without a received time the sent one counts',
      { receivedDateTime: null },
      { receivedAtMs: Date.parse('2026-02-01T09:59:58Z') },
    ],
    [
      'duplicate headers stay in their order',
      {
        internetMessageHeaders: [
          { name: 'B', value: '1' },
          { name: 'A', value: null },
          { name: 'B', value: '2' },
          { name: null, value: 'x' },
        ],
      },
      {
        headers: [
          { name: 'B', value: '1' },
          { name: 'A', value: '' },
          { name: 'B', value: '2' },
        ],
      },
    ],
  ];

  test.each(mapped)('%s', async (_name, given, expected) => {
    const world = await scriptedGraph(notAsked);
    expect(await readOne(world, graphMail('a', given))).toMatchObject({ kind: 'message', message: expected });
  });
});

describe('one bad mail is set aside and the others come', () => {
  test.each([
    ['a number for a subject', { subject: 42 }, { subject: '' }],
    ['a text for recipients', { toRecipients: 'x' }, { to: [] }],
    ['a time that is none', { receivedDateTime: 'yesterday' }, { receivedAtMs: Date.parse('2026-02-01T09:59:58Z') }],
  ])('an entry with %s is a mail without it', async (_name, odd, expected) => {
    const world = await scriptedGraph(notAsked);
    expect(await readOne(world, graphMail('odd', odd))).toMatchObject({ kind: 'message', message: expected });
  });

  test.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '1601-01-01T00:00:00Z', '1970-01-01T00:00:00Z'])(
    'a mail received at %s, which servers write where there is no date, is as old as it was sent',
    async (receivedDateTime) => {
      const world = await scriptedGraph(notAsked);
      const message = { receivedAtMs: Date.parse('2026-02-01T09:59:58Z') };
      expect(await readOne(world, graphMail('odd', { receivedDateTime }))).toMatchObject({ kind: 'message', message });
    },
  );

  test.each([
    ['no time at all', graphMail('bad', { receivedDateTime: null, sentDateTime: null })],
    ['times that are none', graphMail('bad', { receivedDateTime: 'yesterday', sentDateTime: 7 })],
  ])('an entry with %s', async (_name, bad) => {
    const world = await scriptedGraph(notAsked);
    const results = await collect(
      world.reader.read([entry(graphMail('a')), entry(bad), entry(graphMail('b'))], options()),
    );
    expect(kindsOf(results)).toEqual(['message', 'damaged', 'message']);
    expect(results[1]).toMatchObject({ providerId: 'bad', error: { kind: 'protocol' } });
  });

  test('an entry without an id, with one that leads elsewhere, or that is no object, is listed and damaged', async () => {
    const world = await scriptedGraph((request, _number, root) =>
      request.url.includes('/delta')
        ? {
            body: {
              value: [graphMail('a'), without(graphMail('x'), 'id'), graphMail('../../me'), 7],
              '@odata.deltaLink': `${root}/end`,
            },
          }
        : notAsked(request, 0, root),
    );
    const pages = await collect(world.reader.changes(inbox, null, { floorMs: 0, signal: never }));
    const entries = pages.flatMap((page) => page.entries.filter(({ kind }) => kind === 'present')) as PresentEntry[];
    expect(new Set(entries.map(({ providerId }) => providerId)).size).toBe(4);
    expect(kindsOf(await collect(world.reader.read(entries, options())))).toEqual([
      'message',
      'damaged',
      'damaged',
      'damaged',
    ]);
    expect(await world.reader.readOne(entries[1]?.providerId ?? '', inbox, options())).toMatchObject({
      kind: 'damaged',
    });
    expect(world.server.seen).toHaveLength(1);
  });

  test.each([
    [500, 'ErrorCorruptData'],
    [500, 'ErrorInvalidRecipients'],
    [500, 'InternalServerError'],
    [400, 'ErrorInvalidIdMalformed'],
    [400, 'SomethingNew'],
  ])('%d %s for it', async (status, code) => {
    const world = await scriptedGraph((request) =>
      request.url.includes('/messages/bad') ? { status, body: graphError(code) } : { body: graphMail('a') },
    );
    const results = await collect(
      world.reader.read([entry({ id: 'a' }), entry({ id: 'bad' }), entry({ id: 'c' })], options()),
    );
    expect(kindsOf(results)).toEqual(['message', 'damaged', 'message']);
    expect(results[1]).toMatchObject({ error: { kind: 'protocol', code } });
  });

  test.each<[string, ScriptedReply]>([
    ['504', { status: 504, body: '' }],
    ['cut JSON', { body: '{"id":' }],
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['a body over every cap', { body: graphMail('bad', { subject: 'x'.repeat(9_000) }) }],
  ])('%s for it for ever, while the service answers for others', async (_name, reply) => {
    const world = await scriptedGraph(
      (request) => (request.url.includes('/messages/bad') ? reply : { body: graphMail('a') }),
      { limits: { messageBytes: 8_000 } },
    );
    const results = await collect(world.reader.read([entry({ id: 'bad' }), entry({ id: 'a' })], options()));
    expect(kindsOf(results)).toEqual(['damaged', 'message']);
  });

  test('but a service that answers nobody is not the mail’s fault', async () => {
    const world = await scriptedGraph(() => ({ status: 504, body: '' }));
    expect(await errorOf(collect(world.reader.read([entry({ id: 'a' })], options())))).toMatchObject({
      kind: 'unreachable',
    });
  });

  test('a mail that is not there yet is asked for again before it counts as gone', async () => {
    const world = await scriptedGraph((_request, number) =>
      number < 3 ? { status: 404, body: graphError('ErrorItemNotFound') } : { body: graphMail('a') },
    );
    expect(await readOne(world, { id: 'a' })).toMatchObject({ kind: 'message' });
    expect(world.server.seen).toHaveLength(3);
  });

  test('a mailbox that is gone is not a mail that is gone', async () => {
    const world = await scriptedGraph(() => ({ status: 404, body: graphError('MailboxNotEnabledForRESTAPI') }));
    expect(await errorOf(collect(world.reader.read([entry({ id: 'a' })], options())))).toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('attachments', () => {
  const file = (id: string, more: Record<string, unknown> = {}) => ({
    '@odata.type': '#microsoft.graph.fileAttachment',
    id,
    name: `${id}.txt`,
    contentType: 'text/plain',
    size: 10,
    isInline: false,
    contentId: null,
    ...more,
  });

  async function withAttachments(
    list: readonly unknown[],
    value: (id: string, number: number) => ScriptedReply,
    limits = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    const files = new MemorySink();
    let asked = 0;
    const world = await scriptedGraph(
      (request) => {
        const id = /attachments\/(\w+)\/\$value$/.exec(request.url)?.[1];
        if (id === undefined) return { headers, body: { value: list } };
        asked += 1;
        return value(id, asked);
      },
      { limits },
    );
    const [result] = await collect(
      world.reader.read([entry(graphMail('m', { hasAttachments: true }))], options(files)),
    );
    return { world, files, attachments: result?.kind === 'message' ? result.message.attachments : [] };
  }

  const inBase64 = (text: string) => ({ contentBytes: Buffer.from(text).toString('base64') });

  test('small ones come with their bytes in one request', async () => {
    const list = [file('a', inBase64('bytes of a')), file('b', inBase64(''))];
    const { world, files, attachments } = await withAttachments(list, () => ({ status: 500, body: 'not asked for' }));
    expect(attachments).toMatchObject([
      { name: 'a.txt', content: { kind: 'stored', file: { size: 10 } } },
      { name: 'b.txt', content: { kind: 'stored', file: { size: 0 } } },
    ]);
    expect([...files.files.values()].map(String)).toEqual(['bytes of a', '']);
    expect(world.server.seen).toHaveLength(1);
  });

  test('what comes without bytes among them is asked for on its own', async () => {
    const item = { ...file('i'), '@odata.type': '#microsoft.graph.itemAttachment', contentType: null };
    const { world, attachments } = await withAttachments([file('a', inBase64('x')), item], () => ({
      body: 'From: a@b\r\n',
    }));
    expect(attachments).toMatchObject([{ content: { kind: 'stored' } }, { name: 'i.txt.eml', kind: 'item' }]);
    expect(world.server.seen.map(({ url }) => url.replace(/.*attachments/, ''))).toEqual(['', '/i/$value']);
    // Base64 of what is packed already is not packed once more.
    expect(world.server.seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  test.each([
    ['too many bytes', { body: { value: [file('a', inBase64('x'.repeat(3_000)))] } }],
    ['a damaged one among them', { status: 500, body: graphError('ErrorCannotOpenFileAttachment') }],
    ['more than one page', { body: { value: [], '@odata.nextLink': 'https://graph.microsoft.com/v1.0/x' } }],
    ['an answer that is no list', { body: { value: 7 } }],
  ])('%s: they are listed without their bytes, which come one by one', async (_name, whole: ScriptedReply) => {
    const world = await scriptedGraph(
      ({ url }) => {
        if (url.endsWith('/attachments')) return whole;
        return url.includes('$value') ? { body: 'bytes' } : { body: { value: [file('a'), file('b')] } };
      },
      { limits: { inlineBytes: 2_000 } },
    );
    const result = await readOne(world, graphMail('m', { hasAttachments: true }));
    expect(result).toMatchObject({
      message: { attachments: [{ content: { kind: 'stored' } }, { content: { kind: 'stored' } }] },
    });
    expect(world.server.seen.map(({ url }) => url.replace(/.*attachments/, ''))).toEqual([
      '',
      '?$select=id,name,contentType,size,isInline,lastModifiedDateTime,microsoft.graph.fileAttachment/contentId',
      '/a/$value',
      '/b/$value',
    ]);
  });

  test.each<[string, ScriptedReply]>([
    ['500', { status: 500, body: graphError('InternalServerError') }],
    ['504', { status: 504, body: '' }],
  ])('%s for one for ever costs neither the mail, nor what is beside it, nor the next mail', async (_name, reply) => {
    const world = await scriptedGraph(({ url }) => {
      if (url.includes('/mailFolders/inbox')) return { body: { id: 'inbox' } };
      if (url.includes('/bad/$value')) return reply;
      if (url.endsWith('/attachments')) return reply;
      return url.includes('$value') ? { body: 'bytes' } : { body: { value: [file('bad'), file('good')] } };
    });
    const mails = [entry(graphMail('a', { hasAttachments: true })), entry(graphMail('b'))];
    const results = await collect(world.reader.read(mails, options()));
    expect(results).toMatchObject([
      { message: { attachments: [{ content: { kind: 'failed' } }, { content: { kind: 'stored' } }] } },
      { kind: 'message' },
    ]);
  });

  test('a service that refuses the cast to contentId is asked without it', async () => {
    const world = await scriptedGraph(({ url }) => {
      if (url.endsWith('/attachments')) return { status: 500, body: graphError('ErrorCannotOpenFileAttachment') };
      return url.includes('contentId') ? { status: 400, body: graphError('BadRequest') } : { body: { value: [] } };
    });
    expect(await readOne(world, graphMail('a', { hasAttachments: true }))).toMatchObject({ kind: 'message' });
    await readOne(world, graphMail('b', { hasAttachments: true }));
    expect(world.server.seen.map(({ url }) => url.includes('contentId'))).toEqual([false, true, false, false, false]);
  });

  test.each([
    ['BEGIN:VCALENDAR\r\n', 'text/calendar', 'Item.ics'],
    ['BEGIN:VCARD\r\n', 'text/vcard', 'Item.vcf'],
    ['From: a@b\r\n', 'message/rfc822', 'Item.eml'],
  ])('an attached item of %j is %s', async (body, contentType, name) => {
    const item = {
      '@odata.type': '#microsoft.graph.itemAttachment',
      id: 'i',
      name: 'Item',
      contentType: null,
      size: 3,
      isInline: false,
    };
    const { attachments } = await withAttachments([item], () => ({ body }));
    expect(attachments).toMatchObject([{ kind: 'item', contentType, name }]);
  });

  test('a missing name, type or size does no harm', async () => {
    const { attachments } = await withAttachments(
      [file('a', { name: null, contentType: null, size: null, isInline: null })],
      () => ({ body: 'x' }),
    );
    expect(attachments).toMatchObject([
      { name: 'attachment', contentType: 'application/octet-stream', size: 0, inline: false },
    ]);
  });

  test('one over the cap is absent and says so', async () => {
    const { attachments, files } = await withAttachments([file('a')], () => ({ body: 'x'.repeat(5_000) }), {
      attachmentBytes: 4_000,
    });
    expect(attachments).toMatchObject([
      { content: { kind: 'absent', reason: expect.stringContaining('larger than') } },
    ]);
    expect(files.files.size).toBe(0);
  });

  test.each([
    ['is absent', '#microsoft.graph.itemAttachment', 'absent'],
    ['has failed where it is a file: a file has some', '#microsoft.graph.fileAttachment', 'failed'],
  ])('one that the service has no bytes for (405) %s', async (_what, type, kind) => {
    const { attachments } = await withAttachments([{ ...file('a'), '@odata.type': type }], () => ({
      status: 405,
      body: graphError('Request_BadRequest'),
    }));
    expect(attachments).toMatchObject([{ content: { kind } }]);
  });

  test('one that cannot be opened has failed, under its id', async () => {
    const { attachments } = await withAttachments([file('a')], () => ({
      status: 500,
      body: graphError('ErrorCannotOpenFileAttachment'),
    }));
    expect(attachments).toMatchObject([
      {
        content: { kind: 'failed', providerId: 'a', reason: expect.stringContaining('ErrorCannotOpenFileAttachment') },
      },
    ]);
  });

  test('one that was replaced by the malware scan is found again', async () => {
    let scanned = false;
    const files = new MemorySink();
    const world = await scriptedGraph((request) => {
      if (/attachments(?:\?|$)/.test(request.url))
        return { body: { value: [file(scanned ? 'new' : 'old', { name: 'a.txt' })] } };
      scanned = true;
      return request.url.includes('/new/') ? { body: 'clean' } : { status: 404, body: graphError('ErrorItemNotFound') };
    });
    const [result] = await collect(
      world.reader.read([entry(graphMail('m', { hasAttachments: true }))], options(files)),
    );
    expect(result).toMatchObject({ message: { attachments: [{ content: { kind: 'stored' } }] } });
  });

  test('throttling is not the attachment’s fault', async () => {
    const reply = { status: 429, headers: { 'retry-after': '3600' }, body: graphError('TooManyRequests') };
    expect(await errorOf(withAttachments([file('a')], () => reply))).toMatchObject({ kind: 'throttled' });
  });

  test('a right that is lost for every mail is not the attachment’s fault', async () => {
    const { reader } = await scriptedGraph(({ url }) => {
      const envelopes = url.includes('/attachments') || url.includes('/messages?');
      if (/\$value|bodyPreview/.test(url) || !envelopes) return { status: 403, body: graphError('ErrorAccessDenied') };
      return { body: { value: url.includes('/attachments') ? [file('a')] : [{ id: 'm' }, { id: 'n' }, { id: 'o' }] } };
    });
    const reading = collect(reader.read([entry(graphMail('m', { hasAttachments: true }))], options()));
    expect(await errorOf(reading)).toMatchObject({ kind: 'access_denied' });
  });

  test('one cut in the middle is stored whole at the next attempt', async () => {
    const { attachments, files } = await withAttachments([file('a')], (_id, number) =>
      number > 1
        ? { body: 'whole' }
        : {
            raw: (response) =>
              void response.writeHead(200, { 'content-length': '5' }).write('wh', () => response.destroy()),
          },
    );
    const [content] = attachments.map((attachment) => attachment.content);
    expect(content?.kind === 'stored' ? files.files.get(content.file.sha256)?.toString() : content).toBe('whole');
  });

  test('a portal’s web page is not taken for the bytes of an attachment, a real HTML file is', async () => {
    const html = { 'content-type': 'text/html' };
    const named = { 'request-id': '7' };
    const portal = await withAttachments(
      [file('a')],
      () => ({ headers: html, body: '<html>Sign in</html>' }),
      {},
      named,
    );
    expect(portal.attachments).toMatchObject([{ content: { kind: 'failed' } }]);
    const offer = '<html>Offer</html>';
    const real = await withAttachments([file('a')], () => ({ headers: { ...html, ...named }, body: offer }), {}, named);
    expect(real.attachments).toMatchObject([{ content: { kind: 'stored' } }]);
  });

  test('a service that names none of its answers may give an HTML file too', async () => {
    const html = { 'content-type': 'text/html' };
    const { attachments } = await withAttachments([file('a')], () => ({ headers: html, body: '<html>Offer</html>' }));
    expect(attachments).toMatchObject([{ content: { kind: 'stored' } }]);
  });

  test('they are asked for where the service never tells whether there are any', async () => {
    const mail = without(graphMail('m'), 'hasAttachments');
    const list = [file('a', { contentBytes: Buffer.from('there').toString('base64') })];
    const world = await scriptedGraph((request) => ({
      body: request.url.includes('/attachments') ? { value: list } : mail,
    }));
    expect(await readOne(world, mail)).toMatchObject({ message: { attachments: [{ name: 'a.txt' }] } });
  });

  test('one of 120 MB passes through without being held in memory', async () => {
    const chunk = Buffer.alloc(1_048_576, 7);
    const send = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'application/zip' });
      Readable.from(Array.from({ length: 120 }, () => chunk)).pipe(response);
    };
    const world = await scriptedGraph((request) =>
      request.url.endsWith('/$value') ? { raw: send } : { body: { value: [file('a')] } },
    );
    const before = process.memoryUsage().rss;
    let most = before;
    const counting = {
      put: async (bytes: AsyncIterable<Uint8Array>) => {
        let size = 0;
        for await (const piece of bytes) {
          size += piece.byteLength;
          most = Math.max(most, process.memoryUsage.rss());
        }
        return { sha256: 'x', size };
      },
    };
    const mail = entry(graphMail('m', { hasAttachments: true }));
    const results = await collect(world.reader.read([mail], { ...options(), files: counting }));
    expect(results).toMatchObject([{ message: { attachments: [{ content: { file: { size: 125_829_120 } } }] } }]);
    expect(most - before).toBeLessThan(100 * 1_048_576);
  });

  test('one asked for again that is gone, or can never be opened, is null', async () => {
    for (const [status, code] of [
      [404, 'ErrorItemNotFound'],
      [405, 'Request_BadRequest'],
      [500, 'ErrorCannotOpenFileAttachment'],
    ] as const) {
      const { reader } = await scriptedGraph(() => ({ status, body: graphError(code) }));
      expect(await reader.readAttachment('m', 'a', options())).toBeNull();
    }
  });

  test('one asked for again that still fails by itself is a protocol error, which stops nothing else', async () => {
    const { reader } = await scriptedGraph((request) =>
      request.url.includes('$value')
        ? { status: 500, body: graphError('InternalServerError') }
        : { body: { id: 'inbox' } },
    );
    expect(await errorOf(reader.readAttachment('m', 'a', options()))).toMatchObject({ kind: 'protocol' });
  });
});

describe('the original', () => {
  test('that the service cannot give does not cost the mail', async () => {
    const { reader } = await scriptedGraph(() => ({ status: 500, body: graphError('ErrorCorruptData') }));
    const results = await collect(reader.read([entry(graphMail('a'))], { ...options(), keepOriginal: true }));
    expect(results).toMatchObject([{ kind: 'message', message: { original: null } }]);
  });
});
