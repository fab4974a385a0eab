import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FileSink, MailboxReader, MailProvider } from '../../../src/mail/provider.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { at, connectEws, never, operationsAt, readPages, roundOf, strangeServer, tokensOf } from './fixtures.ts';

const address = 'ann@contoso.test';
const megabyte = 1_048_576;

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
});
afterEach(async () => {
  sandbox.faults.clear();
  await provider.close();
});
afterAll(() => sandbox.close());

const files = (count: number, size: number) =>
  Array.from(
    { length: count },
    (_, index) => ({ kind: 'file', name: `${index}`, content: Buffer.alloc(size, index) }) as const,
  );

describe('what is held together is bounded by bytes', () => {
  test('pages of a first listing and of later changes', async () => {
    const { cursor = null } = (await roundOf(reader)).at(-1) ?? {};
    for (let day = 0; day < 7; day += 1) {
      sandbox.world.addMessage(address, 'Inbox', {
        subject: `${day}`,
        receivedAt: at(day),
        attachments: files(1, 6 * megabyte),
      });
    }
    for (const pages of [await roundOf(reader), await roundOf(reader, cursor)]) {
      const sizes = pages.map(({ entries }) => entries.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
      expect(new Set(pages.flatMap(({ entries }) => entries.map(({ providerId }) => providerId))).size).toBe(7);
      expect(pages.map(({ last }) => last)).toEqual(pages.map((_page, index) => index === pages.length - 1));
    }
  });

  test('mails of one second', async () => {
    for (let index = 0; index < 5; index += 1) {
      sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(1), attachments: files(1, 10 * megabyte) });
    }
    const ids = (await roundOf(reader)).flatMap(({ entries }) => entries.map(({ providerId }) => providerId));
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
    expect(ids).toHaveLength(5);
  });

  test('batches of mails', async () => {
    for (let day = 0; day < 6; day += 1) {
      sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(day), text: 'x'.repeat(1.5 * megabyte) });
    }
    const pages = await roundOf(reader);
    sandbox.requests.clear();
    await readPages(reader, pages);
    expect(operationsAt(sandbox)).toEqual(['GetItem', 'GetItem', 'GetItem']);
  });
});

describe('a file comes straight from the answer', () => {
  const content = Buffer.from(Array.from({ length: 100_003 }, (_, index) => (index * 7) % 256));
  const base64 = content.toString('base64');
  const envelope = (inner: string, code = 'NoError'): string =>
    `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` +
    `<m:GetAttachmentResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">` +
    `<m:ResponseMessages><m:GetAttachmentResponseMessage ResponseClass="${code === 'NoError' ? 'Success' : 'Error'}">` +
    `<m:ResponseCode>${code}</m:ResponseCode><m:Attachments>${inner}</m:Attachments>` +
    `</m:GetAttachmentResponseMessage></m:ResponseMessages></m:GetAttachmentResponse></s:Body></s:Envelope>`;
  const file = (inner: string): string =>
    envelope(
      `<t:FileAttachment><t:AttachmentId Id="a"/><t:Name>ü</t:Name><t:ContentType>text/plain</t:ContentType>${inner}</t:FileAttachment>`,
    );

  /** Leaves out what was not finished, as the store of files does. */
  const stored: string[] = [];
  const sink: FileSink = {
    put: async (bytes) => {
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(Uint8Array.from(part));
      const whole = Buffer.concat(parts);
      const sha256 = createHash('sha256').update(whole).digest('hex');
      stored.push(sha256);
      return { sha256, size: whole.length };
    },
  };
  beforeEach(() => void stored.splice(0));

  async function asked(answer: (response: ServerResponse, request: number) => void) {
    let requests = 0;
    const server = await strangeServer((_request, response) => {
      requests += 1;
      answer(response, requests);
    });
    const strange = server.connect({ kind: 'token', tokens: tokensOf('x'), impersonate: false });
    const reading = strange.reader({ address, user: undefined });
    const options = { files: sink, keepOriginal: false, signal: never };
    const got = await reading.readAttachment('', 'a', options).then(
      (value) => value,
      (error: unknown) => error,
    );
    await strange.close();
    server.close();
    return got;
  }
  const xml = { 'content-type': 'text/xml; charset=utf-8' };
  const sha256 = createHash('sha256').update(content).digest('hex');

  test.each([
    ['in one piece', [file(`<t:Content>${base64}</t:Content>`)]],
    ['in lines', [file(`<t:Content>\r\n${base64.replace(/.{76}/g, '$&\r\n')}\r\n</t:Content>`)]],
    ['as CDATA', [file(`<t:Content><![CDATA[${base64}]]></t:Content>`)]],
    ['as CDATA in pieces', file(`<t:Content><![CDATA[${base64}]]></t:Content>`).match(/[^]{1,50000}|<!/g) ?? []],
    ['without prefixes', [file(`<t:Content>${base64}</t:Content>`).replaceAll('t:', '').replace('xmlns:t', 'xmlns')]],
    [
      'in pieces of 7 bytes',
      file(`<t:Content>${base64}</t:Content>`)
        .slice(0, 2_000)
        .match(/[^]{1,7}/g) ?? [],
    ],
  ])('%s', async (name, pieces) => {
    const whole = file(`<t:Content>${base64}</t:Content>`);
    const got = await asked((response) => {
      response.writeHead(200, xml);
      for (const piece of pieces) response.write(piece);
      if (name === 'in pieces of 7 bytes') response.write(whole.slice(2_000));
      response.end();
    });
    expect(got).toEqual({ sha256, size: content.length });
  });

  test.each([
    ['an empty element', file('<t:Content/>')],
    ['an empty content', file('<t:Content></t:Content>')],
    ['no content', file('')],
    ['a blank content', file('<t:Content> </t:Content>')],
  ])('that is empty: %s', async (_name, answer) => {
    expect(await asked((response) => response.writeHead(200, xml).end(answer))).toMatchObject({ size: 0 });
  });

  test.each([
    ['no base64', file('<t:Content>QUJD*w==</t:Content>'), 'no_base64'],
    ['padding in the middle', file('<t:Content>QQ==QUJD</t:Content>'), 'no_base64'],
    ['base64 that breaks off', file('<t:Content>QUJDR</t:Content>'), 'no_base64'],
    ['no attachment', envelope(''), 'no_content'],
    [
      'an attached mail without its MIME',
      envelope('<t:ItemAttachment><t:Name>m</t:Name></t:ItemAttachment>'),
      'no_content',
    ],
    [
      'megabytes beside the content',
      file(`<t:Content>QUJD</t:Content><t:Odd>${'x'.repeat(2_000_000)}</t:Odd>`),
      'too_large',
    ],
    ['a refusal', envelope('', 'ErrorAccessDenied'), 'ErrorAccessDenied'],
  ])('with %s stores nothing and says so', async (_name, answer, code) => {
    expect(await asked((response) => response.writeHead(200, xml).end(answer))).toMatchObject({
      kind: 'protocol',
      code,
    });
    expect(stored).toEqual([]);
  });

  test.each([
    ['within the content', file(`<t:Content>${base64}</t:Content>`).slice(0, 60_000)],
    ['after the content', file(`<t:Content>${base64}</t:Content>`).slice(0, -30)],
  ])('that breaks off %s is asked for again', async (_name, cut) => {
    const whole = file(`<t:Content>${base64}</t:Content>`);
    const got = await asked((response, request) => response.writeHead(200, xml).end(request === 1 ? cut : whole));
    expect(got).toEqual({ sha256, size: content.length });
    expect(stored).toEqual([sha256]);
  });

  test('that gives no bytes for one attachment of a mail leaves the others and the mail', async () => {
    sandbox.world.addMessage(address, 'Inbox', {
      subject: 'with',
      receivedAt: at(1),
      attachments: [
        { kind: 'file', name: 'large', content: Buffer.alloc(3 * megabyte, 1) },
        { kind: 'file', name: 'small', content: 'x' },
      ],
    });
    const pages = await roundOf(reader);
    const changes = [{ pattern: '<t:Content>A', replacement: '<t:Content>*' }];
    sandbox.faults.add({ service: 'ews', path: '#GetAttachment', count: 0, fault: { kind: 'rewrite', changes } });
    const [result] = await readPages(reader, pages);
    if (result?.kind !== 'message') throw new Error('the mail did not come');
    expect(result.message.attachments.map(({ content: { kind } }) => kind)).toEqual(['failed', 'stored']);
  });
});

test('a size that is not true does not load a large file into memory with others', async () => {
  sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(1), attachments: files(2, 8 * megabyte) });
  const pages = await roundOf(reader);
  const changes = [{ pattern: '<t:Size>\\d+</t:Size>', replacement: '<t:Size>10</t:Size>' }];
  sandbox.faults.add({ service: 'ews', path: '#GetItem', fault: { kind: 'rewrite', changes } });
  sandbox.requests.clear();
  const [result] = await readPages(reader, pages);
  const contents = result?.kind === 'message' ? result.message.attachments.map(({ content: { kind } }) => kind) : [];
  expect(contents).toEqual(['stored', 'stored']);
  expect(operationsAt(sandbox).filter((name) => name === 'GetAttachment')).toHaveLength(3);
});
