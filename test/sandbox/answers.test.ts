import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Client } from './client.ts';
import { sandboxWithAnn } from './client.ts';

let sandbox: Sandbox;
let client: Client;
const ann = 'ann@contoso.test';
const list = 'list@contoso.test';
const cfo = 'cfo@contoso.test';

beforeEach(async () => {
  ({ sandbox, client } = await sandboxWithAnn());
  for (const address of [list, cfo]) sandbox.world.addMailbox({ address, displayName: address });
  sandbox.world.addMessage(list, 'Inbox', {
    from: ann,
    to: list,
    subject: 'Please check',
    internetMessageId: '<asked@contoso.test>',
    text: 'Did you?',
  });
});
afterEach(() => sandbox.close());

const answer = (body: object) =>
  client.request(`${sandbox.origin}/sandbox/answer`, { method: 'POST', body: JSON.stringify(body) });

test('somebody on a list answers from the own mailbox, in the thread, and a rule files the answer', async () => {
  const { status, json } = await answer({ mailbox: list, as: `Clara <${cfo}>`, text: 'Yes & no', into: 'Rules/Units' });
  expect(status).toBe(200);
  const mails = [...sandbox.world.mailbox(ann).items()];
  expect(mails).toMatchObject([
    {
      from: { name: 'Clara', address: cfo },
      subject: 'RE: Please check',
      inReplyTo: '<asked@contoso.test>',
      internetMessageId: json.internet_message_id,
      folder: { displayName: 'Units' },
    },
  ]);
  expect(mails[0]?.body.content).toMatch(/Yes &amp; no[^]*Did you\?/u);
  sandbox.world.post.settle();
  expect([...sandbox.world.mailbox(cfo).items()].map(({ folder }) => folder.wellKnown)).toEqual(['sentitems']);
});

test('who answers can ask for answers elsewhere', async () => {
  expect((await answer({ mailbox: list, text: 'Yes', replyTo: 'else@elsewhere.example' })).status).toBe(200);
  const [mail] = sandbox.world.mailbox(ann).items();
  expect(mail).toMatchObject({ from: { address: list }, replyTo: [{ address: 'else@elsewhere.example' }] });
});

test.each([
  [{ mailbox: 'nobody@contoso.test', text: 'x' }, 'there is no mailbox'],
  [{ mailbox: list, internetMessageId: '<other@x.test>', text: 'x' }, 'no such mail'],
  [{ mailbox: list }, 'text'],
])('%j is refused', async (body, message) => {
  const { status, json } = await answer(body);
  expect(status).toBe(400);
  expect(json.error.message).toContain(message);
});
