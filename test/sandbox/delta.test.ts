import { afterEach, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Client, Json } from './client.ts';
import { round, sandboxWithAnn } from './client.ts';

let sandbox: Sandbox;
let client: Client;
const ann = 'ann@contoso.test';
const inbox = `users/${ann}/mailFolders/inbox/messages/delta`;
const immutable = { prefer: 'IdType="ImmutableId"' };

async function start(): Promise<void> {
  ({ sandbox, client } = await sandboxWithAnn());
}
afterEach(() => sandbox.close());

const ids = (entries: readonly Json[]): string[] => entries.map((entry) => entry.id);

test('a round ends with a delta link, and an idle poll is one request', async () => {
  await start();
  for (let index = 0; index < 25; index += 1) sandbox.world.addMessage(ann, 'Inbox', { subject: `mail ${index}` });
  const first = await round(client, `${inbox}?$select=subject`);
  expect(first.entries).toHaveLength(25);
  expect(first.pages).toBe(3);
  const idle = await round(client, first.deltaLink);
  expect(idle).toMatchObject({ entries: [], pages: 1 });
});

test('a page that is exactly full is followed by an empty one', async () => {
  await start();
  for (let index = 0; index < 20; index += 1) sandbox.world.addMessage(ann, 'Inbox');
  const first = await round(client, inbox, { prefer: 'odata.maxpagesize=20' });
  expect(first.pages).toBe(2);
  expect(first.entries).toHaveLength(20);
});

test('the page size is what Prefer asks, within bounds, and the answer confirms it', async () => {
  await start();
  sandbox.world.addBulk(ann, 'Inbox', { count: 600, bodyLength: 200 });
  const page = await client.get(`${inbox}?$select=subject`, { prefer: 'odata.maxpagesize=1000' });
  expect(page.json['value']).toHaveLength(500);
  expect(page.headers.get('preference-applied')).toBe('odata.maxpagesize=1000');
});

test('$top limits the whole round, not the page', async () => {
  await start();
  for (let index = 0; index < 9; index += 1) sandbox.world.addMessage(ann, 'Inbox');
  const page = await client.get(`${inbox}?$top=2`);
  expect(page.json['value']).toHaveLength(2);
  const next = await client.get(page.json['@odata.nextLink']);
  expect(next.json['value']).toEqual([]);
  expect(next.json['@odata.deltaLink']).toBeTypeOf('string');
});

test('a filtered first round is newest first and stops at 5,000', async () => {
  await start();
  sandbox.world.addBulk(ann, 'Inbox', { count: 5_100, bodyLength: 100, attachmentEvery: 0 });
  const first = await round(
    client,
    `${inbox}?$select=receivedDateTime&$filter=receivedDateTime ge 2000-01-01T00:00:00Z`,
    {
      prefer: 'odata.maxpagesize=500',
    },
  );
  expect(first.entries).toHaveLength(5_000);
  const times = first.entries.map((entry) => Date.parse(entry.receivedDateTime));
  expect(times).toEqual(times.toSorted((one, other) => other - one));
});

test.each([
  "subject eq 'x'",
  'receivedDateTime le 2026-01-01T00:00:00Z',
  'receivedDateTime ge 2026-01-01T00:00:00Z and isRead eq false',
])('delta refuses the filter %s', async (filter) => {
  await start();
  const answer = await client.get(`${inbox}?$filter=${encodeURIComponent(filter)}`);
  expect(answer.status).toBe(400);
  expect(answer.json.error.code).toBe('ErrorInvalidUrlQuery');
});

test('the links carry the options of the first request, which cannot be changed later', async () => {
  await start();
  sandbox.world.addMessage(ann, 'Inbox');
  const first = await round(client, `${inbox}?$select=subject`);
  sandbox.world.addMessage(ann, 'Inbox', { subject: 'new' });
  const second = await round(client, `${first.deltaLink}&$select=body`);
  expect(Object.keys(second.entries[0]).toSorted()).toEqual(['@odata.etag', '@odata.type', 'id', 'subject']);
});

test('links answer in both forms, delta and delta()', async () => {
  await start();
  sandbox.world.addMessage(ann, 'Inbox');
  for (const form of ['delta', 'delta()', 'microsoft.graph.delta()']) {
    expect((await client.get(inbox.replace(/delta$/, form))).json['value']).toHaveLength(1);
  }
});

test('what was removed is reported although it never fitted the filter', async () => {
  await start();
  const old = sandbox.world.addMessage(ann, 'Inbox', { receivedAt: Date.parse('2020-01-01T00:00:00Z') });
  const first = await round(client, `${inbox}?$filter=receivedDateTime ge 2026-01-01T00:00:00Z`);
  expect(first.entries).toEqual([]);
  sandbox.world.deleteMessage(ann, old);
  const second = await round(client, first.deltaLink);
  expect(second.entries).toEqual([
    { '@odata.type': '#microsoft.graph.message', id: old, '@removed': { reason: 'deleted' } },
  ]);
});

test('a read toggle gives a partial entry, and only where isRead is selected', async () => {
  await start();
  const id = sandbox.world.addMessage(ann, 'Inbox', { subject: 'to read' });
  const without = await round(client, `${inbox}?$select=subject,body`);
  const withIt = await round(client, `${inbox}?$select=subject,body,isRead`);
  sandbox.world.markRead(ann, id);
  expect((await round(client, without.deltaLink)).entries).toEqual([]);
  const [entry] = (await round(client, withIt.deltaLink)).entries;
  expect(Object.keys(entry).toSorted()).toEqual(['@odata.etag', '@odata.type', 'id', 'isRead', 'parentFolderId']);
});

test('a move looks like a removal in one folder and new mail with a new id in the other', async () => {
  await start();
  const id = sandbox.world.addMessage(ann, 'Inbox');
  sandbox.world.addFolder(ann, 'Customers');
  const archive = `users/${ann}/mailFolders/archive/messages/delta`;
  const [fromInbox, fromArchive] = [await round(client, inbox), await round(client, archive)];
  const moved = sandbox.world.moveMessage(ann, id, 'Archive');
  expect((await round(client, fromInbox.deltaLink)).entries).toMatchObject([{ id, '@removed': { reason: 'deleted' } }]);
  expect(ids((await round(client, fromArchive.deltaLink)).entries)).toEqual([moved]);
  expect(moved).not.toBe(id);
});

test('classic ids: moved away and back is a removal and a new entry', async () => {
  await start();
  const id = sandbox.world.addMessage(ann, 'Inbox');
  const first = await round(client, inbox);
  const back = sandbox.world.moveMessage(ann, sandbox.world.moveMessage(ann, id, 'Archive'), 'Inbox');
  const { entries } = await round(client, first.deltaLink);
  expect(entries).toHaveLength(2);
  expect(entries.find((entry) => entry.id === id)).toHaveProperty('@removed');
  expect(entries.find((entry) => entry.id === back)).toHaveProperty('subject');
});

test('immutable ids: moved away and back is reported as deleted, and never comes again', async () => {
  await start();
  const id = sandbox.world.addMessage(ann, 'Inbox');
  const first = await round(client, inbox, immutable);
  sandbox.world.moveMessage(ann, sandbox.world.moveMessage(ann, id, 'Archive'), 'Inbox');
  const second = await round(client, first.deltaLink, immutable);
  expect(second.entries).toMatchObject([{ id: first.entries[0].id, '@removed': { reason: 'deleted' } }]);
  expect((await round(client, second.deltaLink, immutable)).entries).toEqual([]);
});

test('immutable ids: a move can be missing in the folder it went to', async () => {
  await start();
  sandbox.settings.immutableMoveLoss = true;
  const id = sandbox.world.addMessage(ann, 'Inbox');
  const archive = await round(client, `users/${ann}/mailFolders/archive/messages/delta`, immutable);
  sandbox.world.moveMessage(ann, id, 'Archive');
  expect((await round(client, archive.deltaLink, immutable)).entries).toEqual([]);
});

test('uniqueBody can be missing from delta although it was selected', async () => {
  await start();
  sandbox.settings.uniqueBodyInDelta = false;
  sandbox.world.addMessage(ann, 'Inbox');
  const { entries } = await round(client, `${inbox}?$select=subject,uniqueBody`);
  expect(entries[0]).not.toHaveProperty('uniqueBody');
});

test('a link of the fourth-last generation is gone, the last three work', async () => {
  await start();
  sandbox.world.addMessage(ann, 'Inbox');
  const links = [(await round(client, inbox)).deltaLink];
  for (let index = 0; index < 3; index += 1) links.push((await round(client, links.at(-1) ?? '')).deltaLink);
  const dead = await client.get(links[0] ?? '');
  expect(dead.status).toBe(410);
  expect(dead.json.error).toMatchObject({
    code: 'SyncStateNotFound',
    message: expect.stringMatching(/^The sync state generation is not found; generation=\d+;\[highest=\d+\]/),
  });
  expect((await client.get(links[1] ?? '')).status).toBe(200);
});

test('after a reset of the store every link answers 410 with a place to start again', async () => {
  await start();
  const first = await round(client, inbox);
  sandbox.world.mailbox(ann).syncEpoch += 1;
  const dead = await client.get(first.deltaLink);
  expect(dead.status).toBe(410);
  expect(dead.json.error.code).toBe('resyncRequired');
  expect(dead.headers.get('location')).toContain('$deltatoken=');
});

test('a spoiled token is a malformed id', async () => {
  await start();
  const answer = await client.get(`${inbox}?$deltatoken=AbCd`);
  expect(answer.json.error.code).toBe('ErrorInvalidIdMalformed');
});

test('$deltatoken=latest lists everything all the same', async () => {
  await start();
  sandbox.world.addMessage(ann, 'Inbox');
  expect((await round(client, `${inbox}?$deltatoken=latest`)).entries).toHaveLength(1);
});

test('a damaged mail is listed without its body and cannot be read', async () => {
  await start();
  const id = sandbox.world.addMessage(ann, 'Inbox', { damaged: true, subject: 'broken' });
  const { entries } = await round(client, `${inbox}?$select=subject,body,uniqueBody`);
  expect(entries[0]).toMatchObject({ id, subject: 'broken' });
  expect(entries[0]).not.toHaveProperty('body');
  const get = await client.get(`users/${ann}/messages/${id}`);
  expect(get.status).toBe(500);
  expect(get.json.error.code).toBe('ErrorCorruptData');
});

test('an empty page can come first, with a link to go on', async () => {
  await start();
  sandbox.settings.emptyFirstPage = true;
  sandbox.world.addMessage(ann, 'Inbox');
  const first = await round(client, inbox);
  expect(first).toMatchObject({ pages: 2 });
  expect(first.entries).toHaveLength(1);
});

test('mail that leaves between two pages is missing on the second and reported as removed by the next round', async () => {
  await start();
  const all = Array.from({ length: 15 }, () => sandbox.world.addMessage(ann, 'Inbox'));
  const page = await client.get(inbox);
  sandbox.world.deleteMessage(ann, all[12] ?? '');
  const rest = await round(client, page.json['@odata.nextLink']);
  expect(rest.entries).toHaveLength(4);
  expect((await round(client, rest.deltaLink)).entries).toMatchObject([{ id: all[12], '@removed': {} }]);
});

test('delta refuses: the whole mailbox, $expand of extensions, a deleted folder, a mailbox over quota, a cloud without it', async () => {
  await start();
  expect((await client.get(`users/${ann}/messages/delta`)).json.error.message).toContain(
    'Change tracking is not supported',
  );
  expect((await client.get(`${inbox}?$expand=extensions($filter=id eq 'x')`)).status).toBe(500);
  const folder = sandbox.world.addFolder(ann, 'Doomed');
  sandbox.world.removeFolder(ann, 'Doomed');
  const gone = await client.get(`users/${ann}/mailFolders/${folder}/messages/delta`);
  expect(gone.json.error.code).toBe('ErrorSyncFolderNotFound');
  sandbox.world.mailbox(ann).overQuota = true;
  expect((await client.get(inbox)).json.error.code).toBe('ErrorQuotaExceeded');
  sandbox.world.mailbox(ann).overQuota = false;
  sandbox.settings.messageDelta = false;
  expect((await client.get(inbox)).json.error.message).toContain("segment 'delta'");
});

test('$expand=attachments ignores its inner select and brings the content along', async () => {
  await start();
  sandbox.world.addMessage(ann, 'Inbox', {
    attachments: [{ kind: 'file', name: 'a.txt', contentType: 'text/plain', content: 'hello' }],
  });
  const { entries } = await round(client, `${inbox}?$select=subject&$expand=attachments($select=name)`);
  expect(entries[0].attachments[0]).toMatchObject({
    name: 'a.txt',
    contentBytes: Buffer.from('hello').toString('base64'),
  });
});
