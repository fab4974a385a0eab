import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Client } from './client.ts';
import { graphScope, sandboxWithAnn } from './client.ts';

let sandbox: Sandbox;
let client: Client;
const ann = 'ann@contoso.test';
const mail = `users/${ann}/messages`;

beforeEach(async () => {
  ({ sandbox, client } = await sandboxWithAnn());
});
afterEach(() => sandbox.close());

test('lists are newest first, ten at a time, with links that lead through all of it', async () => {
  sandbox.world.addBulk(ann, 'Inbox', { count: 23, bodyLength: 300 });
  const seen: string[] = [];
  let link: string | undefined = `users/${ann}/mailFolders/inbox/messages?$select=receivedDateTime`;
  while (link !== undefined) {
    const page = await client.get(link);
    seen.push(...page.json.value.map((entry: { receivedDateTime: string }) => entry.receivedDateTime));
    link = page.json['@odata.nextLink'];
  }
  expect(seen).toHaveLength(23);
  expect(seen).toEqual(seen.toSorted().toReversed());
});

test('filters: times, the internet message id, several joined by and', async () => {
  sandbox.world.addMessage(ann, 'Inbox', {
    internetMessageId: '<a@x.example>',
    receivedAt: Date.parse('2026-01-02T00:00:00Z'),
  });
  sandbox.world.addMessage(ann, 'Inbox', {
    internetMessageId: '<b@x.example>',
    receivedAt: Date.parse('2026-01-03T00:00:00Z'),
  });
  const count = async (filter: string) =>
    (await client.get(`${mail}?$filter=${encodeURIComponent(filter)}`)).json.value.length;
  expect(await count("internetMessageId eq '<b@x.example>'")).toBe(1);
  expect(await count('receivedDateTime ge 2026-01-02T00:00:00Z and receivedDateTime lt 2026-01-03T00:00:00Z')).toBe(1);
  expect(await count('receivedDateTime ge 2026-01-02T00:00:00Z')).toBe(2);
});

test('$orderby that does not come first in $filter is too complex', async () => {
  const bad = await client.get(`${mail}?$filter=isRead eq false&$orderby=receivedDateTime desc`);
  expect(bad).toMatchObject({ status: 400, json: { error: { code: 'InefficientFilter' } } });
  const good = await client.get(
    `${mail}?$filter=receivedDateTime ge 2020-01-01T00:00:00Z and isRead eq false&$orderby=receivedDateTime desc`,
  );
  expect(good.status).toBe(200);
});

test('uniqueBody and internetMessageHeaders come only when selected', async () => {
  const id = sandbox.world.addMessage(ann, 'Inbox', {
    html: '<p>new</p><div id="divRplyFwdMsg">old</div>',
    auth: 'fail',
  });
  const plain = await client.get(`${mail}/${id}`);
  expect(plain.json).not.toHaveProperty('uniqueBody');
  expect(plain.json).not.toHaveProperty('internetMessageHeaders');
  const chosen = await client.get(`${mail}/${id}?$select=uniqueBody,internetMessageHeaders`);
  expect(chosen.json.uniqueBody.content).toBe('<p>new</p></body></html>');
  expect(chosen.json.internetMessageHeaders[0].value).toContain('dmarc=fail');
  expect(chosen.json.internetMessageHeaders[0].value).toContain('compauth=fail');
});

test('the unique body of a Gmail reply keeps the quote and loses the class that marks it', async () => {
  const id = sandbox.world.addMessage(ann, 'Inbox', {
    html: '<div>new</div><div class="gmail_quote">On Monday Ann wrote: old</div>',
  });
  const { json } = await client.get(`${mail}/${id}?$select=uniqueBody`);
  expect(json.uniqueBody.content).toContain('old');
  expect(json.uniqueBody.content).not.toContain('gmail_quote');
});

test('plain text comes as HTML unless text is preferred, and the answer says which preference it followed', async () => {
  const id = sandbox.world.addMessage(ann, 'Inbox', { text: 'one\r\ntwo <3' });
  const asHtml = await client.get(`${mail}/${id}?$select=body`);
  expect(asHtml.json.body).toMatchObject({
    contentType: 'html',
    content: expect.stringContaining('one<br>\r\ntwo &lt;3'),
  });
  const asText = await client.get(`${mail}/${id}?$select=body`, {
    prefer: 'IdType="ImmutableId", outlook.body-content-type="text"',
  });
  expect(asText.json.body).toEqual({ contentType: 'text', content: 'one\r\ntwo <3' });
  expect(asText.headers.get('preference-applied')).toBe('IdType="ImmutableId", outlook.body-content-type="text"');
});

test('an unknown property in $select is refused', async () => {
  expect((await client.get(`${mail}?$select=subjekt`)).status).toBe(400);
});

test('copies in Sent Items have no internetMessageHeaders, though $value has them', async () => {
  const id = sandbox.world.addMessage(ann, 'Sent Items', {
    inReplyTo: '<q@acme.example>',
    references: ['<q@acme.example>'],
  });
  const { json } = await client.get(
    `${mail}/${id}?$select=internetMessageHeaders&$expand=singleValueExtendedProperties($filter=id eq 'String 0x1042')`,
  );
  expect(json).not.toHaveProperty('internetMessageHeaders');
  expect(json.singleValueExtendedProperties).toEqual([{ id: 'String 0x1042', value: '<q@acme.example>' }]);
  expect((await client.bytes(`${mail}/${id}/$value`)).toString()).toContain('In-Reply-To: <q@acme.example>');
});

test('$value gives the original bytes, 8-bit ones too', async () => {
  const raw = Buffer.from('Subject: caf\xe9\r\nX-A: 1\r\nX-A: 2\r\n\r\nna\xefve\x00\xff', 'latin1');
  const id = sandbox.world.addMessage(ann, 'Inbox', { raw });
  expect((await client.bytes(`${mail}/${id}/$value`)).equals(raw)).toBe(true);
});

test('ids are case-sensitive: two mails can differ in nothing but case', async () => {
  const all = Array.from({ length: 30 }, (_, index) =>
    sandbox.world.addMessage(ann, 'Inbox', { subject: `mail ${index}` }),
  );
  const twin = all.find((id) => all.some((other) => other !== id && other.toLowerCase() === id.toLowerCase()));
  expect(twin).toBeDefined();
  const other = all.find((id) => id !== twin && id.toLowerCase() === twin?.toLowerCase());
  const subjects = [await client.get(`${mail}/${twin}`), await client.get(`${mail}/${other}`)].map(
    ({ json }) => json.subject,
  );
  expect(new Set(subjects).size).toBe(2);
});

test('classic ids change on every move, immutable ids do not, and both are understood', async () => {
  const id = sandbox.world.addMessage(ann, 'Inbox');
  const immutable = (await client.get(`${mail}/${id}`, { prefer: 'IdType="ImmutableId"' })).json.id;
  const moved = sandbox.world.moveMessage(ann, id, 'Archive');
  expect((await client.get(`${mail}/${id}`)).json.error.code).toBe('ErrorItemNotFound');
  expect((await client.get(`${mail}/${immutable}`)).json.id).toBe(moved);
  const translated = await client.send('POST', `users/${ann}/translateExchangeIds`, {
    inputIds: [moved],
    sourceIdType: 'restId',
    targetIdType: 'restImmutableEntryId',
  });
  expect(translated.json.value[0].targetId).toBe(immutable);
  expect(sandbox.mutations()).toBe(0);
});

test('a garbled id is malformed, an id of nothing is not found', async () => {
  expect((await client.get(`${mail}/xyz`)).json.error.code).toBe('ErrorInvalidIdMalformed');
});

test('a path says which slash belongs to a name, and names are taken exactly as they are', async () => {
  const { world } = sandbox;
  const address = 'olga@contoso.test';
  world.addMailbox({ address, displayName: 'Olga Orlova' });
  const ids = [
    world.addFolder(address, 'A/B'),
    world.addFolder(address, String.raw`A\/B`),
    world.addFolder(address, ['a']),
  ];
  expect(world.addFolder(address, ['A', 'B'])).toBe(ids[0]);
  expect(world.addFolder(address, ['A/B'])).toBe(ids[1]);
  expect(new Set(ids).size).toBe(3);
  world.moveFolder(address, String.raw`A\/B`, ['a', String.raw`b\c`]);
  expect(world.addFolder(address, String.raw`a/b\\c`)).toBe(ids[1]);
  const { json } = await client.get(`users/${address}/mailFolders/${ids[1]}`);
  expect(json).toMatchObject({ displayName: String.raw`b\c`, parentFolderId: ids[2] });
});

test('folders: well-known names in any language, children, hidden ones on request, counts', async () => {
  sandbox.world.addMailbox({ address: 'kenji@contoso.test', displayName: 'Kenji Mori', language: 'ja' });
  sandbox.world.addFolder('kenji@contoso.test', 'IR/Business Units');
  sandbox.world.addMessage('kenji@contoso.test', 'Inbox');
  const root = 'users/kenji@contoso.test/mailFolders';
  expect((await client.get(`${root}/inbox`)).json).toMatchObject({
    displayName: '受信トレイ',
    totalItemCount: 1,
    unreadItemCount: 1,
  });
  const all = await client.get(`${root}?$top=100`);
  expect(all.json.value.map((folder: { displayName: string }) => folder.displayName)).toContain('IR');
  expect(all.json.value.map((folder: { displayName: string }) => folder.displayName)).not.toContain('低優先メール');
  const hidden = await client.get(`${root}?$top=100&includeHiddenFolders=true`);
  expect(hidden.json.value.map((folder: { displayName: string }) => folder.displayName)).toContain('低優先メール');
  const ir = all.json.value.find((folder: { displayName: string }) => folder.displayName === 'IR');
  const children = await client.get(`${root}/${ir.id}/childFolders?$filter=displayName eq 'business units'`);
  expect(children.json.value).toHaveLength(1);
  const flat = await client.get(`${root}/delta?$select=displayName`);
  expect(flat.json.value.map((folder: { displayName: string }) => folder.displayName)).toContain('Business Units');
});

test('inline attachments alone do not count as attachments', async () => {
  const image = {
    kind: 'file',
    name: 'logo.png',
    contentType: 'image/png',
    content: 'png',
    inline: true,
    contentId: 'logo',
  } as const;
  const id = sandbox.world.addMessage(ann, 'Inbox', { html: '<img src="cid:logo">', attachments: [image] });
  expect((await client.get(`${mail}/${id}`)).json.hasAttachments).toBe(false);
  expect((await client.get(`${mail}/${id}/attachments`)).json.value[0]).toMatchObject({
    isInline: true,
    contentId: 'logo',
  });
});

test('attached mail has content only when expanded, a link to a cloud file has none at all', async () => {
  const id = sandbox.world.addMessage(ann, 'Inbox', {
    attachments: [
      { kind: 'item', message: { subject: 'the inner one', from: 'x@acme.example' } },
      { kind: 'reference', name: 'plan.docx', url: 'https://files.example/plan.docx' },
    ],
  });
  const list = (await client.get(`${mail}/${id}/attachments`)).json.value;
  expect(list).toMatchObject([
    { '@odata.type': '#microsoft.graph.itemAttachment', contentType: null, name: 'the inner one' },
    { '@odata.type': '#microsoft.graph.referenceAttachment', contentType: null },
  ]);
  expect(list[0]).not.toHaveProperty('item');
  const inner = await client.get(`${mail}/${id}/attachments/${list[0].id}?$expand=microsoft.graph.itemattachment/item`);
  expect(inner.json.item).toMatchObject({ id: '', subject: 'the inner one' });
  expect((await client.bytes(`${mail}/${id}/attachments/${list[0].id}/$value`)).toString()).toContain(
    'Subject: the inner one',
  );
  expect((await client.get(`${mail}/${id}/attachments/${list[1].id}/$value`)).status).toBe(405);
});

test('a damaged attachment spoils the list with content, not the list without', async () => {
  const id = sandbox.world.addMessage(ann, 'Inbox', {
    attachments: [
      { kind: 'file', name: 'bad.bin', content: 'x', damaged: true },
      { kind: 'file', name: 'good.bin', content: 'good' },
    ],
  });
  expect((await client.get(`${mail}/${id}/attachments`)).json.error.code).toBe('ErrorCannotOpenFileAttachment');
  const list = (await client.get(`${mail}/${id}/attachments?$select=id,name,size,isInline,contentType`)).json.value;
  expect(list).toHaveLength(2);
  expect((await client.get(`${mail}/${id}/attachments/${list[0].id}/$value`)).status).toBe(500);
  expect((await client.bytes(`${mail}/${id}/attachments/${list[1].id}/$value`)).toString()).toBe('good');
});

test('meeting mail has a type of its own', async () => {
  const meeting = {
    startsAt: Date.parse('2026-05-01T09:00:00Z'),
    endsAt: Date.parse('2026-05-01T10:00:00Z'),
    location: 'Room 1',
  };
  const id = sandbox.world.addMessage(ann, 'Inbox', { meeting: { kind: 'request', ...meeting } });
  expect((await client.get(`${mail}/${id}`)).json).toMatchObject({
    '@odata.type': '#microsoft.graph.eventMessageRequest',
    meetingMessageType: 'meetingRequest',
  });
  const property = await client.get(
    `${mail}/${id}?$select=subject&$expand=singleValueExtendedProperties($filter=id eq 'String 0x001A')`,
  );
  expect(property.json.singleValueExtendedProperties[0].value).toBe('IPM.Schedule.Meeting.Request');
});

test.each([
  ['an address that is not in the tenant', 'nobody@contoso.test', 404, 'ErrorInvalidUser'],
  ['an account without mailbox', 'svc-crm@contoso.test', 404, 'MailboxNotEnabledForRESTAPI'],
  ['a mailbox without rights', 'closed@contoso.test', 403, 'ErrorAccessDenied'],
  ['a mailbox whose root is hidden', 'hidden@contoso.test', 404, 'ErrorItemNotFound'],
  ['an address that differs from the user principal name', 'renamed@contoso.test', 404, 'ErrorInvalidUser'],
])('%s', async (_name, address, status, code) => {
  sandbox.world.addMailbox({ address: 'closed@contoso.test', access: 'none' });
  sandbox.world.addMailbox({ address: 'hidden@contoso.test', access: 'hidden' });
  sandbox.world.addMailbox({
    address: 'renamed@contoso.test',
    userPrincipalName: 'old.name@corp.contoso.test',
    resolvesByAddress: false,
  });
  const answer = await client.get(`users/${address}/mailFolders/inbox/messages`);
  expect(answer).toMatchObject({ status, json: { error: { code, innerError: { 'request-id': expect.any(String) } } } });
  expect((await client.get('users/old.name@corp.contoso.test/mailFolders/inbox')).status).toBe(200);
});

test('the purpose of somebody else’s mailbox is known to the application only', async () => {
  sandbox.world.addMailbox({ address: 'info@contoso.test', kind: 'shared' });
  await client.signIn(undefined, `${graphScope} https://graph.microsoft.com/MailboxSettings.Read`);
  expect((await client.get('users/info@contoso.test/mailboxSettings')).json.error.code).toBe('ErrorAccessDenied');
  await client.signInAsApplication();
  expect((await client.get('users/info@contoso.test/mailboxSettings?$select=userPurpose')).json.userPurpose).toBe(
    'shared',
  );
  expect((await client.get('users/info@contoso.test?$select=accountEnabled')).json.accountEnabled).toBe(false);
  await client.signIn(ann, 'https://graph.microsoft.com/MailboxSettings.Read');
  expect((await client.get('me/mailboxSettings/userPurpose')).json.value).toBe('user');
});

test('another mailbox needs a .Shared permission, the own one does not', async () => {
  await client.signIn(undefined, 'https://graph.microsoft.com/Mail.Read');
  expect((await client.get(mail)).status).toBe(403);
  await client.signIn(ann, 'https://graph.microsoft.com/Mail.Read');
  expect((await client.get('me/messages')).status).toBe(200);
  await client.signIn(undefined, 'https://graph.microsoft.com/Mail.Read.Shared');
  expect((await client.get(mail)).status).toBe(200);
});

test('who is signed in: /me for people, not for applications; other accounts need a directory permission', async () => {
  expect((await client.get('me?$select=userPrincipalName,mail')).json).toMatchObject({
    userPrincipalName: 'svc-crm@contoso.test',
    mail: null,
  });
  expect((await client.get(`users/${ann}`)).json.error.code).toBe('Authorization_RequestDenied');
  await client.signInAsApplication();
  expect((await client.get('me')).status).toBe(400);
  expect((await client.get(`users/${ann}`)).json.displayName).toBe('Ann Archer');
});

test('no token, a foreign token, an expired token', async () => {
  const { token } = client;
  client.token = '';
  expect((await client.get(mail)).json.error.code).toBe('InvalidAuthenticationToken');
  client.token = 'eyJh.eyJh.c2ln';
  expect((await client.get(mail)).status).toBe(401);
  client.token = token;
  sandbox.clock.advance(2 * 3_600_000);
  expect((await client.get(mail)).json.error.message).toContain('expired');
});

test('a fifth request at once on one mailbox is throttled, and asking early makes it longer', async () => {
  await sandbox.close();
  const standing = Date.now();
  ({ sandbox, client } = await sandboxWithAnn({ now: () => standing }));
  sandbox.settings.latencyMs = 150;
  sandbox.world.addMailbox({ address: 'ben@contoso.test' });
  const five = await Promise.all(Array.from({ length: 5 }, () => client.get(`${mail}?$top=1`)));
  const refused = five.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.json.error.code).toBe('ApplicationThrottled');
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect((await client.get('users/ben@contoso.test/messages')).status).toBe(200);
  sandbox.clock.advance(900);
  expect((await client.get(mail)).status).toBe(429);
  sandbox.clock.advance(900);
  expect((await client.get(mail)).status).toBe(429);
  sandbox.clock.advance(1_100);
  expect((await client.get(mail)).status).toBe(200);
});

test('more than the limit of ten minutes is refused until they are over', async () => {
  sandbox.settings.requestsPerTenMinutes = 2;
  await client.get(mail);
  await client.get(mail);
  expect(await client.get(mail)).toMatchObject({ status: 429, json: { error: { code: 'TooManyRequests' } } });
});

test('$batch answers 200 around inner answers, in its own order, and knows dependencies', async () => {
  const answer = await client.send('POST', '$batch', {
    requests: [
      { id: '1', method: 'GET', url: `/users/${ann}/mailFolders/inbox` },
      { id: '2', method: 'GET', url: '/users/nobody@contoso.test/messages' },
      { id: '3', method: 'GET', url: `/users/${ann}/messages`, dependsOn: ['2'] },
    ],
  });
  expect(answer.status).toBe(200);
  const statuses = Object.fromEntries(
    answer.json.responses.map((one: { id: string; status: number }) => [one.id, one.status]),
  );
  expect(statuses).toEqual({ '1': 200, '2': 404, '3': 424 });
});

test('answers are packed only for those who ask', async () => {
  sandbox.world.addBulk(ann, 'Inbox', { count: 5 });
  const packed = await client.get(mail, { 'accept-encoding': 'gzip' });
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  const plain = await client.get(mail, { 'accept-encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(plain.json).toEqual(packed.json);
});

test('the request log says what was asked, by whom it could be seen, and that nothing was changed', async () => {
  await client.get(mail);
  await client.send('DELETE', `${mail}/none`);
  expect(sandbox.requests.of('graph', ann)).toMatchObject([
    { method: 'GET', mailbox: ann, status: 200, mutating: false, authorized: true },
    { method: 'DELETE', mailbox: ann, mutating: true },
  ]);
  expect(sandbox.mutations(ann)).toBe(1);
});
