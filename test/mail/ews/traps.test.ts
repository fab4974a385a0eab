import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EwsSignIn } from '../../../src/mail/ews/exchange.ts';
import { escapeXml, loadLibrary } from '../../../src/mail/ews/library.ts';
import type { ChangePage, MailboxReader, MailProvider, ReadResult } from '../../../src/mail/provider.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import {
  at,
  collect,
  connectEws,
  errorOf,
  floorMs,
  inbox,
  never,
  operationsAt,
  readPages,
  roundOf,
  strangeServer,
  tokensOf,
} from './fixtures.ts';

const address = 'ann@contoso.test';

let sandbox: Sandbox;
let provider: MailProvider;
let reader: MailboxReader;
let refused: string[];
const open: MailProvider[] = [];

async function connect(signIn?: EwsSignIn): Promise<MailProvider> {
  const onMutation = (operation: string) => void refused.push(operation);
  const made = await connectEws(sandbox, { onMutation, ...(signIn === undefined ? {} : { signIn }) });
  open.push(made);
  return made;
}

const basic = (password = sandbox.serviceAccount.password): EwsSignIn => ({
  kind: 'basic',
  username: sandbox.serviceAccount.username,
  password,
});

const round = (cursor: string | null = null, of = reader): Promise<ChangePage[]> => roundOf(of, cursor);
const readAll = (pages: readonly ChangePage[], of = reader): Promise<ReadResult[]> => readPages(of, pages);
const operations = (): readonly string[] => operationsAt(sandbox);

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  if (sandbox.world.find(address) === null) sandbox.world.addMailbox({ address, displayName: 'Ann Archer' });
  for (const item of sandbox.world.mailbox(address).items()) sandbox.world.mailbox(address).remove(item);
  refused = [];
  provider = await connect();
  reader = provider.reader({ address, user: undefined });
  sandbox.requests.clear();
});

afterEach(async () => {
  sandbox.faults.clear();
  Object.assign(sandbox.settings, { latencyMs: 0, batchAnswers: 1_000, batchRest: 'stopped' });
  for (const one of open.splice(0)) await one.close();
});

afterAll(() => sandbox.close());

describe('what Exchange does that a naive reader gets wrong', () => {
  test('1: the empty state of a lost sync is not stored: everything comes again', async () => {
    sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(1) });
    const { cursor = null } = (await round()).at(-1) ?? {};
    sandbox.world.mailbox(address).syncEpoch += 1;
    const pages = await round(cursor);
    expect([pages[0]?.resync, (await readAll(pages)).length]).toEqual([true, 1]);
    expect(pages.every((page) => !page.cursor.includes('"state":""'))).toBe(true);
  });

  test('2: a page that is shorter than asked is not the end', async () => {
    sandbox.world.addBulk(address, 'Inbox', { count: 600, bodyLength: 50, attachmentEvery: 0, newestAt: at(20) });
    const ids = new Set((await round()).flatMap(({ entries }) => entries.map(({ providerId }) => providerId)));
    expect(ids.size).toBe(600);
  });

  test('3: what arrives with an older date while the folder is listed is not passed over', async () => {
    sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(9) });
    const { cursor = null } = (await round()).at(-1) ?? {};
    sandbox.world.addMessage(address, 'Inbox', { subject: 'late', receivedAt: at(1) });
    expect(await readAll(await round(cursor))).toMatchObject([{ message: { subject: 'late' } }]);
  });

  test('4: ids that differ only in case are two mails, and a move gives another id', async () => {
    const ids = Array.from({ length: 60 }, (_, day) =>
      sandbox.world.addMessage(address, 'Inbox', { subject: `${day}`, receivedAt: at(day) }),
    );
    const results = await readAll(await round());
    expect(new Set(ids.map((id) => id.toLowerCase())).size).toBeLessThan(60);
    expect(new Set(results.map((one) => (one.kind === 'message' ? one.message.subject : ''))).size).toBe(60);
  });

  test('5: text and attachments are fetched by their own requests, in small batches', async () => {
    for (let day = 0; day < 16; day += 1) {
      sandbox.world.addMessage(address, 'Inbox', {
        html: '<p>text</p>',
        receivedAt: at(day),
        attachments: [{ kind: 'file', name: 'a', content: 'a' }],
      });
    }
    const results = await readAll(await round());
    expect(results[0]).toMatchObject({
      message: { body: { kind: 'html' }, attachments: [{ content: { kind: 'stored' } }] },
    });
    expect(operations().filter((name) => name === 'GetItem')).toHaveLength(2);
    expect(operations().filter((name) => name === 'GetAttachment')).toHaveLength(16);
  });

  test('6: a mail that went or broke costs the batch nothing', async () => {
    const ids = [1, 2, 3].map((day) =>
      sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(day), damaged: day === 2 }),
    );
    const pages = await round();
    sandbox.world.deleteMessage(address, ids[0] ?? '');
    expect((await readAll(pages)).map(({ kind }) => kind).toSorted()).toEqual(['damaged', 'gone', 'message']);
  });

  test('6: a batch with fewer answers than asked is asked again one by one', async () => {
    for (const day of [1, 2]) sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(day) });
    const pages = await round();
    sandbox.faults.add({
      service: 'ews',
      path: '#GetItem',
      fault: { kind: 'status', status: 200, code: 'ErrorItemCorrupt' },
    });
    expect((await readAll(pages)).map(({ kind }) => kind)).toEqual(['message', 'message']);
  });

  test.each(['stopped', 'missing'] as const)(
    '6: what the server did not get to (%s) is asked for again',
    async (rest) => {
      for (let day = 0; day < 20; day += 1) {
        const attachments = [1, 2, 3].map((name) => ({ kind: 'file', name: `${name}`, content: `${day}` }) as const);
        sandbox.world.addMessage(address, 'Inbox', { subject: `${day}`, receivedAt: at(day), attachments });
      }
      Object.assign(sandbox.settings, { batchAnswers: 2, batchRest: rest });
      const results = await readAll(await round());
      const subjects = results.map((one) => (one.kind === 'message' ? one.message.subject : one.kind));
      expect(new Set(subjects)).toEqual(new Set(Array.from({ length: 20 }, (_, day) => `${day}`)));
      const contents = results.flatMap((one) => (one.kind === 'message' ? one.message.attachments : []));
      expect(contents.map(({ content }) => content.kind)).toEqual(Array.from({ length: 60 }, () => 'stored'));
    },
  );

  test.each([500, 503, 200])('7: a busy server is left alone as long as it says (HTTP %d)', async (status) => {
    const fault = { kind: 'status', status, code: 'ErrorServerBusy', message: 'BackOffMilliseconds 300000' } as const;
    sandbox.faults.add({ service: 'ews', fault, count: 0 });
    const error = await errorOf(round());
    expect(error.kind).toBe('throttled');
    expect(error.retryAtMs).toBeGreaterThan(Date.now() + 250_000);
    expect(sandbox.requests.of('ews')).toHaveLength(1);
  });

  test('7: a pause told to one mailbox of an account keeps its other mailboxes away too', async () => {
    const shared = await connect(basic());
    const fault = {
      kind: 'status',
      status: 500,
      code: 'ErrorServerBusy',
      message: 'BackOffMilliseconds 300000',
    } as const;
    sandbox.faults.add({ service: 'ews', fault });
    await errorOf(round(null, shared.reader({ address, user: undefined })));
    const error = await errorOf(
      round(null, shared.reader({ address: sandbox.serviceAccount.username, user: undefined })),
    );
    expect([error.kind, sandbox.requests.of('ews').length]).toEqual(['throttled', 1]);
  });

  test('8: mailboxes of one account have at most four syncs under way at a time, together', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    const refuseAll = (): void => {
      for (const response of waiting.splice(0)) response.writeHead(403, { 'content-length': '0' }).end();
    };
    const server = await strangeServer((_request, response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
      // Long enough for a fifth to come, if one came.
      if (waiting.length === 4) setTimeout(refuseAll, 100);
      if (waiting.length === 1) setTimeout(refuseAll, 1_000);
    });
    const shared = server.connect({ kind: 'token', tokens: tokensOf('x'), impersonate: false });
    open.push(shared);
    const mailboxes = Array.from({ length: 12 }, (_, index) => ({
      address: `t${index}@contoso.test`,
      user: undefined,
    }));
    await Promise.all(mailboxes.map((mailbox) => errorOf(round(null, shared.reader(mailbox)))));
    server.close();
    expect(most).toBe(4);
  });

  test('8: every request names the mailbox it is about, so that it is led to the right server', async () => {
    sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(1) });
    await readAll(await round());
    expect(sandbox.requests.of('ews').map(({ mailbox }) => mailbox)).toEqual(operations().map(() => address));
  });

  test('9: an application that is on no allow list is told so once, with the reason the service gave', async () => {
    const server = await strangeServer((_request, response) => {
      const reason = '2000012;reason="The application is not on the list of allowed applications.";error_category="x"';
      response.writeHead(403, { 'x-ms-diagnostics': reason, 'content-length': '0' }).end();
    });
    const barred = server.connect(basic());
    open.push(barred);
    const error = await errorOf(round(null, barred.reader({ address, user: undefined })));
    server.close();
    expect(error.kind).toBe('access_denied');
    expect(error.message).toMatch(/EWS is blocked.*not on the list of allowed applications/);
    expect(error.hint).toContain('EwsAllowedAppIDs');
  });

  test('9: 403 is a verdict with advice and dates, asked once', async () => {
    sandbox.faults.add({ service: 'ews', fault: { kind: 'status', status: 403 }, count: 0 });
    const error = await errorOf(round());
    expect([error.kind, sandbox.requests.of('ews').length]).toEqual(['access_denied', 1]);
    expect(error.message).toContain('EWS is blocked');
    expect(error.hint).toMatch(/EwsEnabled.*1 April 2027.*Graph/);
  });

  test('9: a redirect to an error page passes', async () => {
    sandbox.world.addMessage(address, 'Inbox', { receivedAt: at(1) });
    sandbox.faults.add({ service: 'ews', fault: { kind: 'status', status: 302 } });
    expect(await readAll(await round())).toHaveLength(1);
  });

  test('9: a wrong password is not tried twice', async () => {
    const wrong = await connect(basic('wrong'));
    const error = await errorOf(round(null, wrong.reader({ address, user: undefined })));
    expect([error.kind, sandbox.requests.of('ews').length]).toEqual(['needs_login', 1]);
  });

  test('11: meeting mail, reports, cloud links and mail without a subject are read', async () => {
    const meeting = { kind: 'declined', startsAt: at(3), endsAt: at(4), location: 'Room 1' } as const;
    sandbox.world.addMessage(address, 'Inbox', { meeting, receivedAt: at(1) });
    sandbox.world.addMessage(address, 'Inbox', { itemClass: 'REPORT.IPM.Note.NDR', receivedAt: at(2) });
    sandbox.world.addMessage(address, 'Inbox', {
      subject: null,
      receivedAt: at(3),
      attachments: [{ kind: 'reference', name: 'Plan.docx', url: 'https://files.example/1' }],
    });
    expect(await readAll(await round())).toMatchObject([
      { message: { subject: '', attachments: [{ kind: 'reference', content: { kind: 'absent' } }] } },
      { message: { report: true, meeting: false } },
      { message: { report: false, meeting: true } },
    ]);
  });

  test('12: texts cannot become XML, nor carry what XML has no place for', async () => {
    await loadLibrary();
    expect(escapeXml('</t:Subject>&"\u0000\ud800x😀')).toBe('&lt;/t:Subject&gt;&amp;&quot;x😀');
    const hostile = provider.reader({ address: 'x</t:EmailAddress><evil/>@contoso.test', user: undefined });
    expect((await errorOf(round(null, hostile))).kind).toBe('not_found');
    expect(operations()).toEqual(['SyncFolderItems']);
  });
});

test('an account with rights reads other mailboxes by Basic, each under its own name', async () => {
  sandbox.world.addMessage(address, 'IR/Units', { subject: 'delegated', receivedAt: at(1) });
  const reading = (await connect(basic())).reader({ address, user: undefined });
  const [folder = inbox] = await reading.folders('ir/units', never);
  const pages = await collect(reading.changes(folder, null, { floorMs, signal: never }));
  expect(await readAll(pages, reading)).toMatchObject([{ message: { subject: 'delegated' } }]);
  expect([sandbox.mutations(address), refused]).toEqual([0, []]);
});

test('whether a mailbox is shared cannot be told', async () => {
  expect(await reader.kind(never)).toBe('unknown');
  expect(sandbox.requests.of('ews')).toHaveLength(0);
});
