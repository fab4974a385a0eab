import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetch } from 'undici';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import type { Client } from './client.ts';
import { round, sandboxWithAnn } from './client.ts';

let sandbox: Sandbox;
let client: Client;
const ann = 'ann@contoso.test';
const inbox = `users/${ann}/mailFolders/inbox/messages/delta`;

beforeEach(async () => {
  ({ sandbox, client } = await sandboxWithAnn());
  for (let index = 0; index < 3; index += 1) sandbox.world.addMessage(ann, 'Inbox', { subject: `mail ${index}` });
});
afterEach(() => sandbox.close());

test.each([
  ['seconds', '7'],
  ['an HTTP date', new Date(Date.UTC(2030, 0, 1)).toUTCString()],
  ['nonsense', 'soon'],
  ['an absurd time', '86400000'],
])('429 with Retry-After as %s', async (_name, retryAfter) => {
  sandbox.faults.add({ fault: { kind: 'status', status: 429, code: 'TooManyRequests', retryAfter } });
  const answer = await client.get(inbox);
  expect(answer).toMatchObject({ status: 429, json: { error: { code: 'TooManyRequests' } } });
  expect(answer.headers.get('retry-after')).toBe(retryAfter);
  expect((await client.get(inbox)).status).toBe(200);
});

test('503 can come without a body and without Retry-After', async () => {
  sandbox.faults.add({ fault: { kind: 'status', status: 503, noBody: true } });
  const answer = await client.get(inbox);
  expect(answer).toMatchObject({ status: 503, text: '' });
  expect(answer.headers.get('retry-after')).toBeNull();
});

test('a rule hits the mailbox, path and method it names, from the nth request on, as often as it says', async () => {
  sandbox.world.addMailbox({ address: 'ben@contoso.test' });
  const id = sandbox.faults.add({
    mailbox: ann,
    path: '/messages/delta',
    method: 'GET',
    nth: 2,
    count: 2,
    fault: { kind: 'status', status: 500 },
  });
  const statuses = [];
  for (let index = 0; index < 4; index += 1) statuses.push((await client.get(inbox)).status);
  expect(statuses).toEqual([200, 500, 500, 200]);
  expect((await client.get('users/ben@contoso.test/mailFolders/inbox/messages/delta')).status).toBe(200);
  expect(sandbox.faults.hits(id)).toBe(2);
});

test('HTML with status 200 in place of an answer', async () => {
  sandbox.faults.add({ fault: { kind: 'html' } });
  const answer = await client.get(inbox);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/html');
});

test('JSON cut in the middle of a complete answer', async () => {
  sandbox.faults.add({ fault: { kind: 'cut_json' } });
  const answer = await client.get(inbox);
  expect(answer.status).toBe(200);
  expect(() => JSON.parse(answer.text)).toThrow();
});

test.each<[string, Fault]>([
  ['before it was carried out', { kind: 'reset_before' }],
  ['after it was carried out', { kind: 'reset_after' }],
  ['in the middle of the answer', { kind: 'cut_connection' }],
])('the connection ends %s', async (_name, fault) => {
  sandbox.faults.add({ fault });
  await expect(client.get(inbox)).rejects.toThrow();
  expect((await client.get(inbox)).status).toBe(200);
});

test('no answer at all ends with the client’s own deadline', async () => {
  sandbox.faults.add({ fault: { kind: 'hang' } });
  const asked = fetch(client.url(inbox), { dispatcher: client.agent, signal: AbortSignal.timeout(200) });
  await expect(asked).rejects.toThrow(/timeout|aborted/i);
});

test('a slow answer comes in pieces and is whole', async () => {
  sandbox.faults.add({ fault: { kind: 'drip', pieceBytes: 500, pauseMs: 1 } });
  expect((await client.get(inbox)).json.value).toHaveLength(3);
});

test('a nextLink that leads to itself, for ever', async () => {
  sandbox.faults.add({ path: 'delta', count: 0, fault: { kind: 'next_link', how: 'loop' } });
  const first = await client.get(inbox);
  const second = await client.get(first.json['@odata.nextLink']);
  expect(second.json['@odata.nextLink']).toBe(first.json['@odata.nextLink']);
});

test('a page with neither link, and one with both', async () => {
  sandbox.faults.add({ fault: { kind: 'next_link', how: 'none' } });
  expect(Object.keys((await client.get(inbox)).json)).toEqual(['@odata.context', 'value']);
  sandbox.faults.add({ fault: { kind: 'next_link', how: 'both' } });
  expect((await client.get(inbox)).json).toMatchObject({
    '@odata.nextLink': expect.any(String),
    '@odata.deltaLink': expect.any(String),
  });
});

test('a nextLink to another host: the log shows whether a token came along', async () => {
  const other = sandbox.origin.replace('localhost', '127.0.0.1');
  sandbox.faults.add({ fault: { kind: 'foreign_link', origin: other } });
  const link = (await client.get(inbox)).json['@odata.nextLink'];
  expect(new URL(link).origin).toBe(other);
  await client.request(link, { headers: { authorization: `Bearer ${client.token}` } });
  expect(sandbox.requests.entries.at(-1)).toMatchObject({ host: new URL(other).host, authorized: true });
});

test('entries twice on a page, and an empty page that leads to the real one', async () => {
  sandbox.faults.add({ fault: { kind: 'double_entries' } });
  expect((await client.get(inbox)).json.value).toHaveLength(6);
  sandbox.faults.add({ fault: { kind: 'empty_page' } });
  expect(await round(client, inbox)).toMatchObject({ pages: 2, entries: [{}, {}, {}] });
});

test('entries without properties that were asked for', async () => {
  sandbox.faults.add({ fault: { kind: 'drop_fields', names: ['subject', 'body'] } });
  const [entry] = (await client.get(`${inbox}?$select=subject,body,isRead`)).json.value;
  expect(entry).toHaveProperty('isRead');
  expect(entry).not.toHaveProperty('subject');
});

test('a wrong content type', async () => {
  sandbox.faults.add({ fault: { kind: 'content_type', contentType: 'application/octet-stream' } });
  expect((await client.get(inbox)).headers.get('content-type')).toBe('application/octet-stream');
});

test('a small packed body that unpacks to many megabytes', async () => {
  sandbox.faults.add({ fault: { kind: 'gzip_bomb', megabytes: 64 } });
  const response = await fetch(client.url(inbox), { dispatcher: client.agent });
  expect(Number(response.headers.get('content-length'))).toBeLessThan(200_000);
  expect((await response.arrayBuffer()).byteLength).toBe(64 * 1024 * 1024);
});

test('a token that expires in the middle of a round', async () => {
  sandbox.faults.add({ nth: 2, fault: { kind: 'expired_token' } });
  const page = await client.get(inbox, { prefer: 'odata.maxpagesize=2' });
  expect((await client.get(page.json['@odata.nextLink'])).json.error.code).toBe('InvalidAuthenticationToken');
  expect((await client.get(page.json['@odata.nextLink'])).status).toBe(200);
});

test('mail that was there when listed and is not found when read', async () => {
  sandbox.faults.add({ path: '/messages/AAMk', fault: { kind: 'status', status: 404, code: 'ErrorItemNotFound' } });
  const { entries } = await round(client, inbox);
  expect((await client.get(`users/${ann}/messages/${entries[0].id}`)).json.error.code).toBe('ErrorItemNotFound');
  expect((await client.get(`users/${ann}/messages/${entries[0].id}`)).status).toBe(200);
});

test('another process can drive the world over /sandbox/', async () => {
  const post = (path: string, body: unknown) =>
    client.request(`${sandbox.origin}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const added = await post('messages', { mailbox: ann, message: { subject: 'from outside', from: 'x@acme.example' } });
  expect((await client.get(`users/${ann}/messages/${added.json.id}`)).json.subject).toBe('from outside');
  await post('faults', { path: 'delta', fault: { kind: 'status', status: 503, retryAfter: '1' } });
  expect((await client.get(inbox)).status).toBe(503);
  await post('bulk', { mailbox: ann, folder: 'Archive', count: 40 });
  const { json } = await client.request(`${sandbox.origin}/sandbox/counters`);
  expect(json).toMatchObject({ mutations: 0, mailboxes: [{}, { address: ann, items: 44 }] });
  const before = sandbox.clock.now();
  await post('clock', { advanceMs: 3_600_000 });
  expect(sandbox.clock.now() - before).toBeGreaterThanOrEqual(3_600_000);
  expect((await post('messages', { mailbox: ann, message: { subjekt: 'x' } })).status).toBe(400);
});

test('a web page in a browser cannot drive it', async () => {
  const answer = await client.request(`${sandbox.origin}/sandbox/clock`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
    body: '{"advanceMs":1}',
  });
  expect(answer.status).toBe(403);
});
