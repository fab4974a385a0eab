import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { Client } from './client.ts';
import type { Json } from './client.ts';

const ann = 'ann@contoso.test';
const ceo = 'ceo@contoso.test';
let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ceo]) sandbox.world.addMailbox({ address, displayName: address });
  client = new Client(sandbox);
});
afterAll(() => sandbox.close());

const grant = (app: Json) =>
  client.request(`${sandbox.origin}/sandbox/app`, { method: 'POST', body: JSON.stringify(app) });
const claims = () => JSON.parse(Buffer.from(client.token.split('.')[1] ?? '', 'base64url').toString());
const scoped = (role: string, mailboxes: string[] | null = [ann]) => ({ role, mailboxes });

type Reach = Readonly<Record<'annRead' | 'ceoRead' | 'annWrite', number>>;
const nothing: Reach = { annRead: 403, ceoRead: 403, annWrite: 403 };

test.each<[what: string, app: Json, reach: Reach]>([
  ['nothing at all', { roles: [], exchangeRoles: [] }, nothing],
  ['a scope', { roles: [], exchangeRoles: [scoped('Application Mail.Read')] }, { ...nothing, annRead: 200 }],
  [
    'a scope, to write',
    { roles: [], exchangeRoles: [scoped('Application Mail.ReadWrite')] },
    { ...nothing, annRead: 200, annWrite: 201 },
  ],
  ['a role for something else', { roles: [], exchangeRoles: [scoped('Application Calendars.Read')] }, nothing],
  [
    'a role without a scope',
    { roles: [], exchangeRoles: [scoped('Application Mail.Read', null)] },
    { ...nothing, annRead: 200, ceoRead: 200 },
  ],
  [
    'a scope beside a consent in Entra',
    { roles: ['Mail.Read'], exchangeRoles: [scoped('Application Mail.ReadWrite')] },
    { annRead: 200, ceoRead: 200, annWrite: 201 },
  ],
])('what Entra and Exchange grant an application adds up: %s', async (_what, app, reach) => {
  expect((await grant(app)).status).toBe(200);
  await client.signInAsApplication();
  expect(claims().roles).toEqual(app.roles.length === 0 ? undefined : app.roles);
  const read = (address: string) => client.get(`users/${address}/mailFolders/inbox/messages?$select=id`);
  const refused = await read(ceo);
  expect({
    annRead: (await read(ann)).status,
    ceoRead: refused.status,
    annWrite: (await client.send('POST', `users/${ann}/messages`, { subject: 'Draft' })).status,
  }).toEqual(reach);
  if (refused.status === 403) {
    const message = 'Access is denied. Check credentials and try again.';
    expect(refused.json).toMatchObject({ error: { code: 'ErrorAccessDenied', message } });
  }
});

test('a scope holds for tokens that were issued before it was changed', async () => {
  await grant({ roles: [], exchangeRoles: [scoped('Application Mail.Read')] });
  await client.signInAsApplication();
  await grant({ exchangeRoles: [scoped('Application Mail.Read', [ceo])] });
  expect((await client.get(`users/${ann}/mailFolders/inbox/messages`)).status).toBe(403);
  expect((await client.get(`users/${ceo}/mailFolders/inbox/messages`)).status).toBe(200);
});
