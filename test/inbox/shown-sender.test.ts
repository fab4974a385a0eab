import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { explanationLines } from '../../src/cli/inbox/explain-lines.ts';
import { inboxTable } from '../../src/cli/inbox/list-table.ts';
import { mailLines } from '../../src/cli/inbox/mail-lines.ts';
import { createStyle } from '../../src/cli/style.ts';
import { ticketLines } from '../../src/cli/ticketing/ticket-show.ts';
import { explainMail } from '../../src/inbox/explain.ts';
import { openFromMail } from '../../src/inbox/open-from-mail.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { showMail } from '../../src/inbox/show.ts';
import { suggestMail } from '../../src/inbox/suggest-mail.ts';
import { listActions } from '../../src/store/actions.ts';
import { findTicket } from '../../src/store/tickets.ts';
import * as bodies from '../../src/tickets/shown-body.ts';
import { viewTicket } from '../../src/tickets/ticket-view.ts';
import { ann, mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const page = { style: createStyle(false), width: 120 };
const received = ['Received', 'from a.example by mx.contoso.test'] as const;

const list = async () => inboxTable(await listInbox(desk.deps(), { limit: 50 }), page, 'UTC').join('\n');
const show = async (id: string) =>
  mailLines(
    { mail: await showMail(desk.deps(), id, { chain: false, headers: false, raw: false }), saved: [] },
    page,
    'UTC',
  ).join('\n');
const explain = async (id: string) => explanationLines(await explainMail(desk.deps(), id), page, 'UTC').join('\n');

async function ticketView(id: string) {
  const ticket = await findTicket(desk.store.db, id);
  if (ticket === undefined) throw new Error(`no ${id}`);
  return viewTicket(desk.store.db, ticket, { bodies, chain: true });
}

describe('a name that holds the address of another', () => {
  test('never stands alone', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: ['x@evil.example'] });
    const from = { name: 'Bob Stone <bob@acme.example>', address: 'x@evil.example' };
    const headers = [received, ['From', '"Bob Stone <bob@acme.example>" <x@evil.example>'] as const];
    await desk.bring([
      { ...mail({ subject: 'Waits', headers }), from },
      { ...mail({ subject: 'Offer', headers }), from },
    ]);
    const shown = 'x@evil.example (named “Bob Stone <bob@acme.example>”)';
    const [one] = await listInbox(desk.deps(), { limit: 1 });
    expect(one?.from).toEqual(from);
    expect(await list()).toContain('x@evil.example');
    expect(await show(one?.id ?? '')).toContain(shown);
    expect(await explain(one?.id ?? '')).toContain(shown);
    expect(ticketLines(await ticketView(ticket), page, 'UTC').join('\n')).toContain(shown);
  });
});

describe('mail without From', () => {
  test('is of nobody, and its Sender does not stand in', async () => {
    await desk.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
    const sender = { name: 'Bob', address: 'bob@acme.example' };
    const headers = [received, ['Sender', 'bob@acme.example'] as const];
    await desk.bring([{ ...mail({ from: null, subject: 'Offer', headers }), sender }]);
    const [one] = await listInbox(desk.deps(), { limit: 1 });
    expect(one).toMatchObject({ from: null, reason: 'unverified_sender', ticket: null });
    expect(await list()).toContain('(nobody)');
    expect(await show('m1')).toContain('the sender may not be who it says: it has no From');
  });
});

describe('an item that no server delivered', () => {
  test('is unknown in every view', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
    const headers = [['From', 'bob@acme.example'] as const];
    await desk.bring([mail({ from: 'bob@acme.example', subject: 'Offer', headers })]);
    const words = 'sender unknown: nothing shows that a server delivered it';
    expect(await show('m1')).toContain(words);
    expect(await explain('m1')).toContain(words);
    const view = await ticketView(ticket);
    expect(view.actions).toMatchObject([{ verified: 'unknown', direction: 'in' }]);
    expect(ticketLines(view, page, 'UTC').join('\n')).toContain(words);
  });

  test('and mail that a server delivered without a verdict says nothing of it', async () => {
    const headers = [received, ['From', 'bob@acme.example'] as const];
    await desk.bring([mail({ from: 'bob@acme.example', headers })]);
    expect(await show('m1')).not.toContain('sender unknown');
  });
});

describe('a forged mail on a ticket', () => {
  test('is marked there, and what was sent from here is ours', async () => {
    await desk.close();
    desk = await openDesk({ connection: { unverified_sender: 'match' } });
    const ticket = await desk.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
    const headers = [
      ['Authentication-Results', 'mx; dmarc=fail header.from=acme.example'] as const,
      received,
      ['From', 'bob@acme.example'] as const,
    ];
    await desk.bring([mail({ from: 'bob@acme.example', subject: 'Offer', headers })]);
    await desk.bring([mail({ from: ann, to: ['bob@acme.example'], subject: 'Offer' })], { sentItems: true });
    expect(await listActions(desk.store.db, ticket)).toHaveLength(2);
    const view = await ticketView(ticket);
    const verdicts = view.actions.map(({ direction, verified }) => `${direction} ${verified}`).toSorted();
    expect(verdicts).toEqual(['in fail', 'out pass']);
    expect(ticketLines(view, page, 'UTC').join('\n')).toContain('the sender may not be who it says');
  });
});

describe('the person behind mail that a list passes on', () => {
  const group = { name: "'Bob Stone' via Sales", address: 'list@contoso.test' };
  const headers = [received, ['From', '"\'Bob Stone\' via Sales" <list@contoso.test>'] as const];

  test.each([
    ['an own list', group],
    ['a list of others', { ...group, address: 'list@groups.example' }],
    ['an own form', { name: 'Web form', address: 'web@contoso.test' }],
  ])('is suggested, and never matched, for %s', async (_of, from) => {
    const clientId = await desk.client('Acme', ['acme.example']);
    const ticket = await desk.ticket({ summary: 'Offer', contacts: ['bob@acme.example'], clientId });
    const own = headers.map(([name, value]) => [name, name === 'From' ? from.address : value] as const);
    await desk.bring([{ ...mail({ subject: 'Offer', replyTo: ['bob@acme.example'], headers: own }), from }]);
    const [entry] = await listInbox(desk.deps(), { limit: 1 });
    expect(entry).toMatchObject({ ticket: null, reason: 'unmatched', suggested_client: { name: 'Acme' } });
    expect(entry?.candidates[0]).toMatchObject({ ticket, reason: expect.stringContaining('Reply-To') });
    expect(await suggestMail(desk.deps(), 'm1')).toMatchObject({
      suggested_client: { name: 'Acme', reason: 'bob@acme.example is a contact of it (by Reply-To)' },
      offered_contact: { address: 'bob@acme.example' },
      candidates: [{ ticket }],
    });
  });

  test('is nobody of the own organisation, and no Reply-To of an ordinary sender', async () => {
    await desk.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
    await desk.bring([
      { ...mail({ subject: 'One', replyTo: ['ben@contoso.test'], headers }), from: group },
      mail({ from: 'eve@evil.example', subject: 'Two', replyTo: ['bob@acme.example'] }),
    ]);
    const entries = await listInbox(desk.deps(), { limit: 9 });
    expect(entries.map(({ suggested_client, candidates }) => [suggested_client, candidates])).toEqual([
      [null, []],
      [null, []],
    ]);
  });
});

test('a contact made from a mail does not take the address of another for a name', async () => {
  const from = { name: 'Bob Stone <bob@acme.example>', address: 'x@evil.example' };
  await desk.bring([{ ...mail({ headers: [received, ['From', '"Bob" <x@evil.example>']] }), from }]);
  await openFromMail(desk.deps(), { id: 'm1', conversation: false, dryRun: false });
  expect(await desk.store.db.selectFrom('contact').select('name').execute()).toEqual([{ name: '' }]);
});
