import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findMail } from '../../src/sandbox/eml/find-mail.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { Client, round } from './client.ts';
import type { Json } from './client.ts';

let dir: string;
let sandbox: Sandbox | null;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sandbox-eml-'));
  sandbox = null;
});
afterEach(async () => {
  await sandbox?.close();
  await rm(dir, { recursive: true });
});

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), content);
}

async function serve(folder = dir): Promise<Client> {
  sandbox = await startSandbox({ emlDir: folder });
  const client = new Client(sandbox);
  await client.signIn();
  return client;
}

const inbox = (mailbox: string): string => `users/${mailbox}/mailFolders/inbox/messages/delta`;

async function only(client: Client, mailbox: string, select = ''): Promise<Json> {
  const { entries } = await round(client, `${inbox(mailbox)}${select}`);
  expect(entries).toHaveLength(1);
  return entries[0];
}

test('every folder with mail files is a mailbox, nested ones by their path; other files are left and named', async () => {
  await put('sales/a.eml', 'Subject: a\n\nx');
  await put('sales/2024 Q1/b.txt', 'Subject: b\n\nx');
  await put('Archiv/cur/1220863042.12663_1.host!2,S', 'Subject: c\n\nx');
  await put('sales/logo.png', 'png');
  await put('sales/.hidden', 'x');
  const found = await findMail(dir);
  expect(found.folders.map(({ address, files }) => [address, files.length])).toEqual([
    ['archiv-cur@sandbox.test', 1],
    ['sales@sandbox.test', 1],
    ['sales-2024-q1@sandbox.test', 1],
  ]);
  expect(found.skipped.map((file) => file.slice(dir.length))).toEqual(['/sales/.hidden', '/sales/logo.png']);
});

test('two folders that would get the same address get two, and a long path is shortened', async () => {
  await put('a-b/1.eml', 'x');
  await put('a/b/1.eml', 'x');
  await put(`${'long '.repeat(20)}/1.eml`, 'x');
  const { folders } = await findMail(dir);
  expect(folders.map(({ address }) => address).slice(0, 2)).toEqual(['a-b@sandbox.test', 'a-b-2@sandbox.test']);
  expect(folders[2]?.address.split('@')[0]?.length).toBeLessThanOrEqual(64);
});

test('headers come in their order with duplicates, attachments and bodies decoded, the bytes as they are', async () => {
  const raw = Buffer.from(
    [
      'Received: from a by b; Tue, 02 Jan 2024 10:00:00 +0100 (CET)',
      'X-Note: one',
      'X-Note: two',
      'From: =?iso-8859-1?Q?J=FCrgen?= <j@acme.example>',
      'To: Team: a@x.example, b@x.example;',
      'Subject: caf\xe9',
      'Date: Mon, 01 Jan 2024 09:00:00 +0000',
      'Message-ID: <one@acme.example>',
      'References: <r1@x> <r2@x>',
      'Content-Type: multipart/mixed; boundary=B',
      '',
      '--B',
      'Content-Type: text/plain; charset=iso-8859-1',
      '',
      'na\xefve',
      '--B',
      'Content-Type: application/pdf; name="a.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      'JVBERg==',
      '--B',
      'Content-Type: message/rfc822',
      '',
      'Subject: inner',
      '',
      'inside',
      '--B--',
      '',
    ].join('\r\n'),
    'latin1',
  );
  await put('box/a.eml', raw);
  const client = await serve();
  const message = await only(
    client,
    'box@sandbox.test',
    '?$select=subject,from,toRecipients,receivedDateTime,sentDateTime,internetMessageId,internetMessageHeaders,body,hasAttachments',
  );
  expect(message).toMatchObject({
    from: { emailAddress: { name: 'Jürgen', address: 'j@acme.example' } },
    toRecipients: [{ emailAddress: { address: 'a@x.example' } }, { emailAddress: { address: 'b@x.example' } }],
    receivedDateTime: '2024-01-02T09:00:00Z',
    sentDateTime: '2024-01-01T09:00:00Z',
    internetMessageId: '<one@acme.example>',
    hasAttachments: true,
    body: { content: expect.stringContaining('naïve') },
  });
  expect(message.internetMessageHeaders.slice(1, 3)).toEqual([
    { name: 'X-Note', value: 'one' },
    { name: 'X-Note', value: 'two' },
  ]);
  expect((await client.bytes(`users/box@sandbox.test/messages/${message.id}/$value`)).equals(raw)).toBe(true);
  const attachments = (await client.get(`users/box@sandbox.test/messages/${message.id}/attachments`)).json.value;
  expect(attachments).toMatchObject([
    { name: 'a.pdf', contentBytes: 'JVBERg==' },
    { '@odata.type': '#microsoft.graph.itemAttachment', name: 'inner' },
  ]);
});

test.each<[string, Uint8Array]>([
  ['an empty file', Buffer.alloc(0)],
  ['a file without headers', Buffer.from('Hello,\njust text\n')],
  ['a file of all bytes', Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
  ['headers that never end', Buffer.from('Subject: x\nFrom: a@b.example')],
  ['an unknown charset', Buffer.from('Subject: x\nContent-Type: text/plain; charset=klingon-8\n\n\xe9', 'latin1')],
  [
    'a broken multipart',
    Buffer.from('Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/html\n\n<p>'),
  ],
  ['the first line of an mbox file', Buffer.from('From a@b Mon Jan  1 00:00:00 2024\nSubject: x\n\nbody')],
  ['carriage returns only', Buffer.from('Subject: x\r\rbody')],
])('%s comes through, byte for byte', async (_name, raw) => {
  await put('box/mail', raw);
  const client = await serve();
  const message = await only(client, 'box@sandbox.test');
  expect((await client.bytes(`users/box@sandbox.test/messages/${message.id}/$value`)).equals(Buffer.from(raw))).toBe(
    true,
  );
});

test('where the mail has no sane time, the file’s counts', async () => {
  await put('box/mail.eml', 'Date: Mon, 01 Jan 2096 00:00:00 +0000\n\nx');
  await utimes(join(dir, 'box/mail.eml'), 1_700_000_000, 1_700_000_000);
  const message = await only(await serve(), 'box@sandbox.test');
  expect(message.receivedDateTime).toBe('2023-11-14T22:13:20Z');
});

test('two files with the same content are two items', async () => {
  await put('box/a.eml', 'Message-ID: <x@y>\n\nsame');
  await put('box/b.eml', 'Message-ID: <x@y>\n\nsame');
  const client = await serve();
  expect((await round(client, inbox('box@sandbox.test'))).entries).toHaveLength(2);
});

test('bounces, signed and encrypted mail and meetings have the item class Exchange gives them', async () => {
  const type = (value: string) => `Subject: x\nContent-Type: ${value}\n\n--B--`;
  await put('ndr/a', type('multipart/report; report-type=delivery-status; boundary=B'));
  await put('signed/a', type('multipart/signed; boundary=B'));
  await put('encrypted/a', type('application/pkcs7-mime; smime-type=enveloped-data'));
  await put('meeting/a', 'Subject: x\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR');
  const client = await serve();
  const property = "?$select=subject&$expand=singleValueExtendedProperties($filter=id eq 'String 0x001A')";
  const itemClass = async (name: string) =>
    (await only(client, `${name}@sandbox.test`, property)).singleValueExtendedProperties[0].value;
  expect(await itemClass('ndr')).toBe('REPORT.IPM.Note.NDR');
  expect(await itemClass('signed')).toBe('IPM.Note.SMIME.MultipartSigned');
  expect(await itemClass('encrypted')).toBe('IPM.Note.SMIME');
  expect(await itemClass('meeting')).toBe('IPM.Schedule.Meeting.Request');
});

const corpora = fileURLToPath(new URL('../../../shared/corpora', import.meta.url));
const wanted = ['notmuch', 'mailparser', 'postal-mime', 'spamassassin', 'mu', 'mikel-mail', 'sisimai-bounces'];

test.skipIf(!existsSync(corpora))(
  'real mail of seven collections is served without loss (skipped: ../shared/corpora is not there)',
  async () => {
    const client = await serve(corpora);
    for (const folder of (await findMail(corpora)).folders.filter(({ path }) =>
      wanted.some((name) => path.startsWith(name)),
    )) {
      const { entries } = await round(client, `${inbox(folder.address)}?$select=subject,body,internetMessageHeaders`, {
        prefer: 'odata.maxpagesize=100',
      });
      expect(entries, folder.path).toHaveLength(folder.files.length);
      const [first] = entries;
      const bytes = await client.bytes(`users/${folder.address}/messages/${first.id}/$value`);
      expect(bytes.equals(await readFile(folder.files[0] ?? '')), folder.path).toBe(true);
    }
  },
  120_000,
);
