import { afterEach, expect, test } from 'vitest';
import { type DeliverDeps, deliverMail } from '../../src/outgoing/deliver.ts';
import type { OutgoingDeps } from '../../src/outgoing/deps.ts';
import { listOutbox } from '../../src/outgoing/outbox.ts';
import { planSend, queueMail } from '../../src/outgoing/send-mail.ts';
import type { MessageSpec } from '../../src/sandbox/world/types.ts';
import { outboxRow } from '../../src/store/outbox.ts';
import { findTicket } from '../../src/store/tickets.ts';
import { viewTicket } from '../../src/tickets/ticket-view.ts';
import { ann, ben, type Office, openOffice } from '../importer/office.ts';

const offices: Office[] = [];
const never = new AbortController().signal;
const bob = 'bob@acme.example';

afterEach(async () => {
  for (const office of offices.splice(0)) await office.close();
});

interface Desk {
  readonly office: Office;
  readonly deps: OutgoingDeps;
  readonly ticket: string;
}

async function desk(connection: Record<string, unknown> = {}): Promise<Desk> {
  const office = await openOffice({ connection: { import_sent_items: true, ...connection } });
  offices.push(office);
  const { store, config, now, sender } = office.app;
  const actor = { kind: 'agent', unixUser: 'tester', id: 'ann', role: 'agent', mailboxes: [ann] } as const;
  const ticket = await office.ticket({ summary: 'Offer', contacts: [bob] });
  return { office, deps: { store, config, now, sender, actor }, ticket };
}

/** Sends a mail to Bob; gives its internet message id. */
async function send({ deps, ticket }: Desk): Promise<string> {
  const request = { ticket, action: 'email_customer', quotation: false, to: [bob], cc: [], bcc: [], from: ann };
  const body = { kind: 'text', content: 'Dear Bob' } as const;
  const id = await queueMail(deps, await planSend(deps, { ...request, subject: 'Offer', body, files: [] }));
  const delivering: DeliverDeps = {
    ...deps,
    sleep: async () => undefined,
    looksMs: [],
    leaseMs: 0,
    senderOf: async () => {
      const [connection] = deps.config.connections;
      if (connection === undefined) throw new Error('no connection');
      return (await deps.sender(connection)).sender({ address: ann, user: undefined });
    },
  };
  expect(await deliverMail(id, delivering, never)).toEqual({ state: 'done' });
  return (await outboxRow(deps.store.db, id))?.ref ?? '';
}

const status = `Reporting-MTA: dns; mx.acme.example\r\n\r\nFinal-Recipient: rfc822; ${bob}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n`;

function bounceOf(messageId: string, more: Partial<MessageSpec> = {}): MessageSpec {
  return {
    from: 'postmaster@mx.acme.example',
    to: ann,
    subject: 'Undeliverable: Offer',
    itemClass: 'REPORT.IPM.Note.NDR',
    headers: [{ name: 'Content-Type', value: 'multipart/report; report-type=delivery-status; boundary=b' }],
    text: 'Your message could not be delivered.',
    attachments: [
      { kind: 'file', name: 'details.txt', contentType: 'message/delivery-status', content: status },
      {
        kind: 'file',
        name: 'ATT00002',
        contentType: 'text/rfc822-headers',
        content: `From: ${ann}\r\nMessage-ID: <${messageId}>\r\n`,
      },
    ],
    ...more,
  };
}

const awayNote = (messageId: string): MessageSpec => ({
  from: bob,
  to: ann,
  subject: 'Automatic reply: Offer',
  inReplyTo: `<${messageId}>`,
  headers: [{ name: 'Auto-Submitted', value: 'auto-replied' }],
  text: 'I am away.',
});

async function sentAction({ deps, ticket }: Desk) {
  const row = await findTicket(deps.store.db, ticket);
  if (row === undefined) throw new Error('no ticket');
  const bodies = { renderBody: () => ({ text: '', html: '' }), newPartOf: () => null };
  const { actions } = await viewTicket(deps.store.db, row, { bodies, chain: false });
  const sent = actions.filter(({ direction }) => direction === 'out');
  expect(sent).toHaveLength(1);
  return sent[0];
}

const bare = (id: string) => id.replace(/[<>]/gu, '');

test.each<[string, Record<string, unknown>, boolean]>([
  ['automatic_mail: inbox', { automatic_mail: 'inbox' }, true],
  ['automatic_mail: ignore', { automatic_mail: 'ignore' }, true],
  ['automatic_mail: match', { automatic_mail: 'match' }, true],
  ['an ignored sender', { ignore: { senders: ['@mx.acme.example'] } }, false],
])('a bounce marks the mail it returns, also with %s', async (_name, connection, kept) => {
  const at = await desk(connection);
  const id = bare(await send(at));
  at.office.sandbox.world.addMessage(ann, 'Inbox', bounceOf(id));
  await at.office.run();
  const action = await sentAction(at);
  expect(action).toMatchObject({ bounce_reason: '550 5.1.1 no such user', auto_replied_at: null });
  expect(action?.bounced_at).not.toBeNull();
  expect(action?.responses).toMatchObject([
    { kind: 'bounce', recipient: bob, mail: kept ? expect.stringMatching(/^m\d+$/u) : null },
  ]);
  expect(await listOutbox(at.deps, { done: true })).toMatchObject([
    { state: 'done', bounce_reason: '550 5.1.1 no such user' },
  ]);
  await at.office.run({ sinceMs: 0 });
  expect((await sentAction(at))?.responses).toHaveLength(1);
});

test('a dry run counts a bounce, whose attachments it keeps nowhere, and what comes with it', async () => {
  const at = await desk();
  at.office.sandbox.world.addMessage(ann, 'Inbox', bounceOf('unknown@contoso.test'));
  at.office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Hello', text: 'Hello' });
  const { totals, mailboxes } = await at.office.run({ dryRun: true });
  expect(mailboxes.map(({ error }) => error)).toEqual([null, null]);
  expect(totals).toMatchObject({ imported: 2, to_inbox: 2, failed: 0 });
  expect((await at.office.run()).totals).toMatchObject({ imported: 2 });
});

test('a bounce that returns the whole mail as an attached item is understood', async () => {
  const at = await desk();
  const id = bare(await send(at));
  const item = {
    kind: 'item',
    message: { from: ann, to: bob, subject: 'Offer', internetMessageId: `<${id}>` },
  } as const;
  at.office.sandbox.world.addMessage(ann, 'Inbox', bounceOf(id, { attachments: [item] }));
  await at.office.run();
  expect((await sentAction(at))?.bounced_at).not.toBeNull();
});

test('an automatic reply to our mail is shown on the action, and is filed as automatic mail is', async () => {
  const at = await desk();
  const id = bare(await send(at));
  at.office.sandbox.world.addMessage(ann, 'Inbox', awayNote(id));
  expect((await at.office.run()).totals).toMatchObject({ to_inbox: 1, matched: 0 });
  expect(await sentAction(at)).toMatchObject({
    bounced_at: null,
    auto_replied_at: expect.any(String),
    responses: [{ kind: 'auto_reply', recipient: bob, reason: 'Automatic reply: Offer' }],
  });
});

test.each<[string, string, (id: string) => MessageSpec]>([
  ['with an id that is none of ours', ann, () => bounceOf('guessed@contoso.test')],
  ['in a mailbox that did not send it', ben, (id) => bounceOf(id, { to: ben })],
  ['that the receiving server found forged', ann, (id) => bounceOf(id, { auth: 'fail' })],
  ['that only a person wrote', ann, (id) => bounceOf(id, { from: bob, itemClass: 'IPM.Note', headers: [] })],
])('a bounce %s marks nothing', async (_name, mailbox, spec) => {
  const at = await desk();
  const id = bare(await send(at));
  at.office.sandbox.world.addMessage(mailbox, 'Inbox', spec(id));
  expect((await at.office.run()).totals.imported).toBe(1);
  expect(await sentAction(at)).toMatchObject({ bounced_at: null, responses: [] });
});

test('mail that the agent sent in Outlook is marked too, though its bounce is read before its copy in Sent Items', async () => {
  const at = await desk();
  const id = 'from-outlook@contoso.test';
  at.office.sandbox.world.addMessage(ann, 'Inbox', bounceOf(id));
  await at.office.run();
  at.office.sandbox.world.addMessage(ann, 'Sent Items', {
    from: ann,
    to: bob,
    subject: 'Offer',
    internetMessageId: `<${id}>`,
  });
  expect((await at.office.run()).totals).toMatchObject({ matched: 1 });
  expect(await sentAction(at)).toMatchObject({ bounce_reason: '550 5.1.1 no such user' });
  expect((await sentAction(at))?.bounced_at).not.toBeNull();
});

test('bounces that name hundreds of mails each do not stop the import of the mailbox', async () => {
  const at = await desk();
  const ids = (mail: number) => Array.from({ length: 300 }, (_, id) => `<m${mail}-${id}@contoso.test>`).join(' ');
  for (let mail = 0; mail < 16; mail += 1) {
    at.office.sandbox.world.addMessage(
      ann,
      'Inbox',
      bounceOf(`of-nobody-${mail}@contoso.test`, { inReplyTo: ids(mail) }),
    );
  }
  expect((await at.office.run()).totals).toMatchObject({ imported: 16, failed: 0 });
});
