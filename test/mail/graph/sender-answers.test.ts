import { afterEach, expect, test } from 'vitest';
import { createGraphSendProvider } from '../../../src/mail/graph/sender-provider.ts';
import { type Script, scriptedServer } from '../../http/scripted-server.ts';
import { ann, errorOf, FixedTokens, never, quick } from './fixtures.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function senderOf(script: Script) {
  const server = await scriptedServer(script);
  const provider = createGraphSendProvider({
    baseUrl: server.url,
    tokens: new FixedTokens(),
    proxy: () => undefined,
    clock: Date.now,
    limits: quick,
  });
  open.push(server, provider);
  return provider.sender(ann);
}

async function createDraft(status: number, body: object | string) {
  const sender = await senderOf(() => ({ status, body }));
  const mail = {
    from: { name: '', address: ann.address },
    to: [{ name: '', address: 'bob@acme.example' }],
    cc: [],
    bcc: [],
    subject: 'Offer',
    body: { kind: 'text', content: 'Hello' },
    mark: 'mark-1',
  } as const;
  return sender.createDraft(mail, never);
}

test.each([[200], [201]])('a draft that comes back with %i was made', async (status) => {
  expect(await createDraft(status, { id: 'd1' })).toMatchObject({ kind: 'done', value: { id: 'd1' } });
});

test.each([
  ['a web page', '<html>Sign in</html>'],
  ['something that is no mail', { value: [] }],
])('where %s comes with 200, nobody knows whether a draft was made', async (_name, body) => {
  expect(await createDraft(200, body)).toMatchObject({ kind: 'unsure' });
});

/** Finds the same mail whatever is asked for; `shown` is what it says of itself when it is looked at. */
function finds(internetMessageId: string, shown: object): Script {
  return ({ url }) => {
    if (url.includes('/mailFolders/')) return { body: { id: 'folder' } };
    return { body: url.includes('/messages?') ? { value: [{ id: 'm1', internetMessageId }] } : { id: 'm1', ...shown } };
  };
}

const marked = (value: string) => ({ singleValueExtendedProperties: [{ id: 'any', value }] });
const headers = (name: string, value: string) => ({ internetMessageHeaders: [{ name, value }] });

test.each([
  ['the mark in its property', marked('mark-1')],
  ['the mark in its header', headers('X-Integrator-Mark', ' mark-1')],
  [
    'the property only, its headers being those of another server',
    { ...marked('mark-1'), ...headers('Received', 'x') },
  ],
  [
    'the mark in the second of two headers of that name',
    { internetMessageHeaders: ['mark-0', 'mark-1'].map((value) => ({ name: 'x-integrator-mark', value })) },
  ],
  ['nothing, as a service that leaves both away', {}],
])('a mail that is found by its mark is ours where it shows %s', async (_name, shown) => {
  const sender = await senderOf(finds('<m1@contoso.test>', shown));
  expect(await sender.find({ mark: 'mark-1' }, never)).toMatchObject([{ id: 'm1' }]);
});

test.each([
  ['another mark', marked('mark-2')],
  ['headers without the mark', headers('Received', 'from mx.acme.example')],
])('a service that answers the search for a mark with a mail that shows %s is not believed', async (_name, shown) => {
  const sender = await senderOf(finds('<m1@contoso.test>', shown));
  const error = await errorOf(sender.find({ mark: 'mark-1' }, never));
  expect(error).toMatchObject({ kind: 'protocol', hint: expect.stringContaining('$filter') });
});

test('nor one that answers the search for a message id with another mail', async () => {
  const sender = await senderOf(finds('<M1@contoso.test>', {}));
  expect(await sender.find({ internetMessageId: 'm1@contoso.test' }, never)).toMatchObject([{ id: 'm1' }]);
  const error = await errorOf(sender.find({ internetMessageId: 'm2@contoso.test' }, never));
  expect(error).toMatchObject({ kind: 'protocol' });
});
