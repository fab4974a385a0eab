import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { Client } from './client.ts';
import type { Answer } from './client.ts';
import { canValidate, validate } from './ews-schema.ts';

const address = 'ann@contoso.test';
const inbox = `<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`;
const idOnly = '<t:BaseShape>IdOnly</t:BaseShape>';
const answers: string[] = [];
let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
  sandbox = await startSandbox();
  client = new Client(sandbox);
  sandbox.world.addMailbox({ address, displayName: 'Ann Archer' });
  sandbox.world.addMailbox({ address: 'ben@contoso.test', access: 'none' });
});

beforeEach(() => sandbox.faults.clear());

afterAll(async () => {
  await client.agent.close();
  await sandbox.close();
});

async function ask(
  body: string,
  more: { readonly url?: string; readonly password?: string; readonly header?: string } = {},
): Promise<Answer> {
  const { username, password } = sandbox.serviceAccount;
  const answer = await client.request(more.url ?? sandbox.ews, {
    method: 'POST',
    headers: {
      'content-type': 'text/xml; charset=utf-8',
      authorization: `Basic ${Buffer.from(`${username}:${more.password ?? password}`).toString('base64')}`,
    },
    body: `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><soap:Header><t:RequestServerVersion Version="Exchange2016"/>${more.header ?? ''}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`,
  });
  if (answer.text.includes('ResponseMessages')) answers.push(answer.text);
  return answer;
}

function sync(state = '', most = 512): Promise<Answer> {
  const known = state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`;
  return ask(
    `<m:SyncFolderItems><m:ItemShape>${idOnly}</m:ItemShape><m:SyncFolderId>${inbox}</m:SyncFolderId>${known}<m:MaxChangesReturned>${most}</m:MaxChangesReturned></m:SyncFolderItems>`,
  );
}

function getItem(ids: readonly string[], shape = '<t:BaseShape>AllProperties</t:BaseShape>'): Promise<Answer> {
  return ask(
    `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds>${ids.map((id) => `<t:ItemId Id="${id}"/>`).join('')}</m:ItemIds></m:GetItem>`,
  );
}

const state = (answer: Answer): string => /<m:SyncState>([^<]*)/.exec(answer.text)?.[1] ?? '';
const count = (answer: Answer, text: string): number => answer.text.split(text).length - 1;
const codes = (answer: Answer): string[] =>
  [...answer.text.matchAll(/<m:ResponseCode>(\w+)/g)].map(([, code]) => code ?? '');

test('a first sync lists newest first, in pages, and later ones say what changed', async () => {
  const ids = [1, 2, 3].map((day) =>
    sandbox.world.addMessage(address, 'Inbox', { receivedAt: Date.UTC(2026, 0, day) }),
  );
  const page = await sync('', 2);
  expect(page.text).toContain('IncludesLastItemInRange>false');
  expect(page.text.indexOf(ids[2] ?? '-')).toBeLessThan(page.text.indexOf(ids[1] ?? '-'));
  const end = await sync(state(page), 2);
  expect([count(end, '<t:Create>'), end.text.includes('Range>true')]).toEqual([1, true]);
  sandbox.world.deleteMessage(address, ids[0] ?? '');
  sandbox.world.markRead(address, ids[1] ?? '');
  sandbox.world.moveMessage(address, ids[2] ?? '', 'Archive');
  const later = await sync(state(end));
  expect([count(later, '<t:Delete>'), count(later, '<t:ReadFlagChange>'), count(later, '<t:Create>')]).toEqual([
    2, 1, 0,
  ]);
});

test('a lost sync state answers with an empty one, and says that it was the last', async () => {
  const answer = await sync(Buffer.from('{}').toString('base64'));
  expect(codes(answer)).toEqual(['ErrorInvalidSyncStateData']);
  expect(answer.text).toContain('<m:SyncState/><m:IncludesLastItemInRange>true');
});

test('whole items come by GetItem, and each has its own trouble', async () => {
  const meeting = { kind: 'request', startsAt: 0, endsAt: 1, location: 'Room 1' } as const;
  const ids = [
    sandbox.world.addMessage(address, 'Inbox', {
      subject: null,
      html: '<p>A &amp; B</p>',
      attachments: [{ kind: 'reference', name: 'Plan', url: 'https://files.example/' }],
    }),
    sandbox.world.addMessage(address, 'Inbox', { meeting }),
    sandbox.world.addMessage(address, 'Inbox', { damaged: true }),
    sandbox.world.addMessage(address, 'Inbox', {}),
  ];
  sandbox.world.deleteMessage(address, ids[3] ?? '');
  const answer = await getItem(ids);
  expect(codes(answer)).toEqual(['NoError', 'NoError', 'ErrorItemCorrupt', 'ErrorItemNotFound']);
  expect(answer.text).toContain('<t:MeetingRequest>');
  expect(answer.text).toContain('<t:ReferenceAttachment>');
  expect(answer.text).toContain('&lt;p&gt;A &amp;amp; B&lt;/p&gt;');
});

test('attachments come by their own request, broken ones as their own trouble', async () => {
  const id = sandbox.world.addMessage(address, 'Inbox', {
    attachments: [
      { kind: 'file', name: 'a.txt', content: 'hello' },
      { kind: 'file', name: 'b.txt', content: 'x', damaged: true },
      { kind: 'item', message: { subject: 'Inner' } },
    ],
  });
  const ids = [...(await getItem([id])).text.matchAll(/AttachmentId Id="([^"]+)"/g)].map(([, one]) => one ?? '');
  const answer = await ask(
    `<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:AttachmentShape><m:AttachmentIds>${ids.map((one) => `<t:AttachmentId Id="${one}"/>`).join('')}</m:AttachmentIds></m:GetAttachment>`,
  );
  expect(codes(answer)).toEqual(['NoError', 'ErrorCannotOpenFileAttachment', 'NoError']);
  expect(answer.text).toContain(`<t:Content>${Buffer.from('hello').toString('base64')}`);
  expect(answer.text).toContain('<t:MimeContent');
});

test('FindItem searches by date and folders are found by name and parent', async () => {
  sandbox.world.addMessage(address, 'Deals', { receivedAt: Date.UTC(2026, 1, 1) });
  sandbox.world.addMessage(address, 'Deals', { receivedAt: Date.UTC(2026, 1, 3) });
  const folders = await ask(
    `<m:FindFolder Traversal="Shallow"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:ParentFolderIds>${inbox.replace('"inbox"', '"msgfolderroot"')}</m:ParentFolderIds></m:FindFolder>`,
  );
  const id =
    /FolderId Id="([^"]+)"[^>]*\/><t:ParentFolderId[^>]*\/><t:FolderClass>[^<]*<\/t:FolderClass><t:DisplayName>Deals/.exec(
      folders.text,
    )?.[1] ?? '';
  const found = await ask(
    `<m:FindItem Traversal="Shallow"><m:ItemShape>${idOnly}</m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/><m:Restriction><t:IsGreaterThanOrEqualTo><t:FieldURI FieldURI="item:DateTimeReceived"/><t:FieldURIOrConstant><t:Constant Value="2026-02-02T00:00:00Z"/></t:FieldURIOrConstant></t:IsGreaterThanOrEqualTo></m:Restriction><m:ParentFolderIds><t:FolderId Id="${id}"/></m:ParentFolderIds></m:FindItem>`,
  );
  expect([codes(found), count(found, '<t:ItemId')]).toEqual([['NoError'], 1]);
});

test('ids tell their mailbox, and names are resolved', async () => {
  const folder = await ask(
    `<m:GetFolder><m:FolderShape>${idOnly}</m:FolderShape><m:FolderIds>${inbox}</m:FolderIds></m:GetFolder>`,
  );
  const id = /FolderId Id="([^"]+)"/.exec(folder.text)?.[1] ?? '';
  const converted = await ask(
    `<m:ConvertId DestinationFormat="EwsId"><m:SourceIds><t:AlternateId Format="EwsId" Id="${id}" Mailbox="who@contoso.test"/></m:SourceIds></m:ConvertId>`,
  );
  expect(converted.text).toContain(`Mailbox="${address}"`);
  const resolved = await ask(
    '<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>Ann Archer</m:UnresolvedEntry></m:ResolveNames>',
  );
  expect(resolved.text).toContain(`<t:EmailAddress>${address}`);
});

test('a closed mailbox is refused, and impersonating its owner is a fault', async () => {
  const body = `<m:GetFolder><m:FolderShape>${idOnly}</m:FolderShape><m:FolderIds>${inbox.replace(address, 'ben@contoso.test')}</m:FolderIds></m:GetFolder>`;
  expect(codes(await ask(body))).toEqual(['ErrorAccessDenied']);
  const header =
    '<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>ben@contoso.test</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>';
  const fault = await ask(body, { header });
  expect([fault.status, /ErrorImpersonateUserDenied/.test(fault.text)]).toEqual([500, true]);
});

test('without the right password there is a challenge, and the path may be in lower case', async () => {
  const refused = await ask('<m:GetFolder/>', { password: 'wrong' });
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Basic')]);
  expect((await client.request(sandbox.ews)).status).toBe(401);
  const lower = await ask(
    `<m:GetFolder><m:FolderShape>${idOnly}</m:FolderShape><m:FolderIds>${inbox}</m:FolderIds></m:GetFolder>`,
    {
      url: sandbox.ews.toLowerCase(),
    },
  );
  expect(codes(lower)).toEqual(['NoError']);
});

test('a busy server says how long, as a fault and inside a good answer', async () => {
  const busy = { kind: 'status', code: 'ErrorServerBusy', message: 'BackOffMilliseconds 5000' } as const;
  sandbox.faults.add({ service: 'ews', path: '#SyncFolderItems', fault: { ...busy, status: 500 } });
  expect((await sync()).text).toContain('<t:Value Name="BackOffMilliseconds">5000');
  sandbox.faults.add({ service: 'ews', path: '#SyncFolderItems', fault: { ...busy, status: 200 } });
  const inside = await sync();
  expect([inside.status, codes(inside)]).toEqual([200, ['ErrorServerBusy']]);
});

test('reading counts as reading, and anything else does not', async () => {
  await sync();
  expect(sandbox.mutations(address)).toBe(0);
  await ask(
    `<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="false"><m:FolderIds>${inbox}</m:FolderIds></m:EmptyFolder>`,
  );
  expect(sandbox.mutations(address)).toBe(1);
});

test.skipIf(!canValidate)(
  'every answer so far is valid by the published schema (needs xmllint and the schemas)',
  () => {
    expect(answers.length).toBeGreaterThan(12);
    validate(answers);
  },
);
