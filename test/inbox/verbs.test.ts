import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assignMails } from '../../src/inbox/assign.ts';
import { deleteMails } from '../../src/inbox/delete.ts';
import { dismissMails } from '../../src/inbox/dismiss.ts';
import { explainMail } from '../../src/inbox/explain.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { moveMails } from '../../src/inbox/move.ts';
import { clientToNote, noteMails } from '../../src/inbox/note.ts';
import { openFromMail } from '../../src/inbox/open-from-mail.ts';
import type { OpenRequest } from '../../src/inbox/open-from-mail.ts';
import { suggestMail } from '../../src/inbox/suggest-mail.ts';
import { undoMails } from '../../src/inbox/undo.ts';
import { listActions } from '../../src/store/actions.ts';
import { readAudit } from '../../src/store/audit.ts';
import { findTicket, ticketContacts } from '../../src/store/tickets.ts';
import { ann, ben, mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const carla = 'carla@acme.example';
const assign = (ids: string[], ticket: string, more = {}, as?: string) =>
  assignMails(desk.deps(as), { ids, ticket, conversation: false, reopen: false, dryRun: false, ...more });
const undo = (ids: string[], more = {}, as?: string) =>
  undoMails(desk.deps(as), { ids, conversation: false, dryRun: false, ...more });
const move = (ids: string[], ticket: string, more = {}, as?: string) =>
  moveMails(desk.deps(as), { ids, ticket, reopen: false, dryRun: false, ...more });
const open = (id: string, more: Partial<OpenRequest> = {}) =>
  openFromMail(desk.deps(), { id, conversation: false, dryRun: false, ...more });
const waiting = async () => (await listInbox(desk.deps(), { limit: 50 })).map((entry) => entry.id);
const actions = async (ticket: string) =>
  (await listActions(desk.store.db, ticket)).map((each) => ({ message: each.messageId, by: each.filedBy }));
const everything = async () => ({
  items: await desk.store.db.selectFrom('item').selectAll().execute(),
  actions: await desk.store.db.selectFrom('action').selectAll().execute(),
  tickets: await desk.store.db.selectFrom('ticket').selectAll().execute(),
  clients: await desk.store.db.selectFrom('client').selectAll().execute(),
  notes: await desk.store.db.selectFrom('crm_note').selectAll().execute(),
  audit: await desk.store.db.selectFrom('audit_log').selectAll().execute(),
});

describe('assign', () => {
  test('adds mails as e-mail actions and takes them out of My Inbox', async () => {
    const ticket = await desk.ticket({ summary: 'Project X' });
    await desk.bring([mail(), mail()]);
    const report = await assign(['m1', 'M2'], ticket.toLowerCase(), {}, 'ann');
    expect(report).toMatchObject({
      ticket,
      mails: [
        { id: 'm1', outcome: 'filed', ticket },
        { id: 'm2', outcome: 'filed' },
      ],
    });
    expect(await actions(ticket)).toEqual([
      { message: 1, by: 'ann' },
      { message: 2, by: 'ann' },
    ]);
    expect(await waiting()).toEqual([]);
    expect(await assign(['m1'], ticket)).toMatchObject({ mails: [{ outcome: 'unchanged' }] });
  });

  test('hides the chain where it is told to, or where the connection says so', async () => {
    await desk.close();
    desk = await openDesk({ connection: { hide_email_chain: true } });
    const ticket = await desk.ticket({ summary: 'X' });
    await desk.bring([mail(), mail()]);
    await assign(['m1'], ticket);
    await assign(['m2'], ticket, { hideChain: false });
    expect((await listActions(desk.store.db, ticket)).map((each) => each.chainHidden)).toEqual([true, false]);
  });

  test('refuses a closed ticket, unless it may be reopened', async () => {
    const ticket = await desk.ticket({ summary: 'X', closed: true });
    await desk.bring([mail()]);
    await expect(assign(['m1'], ticket)).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('--reopen'),
    });
    expect(await waiting()).toEqual(['m1']);
    expect(await assign(['m1'], ticket, { reopen: true })).toMatchObject({ notes: [`${ticket} is open again`] });
    expect((await findTicket(desk.store.db, ticket))?.open).toBe(1);
  });

  test('files all of the mails or none', async () => {
    const ticket = await desk.ticket({ summary: 'X' });
    const other = await desk.ticket({ summary: 'Y' });
    await desk.bring([mail(), mail()]);
    await assign(['m2'], other);
    const before = await everything();
    await expect(assign(['m1', 'm99'], ticket)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(assign(['m1'], 'OPP-99')).rejects.toMatchObject({ kind: 'not_found' });
    await expect(assign(['m1', 'm2'], ticket)).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('move m2'),
    });
    expect(await everything()).toEqual(before);
  });

  test('takes what waits of the conversation along, also where only the references say so', async () => {
    const ticket = await desk.ticket({ summary: 'X' });
    await desk.bring([
      mail({ id: 'a@x', conversation: 'c1' }),
      mail({ id: 'b@x', conversation: 'c1' }),
      mail({ id: 'c@x', inReplyTo: 'b@x', from: 'else@other.example' }),
      mail({ id: 'd@x', references: ['zz@x', 'c@x'], inReplyTo: 'zz@x' }),
      mail({ id: 'e@x' }),
    ]);
    await desk.bring([mail({ conversation: 'c1' })], { mailbox: ben });
    const { mails } = await assign(['m4'], ticket, { conversation: true });
    expect(mails.map((each) => each.id).sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(await waiting()).toEqual(['m6', 'm5']);
  });

  test('says that answers will not follow to a ticket of another use', async () => {
    const ticket = await desk.ticket({ summary: 'X', use: 'project', type: 'Project' });
    await desk.bring([mail()]);
    expect((await assign(['m1'], ticket)).notes).toEqual([expect.stringContaining('answers will not follow')]);
  });

  test('says that a ticket has the mail already from another mailbox, and adds it once', async () => {
    const ticket = await desk.ticket({ summary: 'X' });
    const shared = mail();
    await desk.bring([shared]);
    await desk.bring([shared], { mailbox: ben });
    await assign(['m1'], ticket);
    expect((await assign(['m2'], ticket)).notes).toEqual([expect.stringContaining('from another mailbox')]);
    expect(await actions(ticket)).toHaveLength(1);
  });
});

describe('undo', () => {
  test('takes an automatic filing back, and neither a further copy nor another mailbox files it there again', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const offer = mail({ subject: 'Offer' });
    await desk.bring([offer]);
    expect(await undo(['m1'], {}, 'ann')).toMatchObject({
      mails: [{ id: 'm1', outcome: 'undone', from_ticket: ticket }],
    });
    expect(await actions(ticket)).toEqual([]);
    const [entry] = await listInbox(desk.deps(), { limit: 5 });
    expect(entry).toMatchObject({ id: 'm1', reason: 'undone', ticket: null, candidates: [] });
    await desk.bring([offer], { folder: 'Copies' });
    await desk.bring([offer], { mailbox: ben });
    expect(await actions(ticket)).toEqual([]);
    expect((await listInbox(desk.deps(), { limit: 5 })).map((each) => each.reason)).toEqual(['undone', 'undone']);
  });

  test('opens no ticket for what was taken back', async () => {
    await desk.close();
    desk = await openDesk({
      connection: {
        unmatched: 'new_ticket',
        mailboxes: [
          { address: ann, agent: 'ann', new_ticket_type: 'Opportunity' },
          { address: ben, agent: 'ben', new_ticket_type: 'Opportunity' },
        ],
      },
    });
    const first = mail({ subject: 'Hello' });
    await desk.bring([first]);
    const { notes } = await undo(['m1']);
    expect(notes).toEqual([
      expect.stringContaining('OPP-1 was opened by m1 and holds nothing else: it is closed, not deleted'),
    ]);
    expect((await findTicket(desk.store.db, 'OPP-1'))?.open).toBe(0);
    await desk.bring([first], { mailbox: ben });
    expect(await findTicket(desk.store.db, 'OPP-2')).toBeUndefined();
  });

  test('leaves a ticket open that a mail opened and that has other actions', async () => {
    await desk.bring([mail({ subject: 'Hello' }), mail({ subject: 'Second' })]);
    const { ticket } = await open('m1');
    await assign(['m2'], ticket ?? '');
    const { notes } = await undo(['m1']);
    expect(notes).toEqual([expect.stringContaining('stays open')]);
    expect((await findTicket(desk.store.db, ticket ?? ''))?.open).toBe(1);
  });

  test('keeps the action where another mailbox filed the same mail there', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const offer = mail({ subject: 'Offer' });
    await desk.bring([offer]);
    await desk.bring([offer], { mailbox: ben });
    expect((await undo(['m1'])).notes).toEqual([expect.stringContaining(`filed there from ${ben} too (m2)`)]);
    expect(await actions(ticket)).toHaveLength(1);
    await undo(['m2']);
    expect(await actions(ticket)).toEqual([]);
  });

  test('brings a dismissed mail back as it was, and a note back without it', async () => {
    const acme = await desk.client('Acme', ['acme.example']);
    await desk.bring([mail(), mail()]);
    await dismissMails(desk.deps(), { ids: ['m1'], dryRun: false });
    await noteMails(desk.deps(), { ids: ['m2'], client: 'acme', dryRun: false });
    expect(await waiting()).toEqual([]);
    await undo(['m1', 'm2']);
    const entries = await listInbox(desk.deps(), { limit: 5 });
    expect(entries.map((each) => [each.id, each.reason])).toEqual([
      ['m2', 'undone'],
      ['m1', 'unmatched'],
    ]);
    expect(await desk.store.db.selectFrom('crm_note').selectAll().where('client_id', '=', acme).execute()).toEqual([]);
  });

  test('of mail that is on no ticket changes nothing, and says so', async () => {
    await desk.bring([mail()]);
    const before = await everything();
    expect(await undo(['m1'])).toMatchObject({
      mails: [{ outcome: 'unchanged' }],
      notes: [expect.stringContaining('no ticket')],
    });
    expect(await everything()).toEqual(before);
  });

  test('of sent mail keeps it with the sent mail', async () => {
    await desk.ticket({ summary: 'Offer', contacts: [carla] });
    await desk.bring([mail({ subject: 'Offer', from: ann, to: [carla] })], { sentItems: true });
    await undo(['m1']);
    expect(await waiting()).toEqual([]);
    expect(await listInbox(desk.deps(), { sent: true, limit: 5 })).toMatchObject([{ id: 'm1', reason: 'undone' }]);
  });

  test('is forgotten when a person files the mail there again', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    await desk.bring([mail({ subject: 'Offer', id: 'a@x' })]);
    await undo(['m1']);
    await assign(['m1'], ticket);
    expect(await desk.store.db.selectFrom('taken_away').selectAll().execute()).toEqual([]);
    await desk.bring([mail({ inReplyTo: 'a@x', subject: 'else' })]);
    expect(await actions(ticket)).toHaveLength(2);
  });

  test('of a whole conversation takes later mail of it away too', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    await desk.bring([
      mail({ subject: 'Offer', id: 'a@x', conversation: 'c' }),
      mail({ subject: 'Offer', id: 'b@x', conversation: 'c' }),
      mail({ subject: 'Offer', id: 'other@x' }),
    ]);
    const { mails } = await undo(['m2'], { conversation: true });
    expect(mails.map((each) => each.id)).toEqual(['m1', 'm2']);
    await desk.bring([mail({ subject: 'Offer', conversation: 'c' }), mail({ subject: 'Offer', inReplyTo: 'a@x' })]);
    expect(await actions(ticket)).toHaveLength(1);
  });

  test('is told by explain, with the decision of before', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    await desk.bring([mail({ subject: 'Offer' })]);
    await undo(['m1'], {}, 'ann');
    const { placements, history } = await explainMail(desk.deps(), 'm1');
    expect(placements[0]).toMatchObject({
      decision: { kind: 'inbox', reason: 'undone', ticket: null },
      state: 'inbox',
      earlier: [{ decision: { kind: 'matched', ticket, rule: 'address_and_subject' } }],
    });
    const step = placements[0]?.steps.find((each) => each.step === 'address_and_subject');
    expect(step?.candidates).toMatchObject([
      { ticket, accepted: false, because: expect.stringContaining('a person took') },
    ]);
    expect(placements[0]?.steps.at(-1)?.outcome).toBe(`ann took it back from ${ticket} → My Inbox`);
    expect(history).toMatchObject([
      { who: 'ann', verb: 'inbox.undo', id: 'm1', outcome: 'done', detail: { from_ticket: ticket } },
    ]);
  });
});

describe('move', () => {
  test('moves the whole conversation, and later replies follow to the new ticket', async () => {
    const from = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const to = await desk.ticket({ summary: 'Else' });
    await desk.bring([
      mail({ subject: 'Offer', id: 'a@x' }),
      mail({ subject: 'Re: Offer', id: 'b@x', inReplyTo: 'a@x' }),
      mail({ subject: 'Waits', id: 'w@x', inReplyTo: 'b@x', from: 'stranger@else.example' }),
      mail({ subject: 'Offer', id: 'alone@x' }),
    ]);
    const { mails } = await move(['m2'], to, {}, 'ann');
    expect(mails.map((each) => [each.id, each.outcome, each.from_ticket])).toEqual([
      ['m1', 'moved', from],
      ['m2', 'moved', from],
      ['m3', 'moved', undefined],
    ]);
    expect(await actions(from)).toEqual([{ message: 4, by: 'rule' }]);
    await desk.bring([mail({ subject: 'Re: Offer', id: 'later@x', inReplyTo: 'b@x' })]);
    expect(await actions(to)).toContainEqual({ message: 5, by: 'thread' });
    expect(await actions(from)).toHaveLength(1);
  });

  test('can be taken back by moving there again', async () => {
    const from = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const to = await desk.ticket({ summary: 'Else' });
    await desk.bring([mail({ subject: 'Offer', id: 'a@x', conversation: 'c' })]);
    await move(['m1'], to);
    await move(['m1'], from);
    await desk.bring([mail({ subject: 'New words', inReplyTo: 'a@x', conversation: 'c' })]);
    expect(await actions(from)).toHaveLength(2);
    expect(await actions(to)).toEqual([]);
  });

  test('leaves mail alone that is on a third ticket, and refuses a closed one', async () => {
    const [one, two, three] = [
      await desk.ticket({ summary: '1' }),
      await desk.ticket({ summary: '2' }),
      await desk.ticket({ summary: '3', closed: true }),
    ];
    await desk.bring([mail({ conversation: 'c' }), mail({ conversation: 'c' })]);
    await assign(['m1'], one);
    await assign(['m2'], two);
    await expect(move(['m1'], three)).rejects.toMatchObject({ kind: 'usage' });
    const { mails, notes } = await move(['m1'], three, { reopen: true });
    expect(mails.map((each) => each.id)).toEqual(['m1']);
    expect(notes).toContain(`m2 of the same conversation stays on ${two}`);
  });

  test('closes the ticket that the conversation had opened and that is empty now', async () => {
    await desk.bring([
      mail({ subject: 'Hello', id: 'a@x', conversation: 'c' }),
      mail({ subject: 'More', conversation: 'c' }),
    ]);
    const { ticket } = await open('m1', { conversation: true });
    const to = await desk.ticket({ summary: 'Else' });
    const { notes } = await move(['m2'], to);
    expect(notes).toEqual([expect.stringContaining(`${ticket} was opened by m1 and holds nothing else`)]);
    expect(await actions(to)).toHaveLength(2);
  });
});

describe('new', () => {
  test('opens a ticket with the mail as its opening action and the body as details', async () => {
    const acme = await desk.client('Acme', ['acme.example']);
    await desk.bring([mail({ subject: 'Please quote', text: 'We need ten.\n\n> old chain' })]);
    const report = await open('m1');
    expect(report).toMatchObject({ ticket: 'OPP-1', client: { id: String(acme), name: 'Acme' } });
    expect(await findTicket(desk.store.db, 'OPP-1')).toMatchObject({
      summary: 'Please quote',
      opening_subject: 'Please quote',
      details: 'We need ten.\n\n> old chain',
      type: 'Opportunity',
      client_id: acme,
    });
    expect(await listActions(desk.store.db, 'OPP-1')).toMatchObject([
      { opening: true, chainHidden: false, filedBy: 'operator' },
    ]);
    expect(await ticketContacts(desk.store.db, 'OPP-1')).toMatchObject([{ name: 'Carla Client', address: carla }]);
    await desk.bring([mail({ subject: 'AW: please quote' })]);
    expect(await actions('OPP-1')).toHaveLength(2);
  });

  test.each([
    ['a company', 'dan@fresh.example', 'fresh.example'],
    ['free mail', 'dan@gmail.com', null],
    ['our own people', 'dan@contoso.test', null],
  ])('makes a client from the domain of %s only where that names one', async (_who, from, client) => {
    await desk.bring([mail({ from })]);
    expect((await open('m1')).client?.name ?? null).toBe(client);
    expect(await ticketContacts(desk.store.db, 'OPP-1')).toMatchObject([{ address: from }]);
  });

  test('offers the Reply-To of a no-reply sender and never takes it by itself', async () => {
    await desk.bring([
      mail({ from: 'No Reply <no-reply@shop.example>', replyTo: ['Dan <dan@buyer.example>'] }),
      mail({ from: 'No Reply <no-reply@shop.example>', replyTo: ['Dan <dan@buyer.example>'] }),
    ]);
    const { notes, client } = await open('m1');
    expect(notes).toEqual([expect.stringContaining('--contact dan@buyer.example')]);
    expect(client).toBeNull();
    expect(await ticketContacts(desk.store.db, 'OPP-1')).toEqual([]);
    expect((await suggestMail(desk.deps(), 'm2')).offered_contact).toEqual({
      name: 'Dan',
      address: 'dan@buyer.example',
    });
    await open('m2', { contact: { name: 'Dan', address: 'dan@buyer.example' } });
    expect(await ticketContacts(desk.store.db, 'OPP-2')).toMatchObject([{ address: 'dan@buyer.example' }]);
  });

  test('takes summary, type and client as told', async () => {
    await desk.client('Other');
    await desk.bring([mail({ subject: '' }), mail({ subject: 'b' }), mail({ subject: 'c' })]);
    await open('m1', { client: 'other', type: 'project', summary: ' My  words ' });
    expect(await findTicket(desk.store.db, 'PRJ-1')).toMatchObject({
      summary: 'My words',
      type: 'Project',
      use: 'project',
    });
    await expect(open('m2', { type: 'Nonsense' })).rejects.toMatchObject({ kind: 'usage' });
    await expect(open('m2', { client: 'Nobody' })).rejects.toMatchObject({ kind: 'not_found' });
    await expect(open('m2', { summary: ' ' })).rejects.toMatchObject({ kind: 'usage' });
    await expect(open('m1')).rejects.toMatchObject({ kind: 'usage' });
    expect(await findTicket(desk.store.db, 'OPP-1')).toBeUndefined();
  });
});

describe('note', () => {
  test('suggests the client by address, then by domain, with the reason', async () => {
    const acme = await desk.client('Acme', ['acme.example']);
    await desk.ticket({ summary: 'x', contacts: ['dan@else.example'], clientId: acme });
    await desk.bring([mail({ from: 'dan@else.example' }), mail(), mail({ from: 'nobody@nowhere.example' })]);
    expect(await clientToNote(desk.deps(), 'm1')).toMatchObject({
      name: 'Acme',
      reason: 'dan@else.example is a contact of it',
    });
    expect(await clientToNote(desk.deps(), 'm2')).toMatchObject({ name: 'Acme', reason: 'acme.example is its domain' });
    await expect(clientToNote(desk.deps(), 'm3')).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('--client'),
    });
  });

  test('writes the note once and takes the mail out of My Inbox', async () => {
    await desk.client('Acme');
    const shared = mail();
    await desk.bring([shared]);
    await desk.bring([shared], { mailbox: ben });
    await noteMails(desk.deps('ann'), { ids: ['m1'], client: 'Acme', dryRun: false });
    await noteMails(desk.deps('ben'), { ids: ['m2'], client: 'Acme', dryRun: false });
    expect(await desk.store.db.selectFrom('crm_note').selectAll().execute()).toMatchObject([
      { message_id: 1, filed_by: 'ann' },
    ]);
    expect(await waiting()).toEqual([]);
    await undo(['m1']);
    expect(await desk.store.db.selectFrom('crm_note').selectAll().execute()).toHaveLength(1);
    await expect(noteMails(desk.deps(), { ids: ['m1'], client: 'Nobody', dryRun: false })).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('dismiss', () => {
  test('puts mail out of sight; --all still lists it', async () => {
    await desk.bring([mail(), mail()]);
    await dismissMails(desk.deps('ann'), { ids: ['m1', 'm1', 'm2'], dryRun: false });
    expect(await waiting()).toEqual([]);
    expect((await listInbox(desk.deps(), { all: true, limit: 5 })).map((each) => each.state)).toEqual([
      'dismissed',
      'dismissed',
    ]);
  });
});

describe('delete', () => {
  const remove = (ids: string[], as?: string) => deleteMails(desk.deps(as), { ids, dryRun: false });

  async function stored(content: string) {
    async function* bytes() {
      yield Buffer.from(content);
    }
    return desk.store.files.put(bytes(), 1000);
  }

  const attached = async (content: string) => {
    const file = await stored(content);
    const base = {
      name: 'a.txt',
      contentType: 'text/plain',
      size: file.size,
      kind: 'file',
      inline: false,
      contentId: null,
    } as const;
    return { ...base, content: { kind: 'stored', file } as const };
  };

  test('removes content, rows and files that nothing else names, and no resync brings the mail back', async () => {
    const both = await attached('in both');
    const only = await attached('in one');
    const doomed = mail({ attachments: [both, only], original: await stored('raw') });
    await desk.bring([doomed, mail({ attachments: [both] })]);
    await desk.bring([doomed], { mailbox: ben });
    const { mails } = await remove(['m1'], 'ada');
    expect(mails.map((each) => each.id)).toEqual(['m1', 'm3']);
    const exists = (sha256: string | undefined) => existsSync(desk.store.files.path(sha256 ?? ''));
    expect([
      exists(both.content.file.sha256),
      exists(only.content.file.sha256),
      exists(doomed.original?.sha256),
    ]).toEqual([true, false, false]);
    expect(await desk.bring([doomed])).toMatchObject({ imported: 0, skipped: 1 });
    expect(await waiting()).toEqual(['m2']);
    await expect(explainMail(desk.deps(), 'm3')).rejects.toMatchObject({
      message: expect.stringContaining('deleted by ada'),
    });
  });

  test('is for administrators only: an agent is refused, nothing changes, and it is written down', async () => {
    await desk.bring([mail()]);
    await expect(remove(['m1'], 'ann')).rejects.toMatchObject({ kind: 'not_allowed' });
    expect(await waiting()).toEqual(['m1']);
    expect(await readAudit(desk.store.db, { object: 'm1', limit: 5 })).toMatchObject([
      { who: 'ann', verb: 'inbox.delete', outcome: 'refused' },
    ]);
  });

  test('refuses mail that is on a ticket or a client until it is taken back', async () => {
    const ticket = await desk.ticket({ summary: 'X' });
    await desk.bring([mail()]);
    await assign(['m1'], ticket);
    await expect(remove(['m1'])).rejects.toMatchObject({ kind: 'usage', hint: 'integrator inbox undo m1' });
    await undo(['m1']);
    await remove(['m1']);
    expect(await desk.store.db.selectFrom('message').selectAll().execute()).toEqual([]);
  });
});

describe('rights', () => {
  test("an agent changes nothing in another's mailbox, and every try is written down", async () => {
    const ticket = await desk.ticket({ summary: 'X' });
    await desk.client('Acme');
    await desk.bring([mail()], { mailbox: ben });
    const tries: Record<string, () => Promise<unknown>> = {
      'inbox.assign': () => assign(['m1'], ticket, {}, 'ann'),
      'inbox.new': () => openFromMail(desk.deps('ann'), { id: 'm1', conversation: false, dryRun: false }),
      'inbox.note': () => noteMails(desk.deps('ann'), { ids: ['m1'], client: 'Acme', dryRun: false }),
      'inbox.dismiss': () => dismissMails(desk.deps('ann'), { ids: ['m1'], dryRun: false }),
      'inbox.undo': () => undo(['m1'], {}, 'ann'),
      'inbox.move': () => move(['m1'], ticket, {}, 'ann'),
      'inbox.suggest': () => suggestMail(desk.deps('ann'), 'm1'),
      explain: () => explainMail(desk.deps('ann'), 'm1'),
    };
    const { audit: _before, ...before } = await everything();
    for (const [verb, attempt] of Object.entries(tries)) {
      await expect(attempt(), verb).rejects.toMatchObject({ kind: 'not_allowed' });
    }
    const { audit, ...after } = await everything();
    expect(after).toEqual(before);
    expect(audit.map((line) => [line.verb, line.outcome, line.agent])).toEqual(
      Object.keys(tries).map((verb) => [verb, 'refused', 'ann']),
    );
  });

  test('every change is in the log with who, when and what', async () => {
    const ticket = await desk.ticket({ summary: 'X' });
    const to = await desk.ticket({ summary: 'Y' });
    await desk.client('Acme');
    await desk.bring([mail(), mail(), mail(), mail()]);
    await assign(['m1'], ticket, {}, 'ann');
    await move(['m1'], to, {}, 'ann');
    await undo(['m1'], {}, 'ann');
    await open('m2');
    await noteMails(desk.deps('ann'), { ids: ['m3'], client: 'Acme', dryRun: false });
    await dismissMails(desk.deps('ann'), { ids: ['m4'], dryRun: false });
    const log = (await readAudit(desk.store.db, { limit: 50 })).toReversed();
    expect(log.map((line) => [line.who, line.verb, line.object])).toEqual([
      ['ann', 'inbox.assign', 'm1'],
      ['ann', 'inbox.move', 'm1'],
      ['ann', 'inbox.undo', 'm1'],
      ['operator', 'inbox.new', 'm2'],
      ['ann', 'inbox.note', 'm3'],
      ['ann', 'inbox.dismiss', 'm4'],
    ]);
  });

  test('a dry run says what would be done and changes nothing', async () => {
    const ticket = await desk.ticket({ summary: 'X' });
    await desk.client('Acme');
    await desk.bring([mail(), mail()]);
    await assign(['m2'], ticket);
    const before = await everything();
    expect(await assign(['m1'], ticket, { dryRun: true })).toMatchObject({
      dry_run: true,
      mails: [{ outcome: 'filed' }],
    });
    expect(await open('m1', { dryRun: true })).toMatchObject({ ticket: 'OPP-2' });
    expect(await undo(['m2'], { dryRun: true })).toMatchObject({ mails: [{ outcome: 'undone' }] });
    await noteMails(desk.deps(), { ids: ['m1'], client: 'Acme', dryRun: true });
    await dismissMails(desk.deps(), { ids: ['m1'], dryRun: true });
    await deleteMails(desk.deps(), { ids: ['m1'], dryRun: true });
    expect(await everything()).toEqual(before);
  });
});
