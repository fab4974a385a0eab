import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listInbox } from '../../src/inbox/list.ts';
import { readAudit } from '../../src/store/audit.ts';
import { ann, ben, mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

describe('My Inbox', () => {
  test('lists what waits, newest first, and nothing that is on a ticket', async () => {
    await desk.ticket({ summary: 'Offer', contacts: ['carla@acme.example'] });
    await desk.bring([mail({ subject: 'first' }), mail({ subject: 'Re: Offer' }), mail({ subject: 'second' })]);
    const entries = await listInbox(desk.deps(), { limit: 50 });
    expect(entries.map((entry) => entry.subject)).toEqual(['second', 'first']);
    expect(entries[0]).toMatchObject({ mailbox: ann, agents: ['ann'], reason: 'unmatched', state: 'inbox' });
  });

  test('names every field that scripts rely on', async () => {
    await desk.bring([
      mail({ subject: 'Hello', id: 'abc@mail.test', conversation: 'conv-1', atMs: Date.parse('2026-11-03T10:00:00Z') }),
    ]);
    const [entry] = await listInbox(desk.deps(), { limit: 50 });
    expect(entry).toMatchObject({
      id: 'm1',
      received_at: '2026-11-03T10:00:00.000Z',
      from: { name: 'Carla Client', address: 'carla@acme.example' },
      has_attachments: false,
      conversation_id: 'conv-1',
      internet_message_id: 'abc@mail.test',
      suggested_client: null,
      candidates: [],
    });
  });

  test('suggests the client of the contact, and tickets with their reasons', async () => {
    const acme = await desk.client('Acme', ['acme.example']);
    const offer = await desk.ticket({ summary: 'Offer 12', contacts: ['carla@acme.example'], clientId: acme });
    const other = await desk.ticket({ summary: 'Support', contacts: ['dan@acme.example'], clientId: acme });
    await desk.bring([mail({ subject: 'A question' })]);
    const [entry] = await listInbox(desk.deps(), { limit: 50 });
    expect(entry?.suggested_client).toMatchObject({ name: 'Acme', reason: 'carla@acme.example is a contact of it' });
    expect(entry?.candidates.map((each) => each.ticket)).toEqual([offer, other]);
    expect(entry?.candidates[0]?.reason).toContain('a contact of it');
    expect(entry?.candidates[0]?.score).toBeGreaterThan(entry?.candidates[1]?.score ?? 1);
  });

  test('suggests the client by domain where the sender is unknown, but never by free mail or by our own domain', async () => {
    await desk.client('Acme', ['acme.example']);
    await desk.client('Mailers', ['gmail.com', 'contoso.test']);
    await desk.bring([
      mail({ subject: 'a', from: 'new@acme.example' }),
      mail({ subject: 'b', from: 'new@gmail.com' }),
      mail({ subject: 'c', from: 'new@contoso.test' }),
    ]);
    const entries = await listInbox(desk.deps(), { limit: 50 });
    expect(entries.map((entry) => entry.suggested_client?.name ?? null)).toEqual([null, null, 'Acme']);
    expect(entries[2]?.suggested_client?.reason).toBe('acme.example is its domain');
  });

  test('puts the tickets first that fitted, where several did', async () => {
    const one = await desk.ticket({ summary: 'Offer', contacts: ['carla@acme.example'] });
    const two = await desk.ticket({
      summary: 'Offer',
      contacts: ['carla@acme.example'],
      atMs: Date.parse('2026-11-03'),
    });
    await desk.ticket({ summary: 'Other', contacts: ['carla@acme.example'], atMs: Date.parse('2026-11-04') });
    await desk.bring([mail({ subject: 'Offer' })]);
    const [entry] = await listInbox(desk.deps(), { limit: 50 });
    expect(entry?.reason).toBe('ambiguous');
    expect(entry?.candidates.slice(0, 2).map((each) => each.ticket)).toEqual([two, one]);
  });

  test('shows an agent the own mailboxes only', async () => {
    await desk.bring([mail({ subject: 'to ann' })]);
    await desk.bring([mail({ subject: 'to ben' })], { mailbox: ben });
    const subjects = async (as?: string, more = {}) =>
      (await listInbox(desk.deps(as), { limit: 50, ...more })).map((entry) => entry.subject);
    expect(await subjects('ann')).toEqual(['to ann']);
    expect(await subjects('ada')).toEqual(['to ben', 'to ann']);
    expect(await subjects()).toEqual(['to ben', 'to ann']);
    expect(await subjects(undefined, { agent: 'ben' })).toEqual(['to ben']);
    expect(await subjects(undefined, { mailbox: ann })).toEqual(['to ann']);
  });

  test("refuses an agent another agent's list, and writes the refusal down", async () => {
    await expect(listInbox(desk.deps('ann'), { agent: 'ben', limit: 50 })).rejects.toMatchObject({
      kind: 'not_allowed',
    });
    await expect(listInbox(desk.deps('ann'), { mailbox: ben, limit: 50 })).rejects.toMatchObject({
      kind: 'not_allowed',
    });
    const log = await readAudit(desk.store.db, { limit: 10 });
    expect(log.map((line) => [line.who, line.verb, line.object, line.outcome])).toEqual([
      ['ann', 'inbox.list', ben, 'refused'],
      ['ann', 'inbox.list', ben, 'refused'],
    ]);
  });

  test('keeps sent mail apart', async () => {
    await desk.bring([mail({ subject: 'mine', from: ann, to: ['carla@acme.example'] })], { sentItems: true });
    expect(await listInbox(desk.deps(), { limit: 50 })).toEqual([]);
    const [sent] = await listInbox(desk.deps(), { sent: true, limit: 50 });
    expect(sent).toMatchObject({ subject: 'mine', sent: true, state: 'kept' });
  });

  test('lists at most what is asked for', async () => {
    await desk.bring([mail({ subject: 'a' }), mail({ subject: 'b' }), mail({ subject: 'c' })]);
    const entries = await listInbox(desk.deps(), { limit: 2 });
    expect(entries.map((entry) => entry.subject)).toEqual(['c', 'b']);
  });
});
