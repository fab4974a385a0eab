import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Client, Json } from './client.ts';
import { sandboxWithAnn } from './client.ts';

let sandbox: Sandbox;
let client: Client;
let clockMs: number;
const ann = 'ann@contoso.test';
const ben = 'ben@contoso.test';
const mail = `users/${ann}/messages`;
const to = (address: string) => [{ emailAddress: { address } }];

beforeEach(async () => {
  clockMs = Date.now();
  ({ sandbox, client } = await sandboxWithAnn({ now: () => clockMs }));
  sandbox.world.addMailbox({ address: ben, displayName: 'Ben Okafor' });
});
afterEach(() => sandbox.close());

const sentItems = async (): Promise<Json[]> =>
  (await client.get(`users/${ann}/mailFolders/sentitems/messages`)).json.value;

test('a draft has an internet message id at once, keeps it when sent, and its copy appears later under a new id', async () => {
  const draft = (
    await client.send('POST', mail, {
      subject: 'Offer',
      body: { contentType: 'HTML', content: '<p>hi</p>' },
      toRecipients: to(ben),
    })
  ).json;
  expect(draft).toMatchObject({
    isDraft: true,
    internetMessageId: expect.stringMatching(/^<.+>$/),
    body: { contentType: 'html' },
  });
  const sent = await client.send('POST', `${mail}/${draft.id}/send`);
  expect(sent).toMatchObject({ status: 202, text: '' });
  expect((await client.get(`${mail}/${draft.id}`)).json.error.code).toBe('ErrorItemNotFound');
  expect(await sentItems()).toEqual([]);
  clockMs += 1_000;
  const [copy] = await sentItems();
  expect(copy).toMatchObject({ internetMessageId: draft.internetMessageId, isDraft: false });
  expect(copy.id).not.toBe(draft.id);
  const found = await client.get(
    `${mail}?$filter=internetMessageId eq '${encodeURIComponent(draft.internetMessageId)}'`,
  );
  expect(found.json.value).toHaveLength(1);
  const delivered = (await client.get(`users/${ben}/mailFolders/inbox/messages`)).json.value;
  expect(delivered).toMatchObject([
    { subject: 'Offer', internetMessageId: draft.internetMessageId, from: { emailAddress: { address: ann } } },
  ]);
});

test('an answer of 504 although the mail went out: sending again makes two deliveries', async () => {
  sandbox.faults.add({ path: '/sendMail$', fault: { kind: 'status_after', status: 504, code: 'UnknownError' } });
  const message = { subject: 'once', toRecipients: to(ben), body: { contentType: 'Text', content: 'x' } };
  expect((await client.send('POST', `users/${ann}/sendMail`, { message })).status).toBe(504);
  expect(sandbox.world.post.deliveries).toHaveLength(1);
  expect((await client.send('POST', `users/${ann}/sendMail`, { message, saveToSentItems: false })).status).toBe(202);
  expect(sandbox.world.post.deliveries).toMatchObject([{ savedIn: ann }, { savedIn: null }]);
});

test('our own mark can be searched, in drafts and in Sent Items, and does not travel', async () => {
  const mark = { id: 'String {11111111-2222-4333-8444-555555555555} Name Mark', value: 'outbox-7' };
  const draft = (
    await client.send('POST', mail, { subject: 'x', toRecipients: to(ben), singleValueExtendedProperties: [mark] })
  ).json;
  const filter = encodeURIComponent(
    `singleValueExtendedProperties/Any(ep: ep/id eq '${mark.id}' and ep/value eq '${mark.value}')`,
  );
  const search = async (folder: string, user = ann) =>
    (await client.get(`users/${user}/mailFolders/${folder}/messages?$filter=${filter}`)).json.value.length;
  expect(await search('drafts')).toBe(1);
  await client.send('POST', `${mail}/${draft.id}/send`);
  clockMs += 1_000;
  expect([await search('drafts'), await search('sentitems'), await search('inbox', ben)]).toEqual([0, 1, 0]);
  expect(sandbox.world.post.deliveries[0]?.extendedProperties).toEqual({ [mark.id]: mark.value });
});

test.each([
  [
    'more than five headers',
    Array.from({ length: 6 }, (_, index) => ({ name: `x-${index}`, value: 'v' })),
    'InvalidInternetMessageHeaderCollection',
  ],
  ['an empty list of headers', [], 'InvalidInternetMessageHeaderCollection'],
  ['a header without x-', [{ name: 'In-Reply-To', value: '<a@b>' }], 'InvalidInternetMessageHeader'],
])('%s is refused', async (_name, internetMessageHeaders, code) => {
  expect((await client.send('POST', mail, { subject: 'x', internetMessageHeaders })).json.error.code).toBe(code);
});

test('x- headers reach the recipient and cannot be set later', async () => {
  const draft = (
    await client.send('POST', mail, {
      subject: 'x',
      toRecipients: to(ben),
      internetMessageHeaders: [{ name: 'X-Ticket', value: 'OPP-1' }],
    })
  ).json;
  expect(
    (await client.send('PATCH', `${mail}/${draft.id}`, { internetMessageHeaders: [{ name: 'X-Later', value: '1' }] }))
      .status,
  ).toBe(400);
  await client.send('POST', `${mail}/${draft.id}/send`);
  const [received] = (await client.get(`users/${ben}/messages?$select=internetMessageHeaders`)).json.value;
  expect(received.internetMessageHeaders).toContainEqual({ name: 'X-Ticket', value: 'OPP-1' });
});

test('a change of a draft made under another version is a conflict', async () => {
  const draft = (await client.send('POST', mail, { subject: 'one' })).json;
  await client.send('PATCH', `${mail}/${draft.id}`, { subject: 'two' });
  const late = await client.send(
    'PATCH',
    `${mail}/${draft.id}`,
    { subject: 'three' },
    { 'if-match': draft['@odata.etag'] },
  );
  expect(late).toMatchObject({ status: 412, json: { error: { code: 'ErrorIrresolvableConflict' } } });
  expect((await client.get(`${mail}/${draft.id}`)).json.subject).toBe('two');
});

test('a deleted draft lies in Deleted Items', async () => {
  const draft = (await client.send('POST', mail, { subject: 'gone' })).json;
  expect((await client.send('DELETE', `${mail}/${draft.id}`)).status).toBe(204);
  expect((await client.get(`users/${ann}/mailFolders/deleteditems/messages`)).json.value).toHaveLength(1);
});

test('a reply stands in the thread: headers, subject, recipients, quote; a comment does not reach its draft', async () => {
  const id = sandbox.world.addMessage(ann, 'Inbox', {
    from: 'Dana <dana@acme.example>',
    to: [ann, ben],
    cc: 'tom@acme.example',
    subject: 'RE: Quote',
    internetMessageId: '<q1@acme.example>',
    references: ['<q0@acme.example>'],
    html: '<p>please</p>',
  });
  const original = (await client.get(`${mail}/${id}`)).json;
  const reply = (await client.send('POST', `${mail}/${id}/createReplyAll`, { comment: 'lost' })).json;
  expect(reply).toMatchObject({ isDraft: true, subject: 'RE: Quote', conversationId: original.conversationId });
  expect(reply.toRecipients.map((one: Json) => one.emailAddress.address)).toEqual(['dana@acme.example', ben]);
  expect(reply.ccRecipients.map((one: Json) => one.emailAddress.address)).toEqual(['tom@acme.example']);
  expect(reply.body.content).toContain('divRplyFwdMsg');
  expect(reply.body.content).not.toContain('lost');
  await client.send('PATCH', `${mail}/${reply.id}`, {
    body: { contentType: 'html', content: `<p>new</p>${reply.body.content}` },
  });
  await client.send('POST', `${mail}/${reply.id}/send`);
  const mime = Buffer.from(sandbox.world.post.deliveries[0]?.mime ?? []).toString();
  expect(mime).toContain('In-Reply-To: <q1@acme.example>');
  expect(mime).toContain('References: <q0@acme.example> <q1@acme.example>');
  const both = await client.send('POST', `${mail}/${id}/createReply`, {
    comment: 'a',
    message: { body: { contentType: 'text', content: 'b' } },
  });
  expect(both.status).toBe(400);
});

test('forward takes the attachments along; reply and forward without draft go out at once', async () => {
  const id = sandbox.world.addMessage(ann, 'Inbox', {
    subject: 'plan',
    attachments: [{ kind: 'file', name: 'plan.pdf', content: 'pdf' }],
  });
  expect((await client.send('POST', `${mail}/${id}/forward`, { comment: 'see', toRecipients: to(ben) })).status).toBe(
    202,
  );
  const [received] = (await client.get(`users/${ben}/messages?$expand=attachments`)).json.value;
  expect(received).toMatchObject({ subject: 'FW: plan', hasAttachments: true, attachments: [{ name: 'plan.pdf' }] });
  expect(received.body.content).toContain('see');
});

test('send as, on behalf, and refused, per mailbox and account', async () => {
  const send = (user: string) =>
    client.send('POST', `users/${user}/sendMail`, { message: { subject: 'x', toRecipients: to('dana@acme.example') } });
  await send(ann);
  sandbox.world.setSendAs(ann, 'on_behalf');
  await send(ann);
  sandbox.world.setSendAs(ann, 'denied');
  expect(await send(ann)).toMatchObject({ status: 403, json: { error: { code: 'ErrorSendAsDenied' } } });
  expect(sandbox.world.post.deliveries.map(({ from, sender }) => [from.address, sender.address])).toEqual([
    [ann, ann],
    [ann, 'svc-crm@contoso.test'],
  ]);
  sandbox.world.setAccess(ben, 'read');
  expect((await send(ben)).json.error.code).toBe('ErrorAccessDenied');
});

test('/me/sendMail with another from: the copy lies in the mailbox of who is signed in', async () => {
  await client.signIn(ben);
  await client.send('POST', 'me/sendMail', {
    message: { subject: 'for ann', from: to(ann)[0], toRecipients: to('dana@acme.example') },
  });
  clockMs += 1_000;
  expect((await client.get('me/mailFolders/sentitems/messages')).json.value).toMatchObject([{ subject: 'for ann' }]);
  const denied = await client.send('POST', 'me/sendMail', {
    message: { subject: 'x', from: to('stranger@acme.example')[0], toRecipients: to(ben) },
  });
  expect(denied.json.error.code).toBe('ErrorSendAsDenied');
});

test('MIME can be sent; what is no base64 is refused, and Auto-Submitted does not survive', async () => {
  const mime =
    'From: ann@contoso.test\r\nTo: dana@acme.example\r\nSubject: raw\r\nMessage-ID: <own@contoso.test>\r\nIn-Reply-To: <q@acme.example>\r\nAuto-Submitted: auto-generated\r\nX-Ours: 1\r\n\r\nbody';
  const headers = { 'content-type': 'text/plain' };
  expect(
    (await client.send('POST', `users/${ann}/sendMail`, Buffer.from(mime).toString('base64'), headers)).status,
  ).toBe(202);
  const [delivery] = sandbox.world.post.deliveries;
  expect(delivery).toMatchObject({ internetMessageId: '<own@contoso.test>', subject: 'raw' });
  const text = Buffer.from(delivery?.mime ?? []).toString();
  expect(text).toContain('In-Reply-To: <q@acme.example>');
  expect(text).not.toContain('Auto-Submitted');
  expect((await client.send('POST', `users/${ann}/sendMail`, 'nø base64!', headers)).json.error.code).toBe(
    'ErrorMimeContentInvalidBase64String',
  );
});

test('attachments: small ones in one request, too large ones refused, large ones in slices without a token', async () => {
  const draft = (await client.send('POST', mail, { subject: 'files', toRecipients: to(ben) })).json;
  const file = (bytes: number) => ({
    '@odata.type': '#microsoft.graph.fileAttachment',
    name: 'a.bin',
    contentBytes: Buffer.alloc(bytes, 1).toString('base64'),
  });
  expect((await client.send('POST', `${mail}/${draft.id}/attachments`, file(1000))).status).toBe(201);
  expect((await client.send('POST', `${mail}/${draft.id}/attachments`, file(3_500_000))).status).toBe(413);
  const size = 5_000_000;
  const session = await client.send('POST', `${mail}/${draft.id}/attachments/createUploadSession`, {
    AttachmentItem: { attachmentType: 'file', name: 'big.bin', size },
  });
  expect(session).toMatchObject({ status: 201, json: { nextExpectedRanges: ['0-'] } });
  const put = (from: number, length: number, headers: Record<string, string> = {}) =>
    client.request(session.json.uploadUrl, {
      method: 'PUT',
      headers: { 'content-range': `bytes ${from}-${from + length - 1}/${size}`, ...headers },
      body: Buffer.alloc(length, 2),
    });
  expect((await put(0, 3_276_800, { authorization: `Bearer ${client.token}` })).status).toBe(401);
  expect((await put(0, 3_276_800)).json).toMatchObject({ NextExpectedRanges: ['3276800'] });
  expect((await put(0, 3_276_800)).status).toBe(416);
  const last = await put(3_276_800, size - 3_276_800);
  expect(last).toMatchObject({ status: 201, text: '' });
  expect(last.headers.get('location')).toContain('/Attachments(');
  const list = (await client.get(`${mail}/${draft.id}/attachments?$select=name,size`)).json.value;
  expect(list).toMatchObject([{ name: 'a.bin' }, { name: 'big.bin' }]);
});

test('an upload session on somebody else’s mailbox can be refused', async () => {
  sandbox.settings.delegatedUploads = false;
  const draft = (await client.send('POST', mail, { subject: 'files' })).json;
  const item = { AttachmentItem: { attachmentType: 'file', name: 'big.bin', size: 4_000_000 } };
  expect((await client.send('POST', `${mail}/${draft.id}/attachments/createUploadSession`, item)).status).toBe(403);
  await client.signInAsApplication();
  expect((await client.send('POST', `${mail}/${draft.id}/attachments/createUploadSession`, item)).status).toBe(201);
});

test('an unknown property and a mail without recipients are refused', async () => {
  expect((await client.send('POST', mail, { subjekt: 'x' })).json.error.code).toBe('RequestBodyRead');
  const draft = (await client.send('POST', mail, { subject: 'nobody' })).json;
  expect((await client.send('POST', `${mail}/${draft.id}/send`)).json.error.code).toBe('ErrorInvalidRecipients');
});

test('every request of sending is counted as one that changes the mailbox', async () => {
  const draft = (await client.send('POST', mail, { subject: 'x', toRecipients: to(ben) })).json;
  await client.send('POST', `${mail}/${draft.id}/send`);
  expect(sandbox.mutations(ann)).toBe(2);
});
