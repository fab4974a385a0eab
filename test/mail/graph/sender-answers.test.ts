import { afterEach, expect, test } from 'vitest';
import { createGraphSendProvider } from '../../../src/mail/graph/sender-provider.ts';
import { scriptedServer } from '../../http/scripted-server.ts';
import { ann, FixedTokens, never, quick } from './fixtures.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function createDraft(status: number, body: object | string) {
  const server = await scriptedServer(() => ({ status, body }));
  const provider = createGraphSendProvider({
    baseUrl: server.url,
    tokens: new FixedTokens(),
    proxy: () => undefined,
    clock: Date.now,
    limits: quick,
  });
  open.push(server, provider);
  const mail = {
    from: { name: '', address: ann.address },
    to: [{ name: '', address: 'bob@acme.example' }],
    cc: [],
    bcc: [],
    subject: 'Offer',
    body: { kind: 'text', content: 'Hello' },
    mark: 'mark-1',
  } as const;
  return provider.sender(ann).createDraft(mail, never);
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
