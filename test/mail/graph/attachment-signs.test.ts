import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Listed } from '../../../src/mail/graph/entries.ts';
import { createGraphProvider, type GraphProvider } from '../../../src/mail/graph/provider.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { Client } from '../../sandbox/client.ts';
import { collect, FixedTokens, graphMail, inbox, MemorySink, never, quick } from './fixtures.ts';
import { closeAfterEach, scriptedGraph } from './world.ts';

closeAfterEach();

describe('although Graph says that a mail has no attachments, they are asked for', () => {
  const header = (name: string, value: string) => [{ name, value }];
  const boundary = 'boundary="b"';

  test.each([
    [true, 'Content-Type', `multipart/mixed; ${boundary}`],
    [true, 'content-type', `Multipart/Related; ${boundary}`],
    [true, 'Content-Type', `multipart/signed; protocol="application/pgp-signature"; ${boundary}`],
    [true, 'Content-Type', `multipart/report; ${boundary}`],
    [true, 'Content-Type', 'multipart/alternative; boundary="Apple-Mail=_12AB"'],
    [true, 'Content-Type', 'multipart/alternative; boundary=Apple-Mail-12AB-34'],
    [true, 'Content-Type', 'application/pdf; name=contract.pdf'],
    [true, 'Content-Type', 'application/pdf'],
    [true, 'Content-Type', 'text/plain; name="notes.txt"'],
    [true, 'Content-Type', "text/plain; name*0*=utf-8''notes"],
    [true, 'Content-Disposition', 'inline; filename=contract.pdf'],
    [true, 'Content-Disposition', 'attachment'],
    [true, 'X-MS-Has-Attach', 'yes'],
    [true, 'X-Mailer', 'Apple Mail (2.3608.120.23.2.7)'],
    [true, 'X-Mailer', 'iPhone Mail (21F90)'],
    [true, 'Mime-Version', '1.0 (Mac OS X Mail 16.0 \\(3774.600.62\\))'],
    [false, 'Content-Type', 'text/plain; charset=utf-8'],
    [false, 'Content-Type', 'text/html'],
    [false, 'Content-Type', `multipart/alternative; ${boundary}`],
    [false, 'Content-Disposition', 'inline'],
    [false, 'X-MS-Has-Attach', ''],
    [false, 'X-MS-Has-Attach', 'no'],
    [false, 'X-Mailer', 'Microsoft Outlook 16.0'],
    [false, 'Mime-Version', '1.0'],
    [false, 'Subject', 'multipart/mixed'],
  ])('%s: %s: %s', async (asked, name, value) => {
    const { server, reader } = await scriptedGraph(() => ({ body: { value: [] } }));
    const mail = graphMail('m', { hasAttachments: false, internetMessageHeaders: header(name, value) });
    const entry = { kind: 'present', providerId: 'm', receivedAtMs: null, folder: inbox } as const;
    const options = { files: new MemorySink(), keepOriginal: false, signal: never };
    await collect(reader.read([{ ...entry, content: new Listed(mail) }], options));
    expect(server.seen.map(({ url }) => url.includes('/messages/m/attachments'))).toEqual(asked ? [true] : []);
  });
});

describe('the files of real kinds of mail come', () => {
  let directory: string;
  let sandbox: Sandbox;
  let provider: GraphProvider;

  const head = (subject: string, type: string): string =>
    `From: bob@acme.example\r\nTo: ann@contoso.test\r\nSubject: ${subject}\r\nDate: Sun, 01 Feb 2026 10:00:00 +0000\r\n` +
    `Message-ID: <${subject}@acme.example>\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\n\r\n`;
  const part = (type: string, text: string, disposition = ''): string =>
    `Content-Type: ${type}\r\n${disposition === '' ? '' : `Content-Disposition: ${disposition}\r\n`}\r\n${text}\r\n`;
  const multipart = (boundary: string, ...parts: readonly string[]): string =>
    `${parts.map((one) => `--${boundary}\r\n${one}`).join('')}--${boundary}--\r\n`;
  const contract = part('application/pdf; name=contract.pdf', '%PDF', 'inline; filename=contract.pdf');

  const mails = {
    apple_mixed:
      head('apple_mixed', 'multipart/mixed; boundary="Apple-Mail=_1"') +
      multipart('Apple-Mail=_1', part('text/plain', 'See below.'), contract, part('text/plain', 'Bye')),
    apple_alternative:
      head('apple_alternative', 'multipart/alternative; boundary="Apple-Mail=_1"') +
      multipart(
        'Apple-Mail=_1',
        part('text/plain', 'See below.'),
        `Content-Type: multipart/mixed; boundary="Apple-Mail=_2"\r\n\r\n${multipart(
          'Apple-Mail=_2',
          part('text/html', '<p>See below.</p>'),
          contract,
        )}`,
      ),
    signed_mixed:
      head('signed_mixed', 'multipart/signed; protocol="application/pgp-signature"; boundary=s') +
      multipart(
        's',
        `Content-Type: multipart/mixed; boundary=m\r\n\r\n${multipart('m', part('text/plain', 'Hi'), contract)}`,
      ),
    notes:
      head('notes', 'multipart/mixed; boundary=m') +
      multipart('m', part('text/plain', 'Hi'), part('text/plain', 'my notes', 'inline; filename=contract.pdf')),
    alone: head('alone', 'application/pdf; name=contract.pdf') + '%PDF',
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-files-'));
    await mkdir(join(directory, 'ann'));
    for (const [name, text] of Object.entries(mails)) await writeFile(join(directory, 'ann', `${name}.eml`), text);
    sandbox = await startSandbox({ emlDir: directory });
    const client = new Client(sandbox);
    await client.signInAsApplication();
    await client.agent.close();
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
  });

  afterEach(() => sandbox.faults.clear());

  afterAll(async () => {
    await provider.close();
    await sandbox.close();
    await rm(directory, { recursive: true });
  });

  test.each(Object.keys(mails))('%s', async (name) => {
    const reader = provider.reader({ address: 'ann@sandbox.test', user: undefined });
    const pages = await collect(reader.changes(inbox, null, { floorMs: 0, signal: never }));
    const entries = pages.flatMap((page) => page.entries.filter((entry) => entry.kind === 'present'));
    const options = { files: new MemorySink(), keepOriginal: false, signal: never };
    const read = await collect(reader.read(entries, options));
    const found = read.flatMap((result) => (result.kind === 'message' ? result.message : []));
    expect(found.find(({ subject }) => subject === name)?.attachments).toMatchObject([
      { name: 'contract.pdf', content: { kind: 'stored' } },
    ]);
  });
});
