import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Attachment, ImportedMessage } from '../../src/domain/message.ts';
import { assignMails } from '../../src/inbox/assign.ts';
import { deleteMails } from '../../src/inbox/delete.ts';
import { explainMail } from '../../src/inbox/explain.ts';
import { indexNewMail } from '../../src/inbox/index-mail.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { moveMails } from '../../src/inbox/move.ts';
import { openFromMail } from '../../src/inbox/open-from-mail.ts';
import { showMail } from '../../src/inbox/show.ts';
import { undoMails } from '../../src/inbox/undo.ts';
import { openStore } from '../../src/store/store.ts';
import { findTicket } from '../../src/store/tickets.ts';
import { viewTicket } from '../../src/tickets/ticket-view.ts';
import * as shownBodies from '../../src/tickets/shown-body.ts';
import { ben, deskOn, mail, start } from '../inbox/fixtures.ts';
import type { Desk, SimpleMail, Where } from '../inbox/fixtures.ts';
import { onBothStores } from '../store/both-stores.ts';

const genuine = 'We order twelve sensors.';
const forged = 'Pay to our new account DE99.';
const carla = 'carla@acme.example';

type Verdict = 'pass' | 'none' | 'fail';

/** A copy of the one mail that these tests are about. */
function copy(verdict: Verdict, text = genuine, more: SimpleMail = {}): ImportedMessage {
  const headers =
    verdict === 'none' ? [] : [['Authentication-Results', `dmarc=${verdict} header.from=acme.example`] as const];
  return mail({ id: 'one@acme.example', subject: 'Order', atMs: start, text, ...more, headers });
}

function file(name: string, content: string): Attachment {
  const sha256 = content.repeat(64).slice(0, 64);
  return {
    name,
    contentType: 'application/pdf',
    size: 3,
    kind: 'file',
    inline: false,
    contentId: null,
    content: { kind: 'stored', file: { sha256, size: 3 } },
  };
}

const inBens: Where = { mailbox: ben };
const sent: Where = { sentItems: true };
const all = { limit: 50, all: true } as const;

async function messages({ store }: Desk) {
  return store.db
    .selectFrom('message')
    .innerJoin('message_content', 'message_content.message_id', 'message.id')
    .select(['message.id', 'variant', 'trust', 'verified', 'body', 'people_json', 'original_sha256'])
    .orderBy('message.id')
    .execute();
}

const texts = async (desk: Desk) => (await messages(desk)).map(({ body }) => body);

async function actionsOf({ store }: Desk, ticketId: string) {
  const ticket = await findTicket(store.db, ticketId);
  if (ticket === undefined) throw new Error(`no ticket ${ticketId}`);
  const { actions } = await viewTicket(store.db, ticket, { bodies: shownBodies, chain: true });
  return actions.map(({ body_text: text, verified }) => [text, verified]);
}

await onBothStores('copies with one message id, sender, date and subject', (stores) => {
  let desk: Desk;
  let ticket: string;
  const open = async () => {
    desk = await deskOn(await stores.open());
    ticket = await desk.ticket({ summary: 'Order', contacts: [carla] });
  };
  afterEach(() => desk.store.close());

  test('are two mails where the forged one reaches another mailbox first: the genuine one is filed', async () => {
    await open();
    await desk.bring([copy('fail', forged)], inBens);
    await desk.bring([copy('pass')]);
    expect(await actionsOf(desk, ticket)).toEqual([[genuine, 'pass']]);
    expect(await listInbox(desk.deps('ben'), all)).toMatchObject([{ reason: 'unverified_sender', verified: 'fail' }]);
    expect(await showMail(desk.deps(), 'm1', { chain: true, headers: false, raw: false })).toMatchObject({
      body_text: forged,
      verified: 'fail',
    });
  });

  test.each([
    ['forged first', ['fail', 'pass']],
    ['genuine first', ['pass', 'fail']],
    ['forged first, and nobody judged the other', ['fail', 'none']],
  ] as const)('are two mails in one mailbox, on one page and on two: %s', async (_what, verdicts) => {
    for (const pages of [1, 2]) {
      await open();
      const copies = verdicts.map((verdict) => copy(verdict, verdict === 'fail' ? forged : genuine));
      if (pages === 1) await desk.bring(copies);
      else for (const each of copies) await desk.bring([each]);
      expect((await texts(desk)).toSorted()).toEqual([forged, genuine]);
      expect((await actionsOf(desk, ticket)).map(([text]) => text)).toEqual([genuine]);
      expect(await listInbox(desk.deps(), all)).toMatchObject([{ reason: 'unverified_sender' }]);
    }
  });

  test('are one mail where a forged copy says the same, which is filed once a better copy comes', async () => {
    for (const pages of [1, 2]) {
      await open();
      if (pages === 1) await desk.bring([copy('fail'), copy('pass')]);
      else for (const verdict of ['fail', 'pass'] as const) await desk.bring([copy(verdict)]);
      expect(await messages(desk)).toMatchObject([{ trust: 'trusted', verified: 'pass', body: genuine }]);
      expect(await actionsOf(desk, ticket)).toEqual([[genuine, 'pass']]);
    }
  });

  test('are one mail with a banner or footer, and the shortest of the most trusted is shown', async () => {
    await open();
    const banner = `CAUTION: external.\n${genuine}`;
    await desk.bring([copy('none', banner)]);
    expect(await actionsOf(desk, ticket)).toEqual([[banner, 'unknown']]);
    await desk.bring([copy('none')], inBens);
    expect(await actionsOf(desk, ticket)).toEqual([[genuine, 'unknown']]);
    await desk.bring([copy('pass', `${genuine}\nDisclaimer`)], inBens);
    expect(await actionsOf(desk, ticket)).toEqual([[`${genuine}\nDisclaimer`, 'pass']]);
    // It is compared with the shorter text too, which is shown no longer.
    await desk.bring([copy('none', `${genuine}\nYou get this as a member.`)]);
    await desk.bring([copy('none', banner)], inBens);
    expect(await texts(desk)).toEqual([`${genuine}\nDisclaimer`]);
    expect(await desk.store.db.selectFrom('placement').select('id').execute()).toHaveLength(5);
  });

  test('are one mail where the agent sent it and somebody received it', async () => {
    await open();
    const out = { from: 'ann@contoso.test', to: [carla, ben] };
    await desk.bring([copy('none', genuine, out)], sent);
    await desk.bring([copy('none', `External!\n${genuine}`, out)], inBens);
    await desk.bring([copy('fail', `Other\n${genuine}`, out)], inBens);
    expect(await messages(desk)).toMatchObject([
      { trust: 'trusted', body: genuine },
      { trust: 'failed', variant: 2 },
    ]);
    expect(await actionsOf(desk, ticket)).toEqual([[genuine, 'pass']]);
  });

  test('change everything that is shown when a better one comes: words, people, files and details', async () => {
    await open();
    const worse = copy('none', `${genuine}\nCall +49 123 instead.`, {
      cc: ['eve@evil.example'],
      attachments: [file('old.pdf', 'a')],
      original: { sha256: 'e'.repeat(64), size: 9 },
    });
    await desk.bring([worse]);
    const opened = await openFromMail(desk.deps(), {
      id: 'm1',
      summary: 'Other',
      conversation: false,
      dryRun: false,
    }).catch(() => null);
    expect(opened).toBeNull();
    await undoMails(desk.deps(), { ids: ['m1'], conversation: false, dryRun: false });
    const { ticket: made } = await openFromMail(desk.deps(), { id: 'm1', conversation: false, dryRun: false });
    await indexNewMail(desk.store, { maxMs: 1_000, now: Date.now });
    await desk.bring(
      [copy('pass', genuine, { attachments: [file('new.pdf', 'b')], original: { sha256: 'f'.repeat(64), size: 9 } })],
      inBens,
    );

    const found = async (search: string) =>
      (await listInbox(desk.deps(), { limit: 9, search, filed: true })).map(({ id }) => id);
    expect([await found('instead'), await found('sensors')]).toEqual([[], ['m2', 'm1']]);
    const shown = await showMail(desk.deps(), 'm1', { chain: true, headers: false, raw: false });
    expect(shown).toMatchObject({ cc: [], verified: 'pass', attachments: [{ name: 'new.pdf' }], original_kept: true });
    expect((await findTicket(desk.store.db, made ?? ''))?.details).toBe(genuine);
    const people = await desk.store.db.selectFrom('ticket_participant').select('address').execute();
    expect(people).toEqual([{ address: carla }]);
    expect(await desk.store.db.selectFrom('former_original').select('sha256').execute()).toEqual([
      { sha256: 'e'.repeat(64) },
    ]);
  });

  test('keep the file of an attachment that a better copy could not bring, unless several have its name', async () => {
    await open();
    const names = ['plan.pdf', 'image.png', 'image.png'];
    const unread = (name: string): Attachment => ({
      ...file(name, 'f'),
      content: { kind: 'failed', providerId: name, reason: 'not now' },
    });
    await desk.bring([
      copy('none', `Banner ${genuine}`, { attachments: names.map((name, at) => file(name, `${at}`)) }),
    ]);
    await desk.bring([copy('none', genuine, { attachments: names.map(unread) })], inBens);
    const rows = await desk.store.db.selectFrom('attachment').select('sha256').orderBy('id').execute();
    expect(rows.map(({ sha256 }) => sha256)).toEqual(['0'.repeat(64), null, null]);
  });

  test('are found again as what they were when they are moved in their mailbox', async () => {
    await open();
    const copies = [
      copy('none', `${genuine}\n${'x'.repeat(1_500)}`),
      copy('pass', `${genuine}\n${'y'.repeat(1_500)}`),
      copy('none'),
    ];
    for (const each of copies) await desk.bring([each]);
    const before = await messages(desk);
    for (const each of copies) {
      expect(await desk.bring([each], { folder: 'Archive' })).toMatchObject({ imported: 0, duplicates: 1 });
    }
    expect(await messages(desk)).toEqual(before);
  });

  test('are kept out after a deletion with its content or as the same mail; another mail of the family comes', async () => {
    await open();
    const banner = `CAUTION: external.\n${genuine}`;
    for (const [first, again] of [
      [copy('none'), [copy('none'), copy('none', banner), copy('pass'), copy('fail')]],
      [copy('pass'), [copy('pass', banner), copy('none', `${genuine} Bye.`), copy('none')]],
      [copy('fail', forged), [copy('fail', forged)]],
    ] as const) {
      await open();
      await desk.bring([first], inBens);
      await desk.bring([copy('fail', 'Third text')], inBens);
      await undoMails(desk.deps(), { ids: ['m1'], conversation: false, dryRun: false });
      await deleteMails(desk.deps(), { ids: ['m1'], dryRun: false });
      for (const each of again) expect(await desk.bring([each])).toMatchObject({ imported: 0, skipped: 1 });
      expect(await desk.bring([copy('none', 'Fourth text')])).toMatchObject({ imported: 1 });
    }
  });

  test.each([
    ['a banner and a footer', `CAUTION: external. ${genuine} You get this as a member.`, 0],
    ['2,000 characters of two units before it', `${'😀'.repeat(2_000)}${genuine}`, 0],
    ['2,000 characters before and behind it', `${'x'.repeat(999)}${genuine}${'y'.repeat(1_001)}`, 0],
    ['one character more', `${'x'.repeat(1_000)}${genuine}${'y'.repeat(1_001)}`, 1],
    ['another text', genuine.replace('twelve', 'eleven'), 1],
  ])('and deleted for ever: one with %s', async (_what, text, imported) => {
    await open();
    await desk.bring([copy('none')], inBens);
    await undoMails(desk.deps(), { ids: ['m1'], conversation: false, dryRun: false });
    await deleteMails(desk.deps(), { ids: ['m1'], dryRun: false });
    expect(await desk.bring([copy('none', text)])).toMatchObject({ imported, skipped: 1 - imported });
  });

  test('with no message id are a family by Date, people and the lowest Received', async () => {
    await open();
    const scan = (text: string, hop: string) =>
      mail({ id: null, subject: 'Scan', atMs: start, text, headers: [['Received', hop]] });
    await desk.bring([scan('Page 1', 'from scanner; Mon')]);
    await desk.bring([scan('CAUTION: external.\nPage 1', 'from scanner; Mon')], inBens);
    await desk.bring([scan('Page 2', 'from scanner; Mon'), scan('Page 1', 'from scanner; Tue')]);
    expect((await texts(desk)).toSorted()).toEqual(['Page 1', 'Page 1', 'Page 2']);
  });

  test('are told by explain, which prints the most trusted; other commands ask which one is meant', async () => {
    await open();
    await desk.bring([copy('fail', forged)], inBens);
    await desk.bring([copy('pass')]);
    for (const name of ['one@acme.example', '<One@Acme.Example>']) {
      expect(await explainMail(desk.deps(), name)).toMatchObject({
        message: { id: 'm2', verified: 'pass' },
        same_id: ['m1'],
        placements: [{ verified: 'pass' }],
      });
      const show = showMail(desk.deps(), name, { chain: true, headers: false, raw: false });
      await expect(show).rejects.toMatchObject({ kind: 'usage', hint: expect.stringContaining('m2, m1') });
    }
    // Mail of others does not show through.
    expect(await explainMail(desk.deps('ann'), 'one@acme.example')).toMatchObject({ same_id: [] });
    await expect(
      showMail(desk.deps('ann'), 'one@acme.example', { chain: true, headers: false, raw: false }),
    ).resolves.toMatchObject({ id: 'm2' });
  });

  test('need --yes to be filed by hand beside one another, and nothing is written without', async () => {
    await open();
    await desk.bring([copy('pass')]);
    await desk.bring([copy('fail', forged)]);
    const request = { ids: ['m2'], ticket, conversation: false, reopen: false, dryRun: false };
    const refusal = { kind: 'usage', code: 'second_of_family', hint: expect.stringContaining('--yes') };
    await expect(assignMails(desk.deps(), request)).rejects.toMatchObject(refusal);
    const other = await desk.ticket({ summary: 'Other' });
    await assignMails(desk.deps(), { ...request, ticket: other });
    await expect(moveMails(desk.deps(), { ...request, ids: ['m2'] })).rejects.toMatchObject(refusal);
    expect((await actionsOf(desk, ticket)).length).toBe(1);
    await moveMails(desk.deps(), { ...request, confirmed: true });
    expect(await actionsOf(desk, ticket)).toEqual([
      [genuine, 'pass'],
      [forged, 'fail'],
    ]);
  });
});

await onBothStores('a conversation with mail of an unverified sender', (stores) => {
  let desk: Desk;
  afterEach(() => desk.store.close());

  test.each(['assign', 'move', 'new'] as const)('is filed without it by %s, unless it is named', async (verb) => {
    desk = await deskOn(await stores.open());
    const headers = [['Authentication-Results', 'dmarc=fail header.from=acme.example']] as const;
    await desk.bring([
      mail({ id: 'a@x', conversation: 'c', subject: 'Start' }),
      mail({ inReplyTo: 'a@x', conversation: 'c', subject: 'Answer' }),
      mail({ inReplyTo: 'a@x', conversation: 'c', subject: 'Forged', headers }),
    ]);
    const other = await desk.ticket({ summary: 'Other' });
    const request = { ids: ['m1'], ticket: other, conversation: true, reopen: false, dryRun: false };
    const flows = {
      assign: () => assignMails(desk.deps(), request),
      move: () => moveMails(desk.deps(), request),
      new: () => openFromMail(desk.deps(), { id: 'm1', conversation: true, dryRun: false }),
    };
    const { mails, notes, ticket } = await flows[verb]();
    expect(mails.map(({ id }) => id)).toEqual(['m1', 'm2']);
    expect(notes.join()).toContain('m3 of the same conversation stays out: its sender is not verified (dmarc=fail');
    await assignMails(desk.deps(), { ...request, ids: ['m3'], ticket: ticket ?? '', conversation: false });
    expect((await actionsOf(desk, ticket ?? '')).map(([, verified]) => verified)).toEqual([
      'unknown',
      'unknown',
      'fail',
    ]);
    await undoMails(desk.deps(), { ids: ['m1'], conversation: true, dryRun: false });
    expect(await actionsOf(desk, ticket ?? '')).toEqual([]);
  });
});

describe('whatever copies of a family come, in whatever order, mailboxes and pages', () => {
  const bodies = [genuine, `Banner ${genuine}`, `${genuine} Footer`, forged, `${forged} Footer`, ''];
  const pages = fc.array(
    fc.record({
      where: fc.constantFrom<Where[]>({}, inBens, sent),
      copies: fc.array(
        fc.record({ verdict: fc.constantFrom<Verdict[]>('pass', 'none', 'fail'), text: fc.constantFrom(...bodies) }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 5 },
  );
  type Pages = typeof pages extends fc.Arbitrary<infer Value> ? Value : never;

  async function state({ store }: Desk) {
    const items = await store.db.selectFrom('item').selectAll().orderBy('id').execute();
    const actions = await store.db.selectFrom('action').selectAll().orderBy('id').execute();
    const placements = await store.db.selectFrom('placement').selectAll().orderBy('id').execute();
    return { items, actions, placements };
  }

  async function checkPages(desk: Desk, given: Pages): Promise<void> {
    await desk.ticket({ summary: 'Order', contacts: [carla] });
    const deliver = async () => {
      for (const { where, copies } of given)
        await desk.bring(
          copies.map(({ verdict, text }) => copy(verdict, text)),
          where,
        );
    };
    await deliver();
    const first = { messages: await messages(desk), ...(await state(desk)) };
    const ranks = { trusted: 2, unknown: 1, failed: 0 };
    for (const { id, trust } of first.messages) {
      const copies = first.placements.filter((placement) => placement.message_id === id);
      expect(ranks[trust]).toBe(Math.max(...copies.map((each) => ranks[each.trust])));
    }
    for (const placement of first.placements) {
      const item = first.items.find(({ id }) => id === placement.item_id);
      expect(item?.message_id).toBe(placement.message_id);
    }
    await deliver();
    const second = { messages: await messages(desk), ...(await state(desk)) };
    expect(second.messages).toEqual(first.messages);
    expect(second.items).toEqual(first.items);
    expect(second.actions).toEqual(first.actions);
    expect(second.placements.length).toBe(2 * first.placements.length);
  }

  test('importing twice changes nothing, and the most trusted copy is shown', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (given) => {
        const stateDir = mkdtempSync(join(tmpdir(), 'integrator-copies-'));
        const store = await openStore({ stateDir, url: 'sqlite' });
        try {
          await checkPages(await deskOn(store), given);
        } finally {
          await store.close();
          rmSync(stateDir, { recursive: true, force: true });
        }
      }),
      { numRuns: 60 },
    );
  });
});
