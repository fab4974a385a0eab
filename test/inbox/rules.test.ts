import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { assignMails } from '../../src/inbox/assign.ts';
import { dismissMails } from '../../src/inbox/dismiss.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { applyRules } from '../../src/inbox/rules-apply.ts';
import { testRules } from '../../src/inbox/rules-test.ts';
import type { TestRequest } from '../../src/inbox/rules-test.ts';
import { undoMails } from '../../src/inbox/undo.ts';
import { readAudit } from '../../src/store/audit.ts';
import { closeTicket } from '../../src/store/tickets.ts';
import { ann, mail, openDesk, start, writeConfig } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const carla = 'carla@acme.example';
const signal = new AbortController().signal;
const apply = (more = {}, as?: string) => applyRules(desk.deps(as), { sinceMs: 0, dryRun: false, signal, ...more });
const waiting = async () => (await listInbox(desk.deps(), { limit: 50 })).map((entry) => entry.id);
const other = async (connection: Record<string, unknown>): Promise<Config> => {
  const path = writeConfig(desk.directory, { connection }, 'other.yaml');
  return (await loadConfig({ path, env: {}, cwd: desk.directory })).config;
};
const trial = (more: Partial<TestRequest> = {}) =>
  testRules(desk.deps(), { other: null, sinceMs: 0, examples: 10, signal, ...more });

describe('rules apply', () => {
  test('files what waits and matches a ticket that came later, and the answers to it', async () => {
    await desk.bring([
      mail({ subject: 'Offer', id: 'a@x' }),
      mail({ subject: 'Other words', inReplyTo: 'a@x' }),
      mail({ subject: 'Nothing of it' }),
    ]);
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const report = await apply();
    expect(report).toMatchObject({ dry_run: false, looked_at: 3 });
    expect(report.filed.map((each) => [each.id, each.ticket, each.rule])).toEqual([
      ['m1', ticket, 'address_and_subject'],
      ['m2', ticket, 'reply'],
    ]);
    expect(await waiting()).toEqual(['m3']);
    expect(await readAudit(desk.store.db, { about: ticket.toLowerCase(), limit: 5 })).toMatchObject([
      { verb: 'rules.apply', object: 'm2' },
      { verb: 'rules.apply', object: 'm1' },
    ]);
    expect((await apply()).filed).toEqual([]);
  });

  test('leaves alone what a person dismissed, or took away from that very ticket', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    await desk.bring([mail({ subject: 'Offer' }), mail({ subject: 'Later' })]);
    await undoMails(desk.deps(), { ids: ['m1'], conversation: false, dryRun: false });
    await dismissMails(desk.deps(), { ids: ['m2'], dryRun: false });
    await desk.ticket({ summary: 'Later', contacts: [carla] });
    expect((await apply()).filed).toEqual([]);
    const second = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    expect((await apply()).filed).toMatchObject([{ id: 'm1', ticket: second }]);
    expect(ticket).not.toBe(second);
  });

  test('opens no tickets, and with a time looks at newer mail only', async () => {
    await desk.bring([mail({ subject: 'Old', atMs: start - 1000 }), mail({ subject: 'New', atMs: start + 1000 })]);
    await desk.ticket({ summary: 'Old', contacts: [carla] });
    const ticket = await desk.ticket({ summary: 'New', contacts: [carla] });
    expect(await apply({ sinceMs: start })).toMatchObject({ looked_at: 1, filed: [{ id: 'm2', ticket }] });
  });

  test('changes nothing in a dry run, and is refused to an agent', async () => {
    await desk.bring([mail({ subject: 'Offer' })]);
    await desk.ticket({ summary: 'Offer', contacts: [carla] });
    expect((await apply({ dryRun: true })).filed).toHaveLength(1);
    expect(await waiting()).toEqual(['m1']);
    await expect(apply({}, 'ann')).rejects.toMatchObject({ kind: 'not_allowed' });
    expect(await waiting()).toEqual(['m1']);
    expect(await readAudit(desk.store.db, { limit: 5 })).toMatchObject([
      { who: 'ann', verb: 'rules.apply', outcome: 'refused' },
    ]);
  });

  test('files more mail than one page holds', async () => {
    await desk.bring(Array.from({ length: 450 }, () => mail({ subject: 'Offer' })));
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const { filed } = await apply();
    expect(new Set(filed.map((each) => each.id)).size).toBe(450);
    expect(filed.every((each) => each.ticket === ticket)).toBe(true);
  });
});

describe('rules test', () => {
  test('says what would newly match, go elsewhere or stop matching under another configuration', async () => {
    const offer = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const newer = await desk.ticket({ summary: 'Re: Plan', contacts: ['dan@plan.example'], atMs: start + 5000 });
    await desk.ticket({ summary: 'Plan', contacts: ['dan@plan.example'] });
    await desk.bring([
      mail({ subject: 'Re: Offer' }),
      mail({ subject: 'Hello', from: 'else@acme.example' }),
      mail({ subject: 'Plan', from: 'dan@plan.example' }),
      mail({ subject: 'Nobody', from: 'x@nowhere.example' }),
    ]);
    const before = await desk.store.db.selectFrom('item').selectAll().execute();

    const byDomain = await trial({ other: await other({ matching: 'domain' }) });
    expect(byDomain).toMatchObject({ decided: 4, counts: { newly_matched: 1, moved: 0, stopped: 0, unchanged: 3 } });
    expect(byDomain.examples.newly_matched).toMatchObject([
      {
        id: 'm2',
        mailbox: ann,
        before: 'inbox: unmatched',
        after: offer,
        because: expect.stringContaining('acme.example'),
      },
    ]);

    const exact = await trial({ other: await other({ subject_match: 'exact' }) });
    expect(exact.counts).toMatchObject({ newly_matched: 1, stopped: 1 });
    expect(exact.examples.stopped).toMatchObject([{ id: 'm1', before: offer, after: 'inbox: unmatched' }]);

    const newest = await trial({ other: await other({ ambiguous: 'newest' }) });
    expect(newest.examples.newly_matched).toMatchObject([{ id: 'm3', after: newer }]);
    expect(await desk.store.db.selectFrom('item').selectAll().execute()).toEqual(before);
  });

  test('leaves people out of it, and tickets that are closed by now', async () => {
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    await desk.bring([mail({ subject: 'By hand' }), mail({ subject: 'Away' }), mail({ subject: 'Offer' })]);
    await assignMails(desk.deps(), { ids: ['m1'], ticket, conversation: false, reopen: false, dryRun: false });
    await dismissMails(desk.deps(), { ids: ['m2'], dryRun: false });
    await desk.store.write((trx) => closeTicket(trx, ticket));
    const report = await trial({ other: await other({ matching: 'domain' }) });
    expect(report).toMatchObject({ decided: 0, not_judged: { by_people: 2, on_closed_tickets: 1, not_configured: 0 } });
  });

  test('counts mail of mailboxes that the other configuration does not have', async () => {
    await desk.bring([mail()]);
    const report = await trial({ other: await other({ mailboxes: [] }) });
    expect(report).toMatchObject({ decided: 0, not_judged: { not_configured: 1 } });
  });

  test('without another configuration says what rules apply would file', async () => {
    await desk.bring([mail({ subject: 'Offer' })]);
    const ticket = await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const report = await trial();
    expect(report.examples.newly_matched).toMatchObject([{ id: 'm1', after: ticket }]);
  });

  test('counts all and shows as many examples as asked for', async () => {
    await desk.bring(Array.from({ length: 5 }, () => mail({ subject: 'Offer' })));
    await desk.ticket({ summary: 'Offer', contacts: [carla] });
    const report = await trial({ examples: 2 });
    expect(report.counts.newly_matched).toBe(5);
    expect(report.examples.newly_matched).toHaveLength(2);
  });
});
