import { describe, expect, it } from 'vitest';
import { createStyle } from '../../src/cli/style.ts';
import { ticketLines } from '../../src/cli/ticketing/ticket-show.ts';
import { addMailAction } from '../../src/store/actions.ts';
import { insertMessages } from '../../src/store/messages.ts';
import type { Store } from '../../src/store/store.ts';
import { listTickets } from '../../src/store/ticket-list.ts';
import { newTicket, requireTicket } from '../../src/tickets/local/edit-ticket.ts';
import { newClient } from '../../src/tickets/local/edit-client.ts';
import { newPartOf, renderBody } from '../../src/tickets/shown-body.ts';
import { summaryOf, viewTicket } from '../../src/tickets/ticket-view.ts';
import type { TicketView } from '../../src/tickets/ticket-view.ts';
import { onBothStores } from '../store/both-stores.ts';
import { newMessage } from '../store/messages.ts';
import { edit } from './editing.ts';

const reply = [
  'New part.',
  '',
  'On Mon, 2 Nov 2026 at 10:00, Bob Baker <bob@contoso.test> wrote:',
  '> Old part.',
  '',
].join('\r\n');

async function ticketWithMail(store: Store): Promise<void> {
  await edit(store, (e) => newClient(e, 'Acme', {}));
  await edit(store, (e) =>
    newTicket(e, 'incident', {
      summary: 'Offer',
      reference: 'CRM-1',
      clientId: 1,
      details: 'D',
      units: ['Finance'],
      contacts: [
        { name: 'Bob', address: 'bob@acme.example' },
        { name: '', address: 'ann@acme.example' },
      ],
    }),
  );
}

async function file(store: Store, name: string, mail: Parameters<typeof newMessage>[1], action = {}): Promise<void> {
  await store.write(async (trx) => {
    const ids = await insertMessages(trx, [newMessage(name, mail)]);
    await addMailAction(trx, {
      ticketId: 'INC-1',
      messageId: ids.get(name) ?? 0,
      opening: false,
      direction: 'in',
      atMs: 20_000,
      chainHidden: false,
      filedBy: 'rule',
      filedAtMs: 30_000,
      participants: [],
      ...action,
    });
  });
}

async function show(store: Store, chain = false): Promise<TicketView> {
  return viewTicket(store.db, await requireTicket(store.db, 'CRM-1'), {
    bodies: { newPartOf, renderBody },
    chain,
  });
}

await onBothStores('a ticket that is shown', (stores) => {
  it('has the fields that scripts rely on, in list and show', async () => {
    const store = await stores.open();
    await ticketWithMail(store);
    const listed = (await listTickets(store.db, {})).map(summaryOf);
    const summary = {
      id: 'INC-1',
      reference: 'CRM-1',
      use: 'incident',
      type: 'Security Incident',
      summary: 'Offer',
      open: true,
      client: { id: '1', name: 'Acme' },
      agent: null,
      updated_at: '1970-01-01T00:00:10.000Z',
    };
    expect(listed).toEqual([summary]);
    expect(await show(store)).toEqual({
      ...summary,
      status: 'open',
      contacts: ['ann@acme.example', 'bob@acme.example'],
      units: ['Finance'],
      details: 'D',
      created_at: '1970-01-01T00:00:10.000Z',
      actions: [],
    });
  });

  it('shows its mail with people, text, harmless HTML and the hashes of attachments', async () => {
    const store = await stores.open();
    await ticketWithMail(store);
    const attachment = { position: 0, kind: 'file', content_id: null, provider_id: null, note: null } as const;
    await file(store, 'm1', {
      to: [{ name: 'Dora', address: 'dora@contoso.test' }],
      body: {
        kind: 'html',
        content: '<p onclick="x()">Hello<script>alert(1)</script> <img src="https://evil.example/p.png"></p>',
      },
      attachments: [
        { ...attachment, name: 'a.pdf', content_type: 'application/pdf', size: 3, inline: 0, sha256: 'ab'.repeat(32) },
        {
          ...attachment,
          position: 1,
          name: 'link',
          content_type: '',
          size: 0,
          inline: 0,
          sha256: null,
          note: 'a link',
        },
      ],
    });
    const { actions, updated_at } = await show(store);
    expect(updated_at).toBe('1970-01-01T00:00:30.000Z');
    expect(actions).toEqual([
      {
        id: '1',
        kind: 'email',
        opening: false,
        direction: 'in',
        at: '1970-01-01T00:00:20.000Z',
        from: { name: 'Ann Archer', address: 'ann@acme.example' },
        to: [{ name: 'Dora', address: 'dora@contoso.test' }],
        cc: [],
        subject: 'Offer',
        body_text: expect.stringContaining('Hello'),
        body_html: expect.stringContaining('Hello'),
        chain_hidden: false,
        verified: 'unknown',
        verified_because: '',
        bounced_at: null,
        bounce_reason: null,
        auto_replied_at: null,
        responses: [],
        internet_message_id: 'm1@acme.example',
        filed_by: 'rule',
        attachments: [
          { name: 'a.pdf', size: 3, content_type: 'application/pdf', sha256: 'ab'.repeat(32), inline: false },
          { name: 'link', size: 0, content_type: '', sha256: null, inline: false },
        ],
      },
    ]);
    expect(actions[0]?.body_html).not.toMatch(/script|alert|evil|onclick/);
    expect(actions[0]?.body_text).not.toContain('alert');
  });

  it('hides the email chain where the action says so, and shows it on request', async () => {
    const store = await stores.open();
    await ticketWithMail(store);
    const mail = { subject: 'Re: Offer', body: { kind: 'text', content: reply } } as const;
    await file(store, 'hidden', mail, { chainHidden: true });
    await file(store, 'whole', mail, { atMs: 21_000 });
    const texts = async (chain: boolean) => (await show(store, chain)).actions.map((action) => action.body_text);
    const [hidden, whole] = await texts(false);
    expect([hidden?.trim(), whole?.includes('Old part.')]).toEqual(['New part.', true]);
    expect(await texts(true)).toEqual([whole, whole]);
    expect((await show(store)).actions.map((action) => action.chain_hidden)).toEqual([true, false]);
  });

  it('says that a chain is hidden only of an action from which something is left out', async () => {
    const store = await stores.open();
    await ticketWithMail(store);
    const hide = { chainHidden: true };
    await file(store, 'chain', { subject: 'Re: Offer', body: { kind: 'text', content: reply } }, hide);
    await file(store, 'none', { subject: 'Re: Offer', body: { kind: 'text', content: 'Yes.' } }, hide);
    await file(store, 'first', { body: { kind: 'text', content: reply } }, hide);
    const said = async (chain: boolean) => {
      const view = await show(store, chain);
      const text = ticketLines(view, { style: createStyle(false), width: 80 }, 'UTC').join('\n');
      return [view.actions.map((action) => action.chain_hidden), text.split('chain hidden').length - 1];
    };
    expect(await said(false)).toEqual([[true, false, false], 1]);
    expect(await said(true)).toEqual([[false, false, false], 0]);
  });

  it('shows the whole chain of the mail that opened it, whatever the action says', async () => {
    const store = await stores.open();
    await ticketWithMail(store);
    await file(store, 'm1', { body: { kind: 'text', content: reply } }, { opening: true, chainHidden: true });
    const [action] = (await show(store)).actions;
    expect(action).toMatchObject({
      opening: true,
      chain_hidden: false,
      bounced_at: null,
      bounce_reason: null,
      auto_replied_at: null,
      responses: [],
      body_text: expect.stringContaining('Old part.'),
    });
  });
});

describe('a body that is shown', () => {
  it('of text is text in HTML too, with nothing in it that a browser acts upon', () => {
    const content = 'a < b & <script>alert(1)</script>';
    expect(renderBody({ kind: 'text', content })).toEqual({
      text: content,
      html: '<pre>a &lt; b &amp; &lt;script&gt;alert(1)&lt;/script&gt;</pre>',
    });
    expect(renderBody({ kind: 'text', content: '' })).toEqual({ text: '', html: '' });
  });
});
