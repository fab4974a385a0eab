import { expect, test } from 'vitest';
import { assignMails } from '../../src/inbox/assign.ts';
import { deleteMails } from '../../src/inbox/delete.ts';
import { dismissMails } from '../../src/inbox/dismiss.ts';
import { explainMail } from '../../src/inbox/explain.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { moveMails } from '../../src/inbox/move.ts';
import { noteMails } from '../../src/inbox/note.ts';
import { openFromMail } from '../../src/inbox/open-from-mail.ts';
import { applyRules } from '../../src/inbox/rules-apply.ts';
import { testRules } from '../../src/inbox/rules-test.ts';
import { undoMails } from '../../src/inbox/undo.ts';
import { listActions } from '../../src/store/actions.ts';
import { readAudit } from '../../src/store/audit.ts';
import { onBothStores } from '../store/both-stores.ts';
import { ben, deskOn, mail } from './fixtures.ts';

const signal = new AbortController().signal;

await onBothStores('My Inbox', (stores) => {
  test('is emptied with every verb, filled again by undo, and tells the whole story', async () => {
    const desk = await deskOn(await stores.open());
    const acme = await desk.client('Acme', ['acme.example']);
    const ticket = await desk.ticket({ summary: 'Delivery', contacts: ['carla@acme.example'], clientId: acme });
    const mails = [mail({ id: 'a@x' }), mail({ inReplyTo: 'a@x' }), mail(), mail()];
    const shared = mail({ subject: 'Shared', conversation: 'c' });
    await desk.bring([...mails, shared]);
    await desk.bring([shared], { mailbox: ben });
    const waiting = async () => (await listInbox(desk.deps(), { limit: 50 })).map((entry) => entry.id).toSorted();
    const [entry] = await listInbox(desk.deps('ann'), { limit: 1 });
    expect(entry).toMatchObject({ suggested_client: { name: 'Acme' }, candidates: [{ ticket }] });

    await assignMails(desk.deps(), { ids: ['m2'], ticket, conversation: true, reopen: false, dryRun: false });
    await moveMails(desk.deps(), {
      ids: ['m1'],
      ticket: await desk.ticket({ summary: 'Y' }),
      reopen: false,
      dryRun: false,
    });
    await openFromMail(desk.deps(), { id: 'm3', conversation: false, dryRun: false });
    await noteMails(desk.deps(), { ids: ['m4'], client: 'acme', dryRun: false });
    await dismissMails(desk.deps(), { ids: ['m5', 'm6'], dryRun: false });
    expect(await waiting()).toEqual([]);
    expect(await listActions(desk.store.db, 'OPP-2')).toHaveLength(2);

    const undone = await undoMails(desk.deps(), {
      ids: ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'],
      conversation: false,
      dryRun: false,
    });
    expect(undone.mails.every((each) => each.outcome === 'undone')).toBe(true);
    expect(await waiting()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    const { history, placements } = await explainMail(desk.deps(), 'm2');
    expect(history.map((line) => line.verb)).toEqual(['inbox.assign', 'inbox.move', 'inbox.undo']);
    expect(placements[0]?.decision).toMatchObject({ kind: 'inbox', reason: 'undone' });
    expect(await readAudit(desk.store.db, { about: 'opp-2', limit: 10 })).toHaveLength(4);

    await deleteMails(desk.deps(), { ids: ['m5'], dryRun: false });
    expect(await waiting()).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  test('is decided again by rules test and rules apply', async () => {
    const desk = await deskOn(await stores.open());
    await desk.bring(Array.from({ length: 205 }, (_, n) => mail({ subject: n % 2 === 0 ? 'Offer' : 'Other' })));
    const ticket = await desk.ticket({ summary: 'Offer', contacts: ['carla@acme.example'] });
    const trial = await testRules(desk.deps(), { other: null, sinceMs: 0, examples: 1, signal });
    expect(trial).toMatchObject({ decided: 205, counts: { newly_matched: 103, unchanged: 102 } });
    expect((await applyRules(desk.deps(), { sinceMs: 0, dryRun: true, signal })).filed).toHaveLength(103);
    expect((await applyRules(desk.deps(), { sinceMs: 0, dryRun: false, signal })).filed).toHaveLength(103);
    expect(await listActions(desk.store.db, ticket)).toHaveLength(103);
  });
});
