import { describe, expect, test } from 'vitest';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

const bob = 'bob@acme.example';
const graph = {};
const exchange = { type: 'ews', server: 'mail.contoso.test', auth: 'application' };

const places = [
  ['Graph', graph, 'the listing', '/messages/delta'],
  ['Graph', graph, 'a mail', '/messages/(?!delta)[^/?]+\\?'],
  ['Graph', graph, 'the attachments of a mail', '/attachments(\\?|$)'],
  ['Graph', graph, 'an attachment', '/attachments/.+value'],
  ['Exchange', exchange, 'the listing', '#SyncFolderItems'],
  ['Exchange', exchange, 'a mail', '#GetItem'],
  ['Exchange', exchange, 'an attachment', '#GetAttachment'],
] as const;

const statuses = [
  [400, 'ErrorInvalidRequest'],
  [403, 'ErrorAccessDenied'],
  [404, 'ErrorItemNotFound'],
  [404, 'ErrorInvalidUser'],
  [405, 'ErrorInvalidRequest'],
  [500, 'ErrorInternalServerError'],
  [503, 'ErrorServerBusy'],
] as const;

/** Of these a server says that they are gone for good, and they are not asked for again. */
const goneForGood = new Set(['404 ErrorItemNotFound a mail', '404 ErrorItemNotFound the attachments of a mail']);

const rows = places.flatMap(([service, connection, place, path]) =>
  statuses
    .filter(([status, code]) => !goneForGood.has(`${status} ${code} ${place}`))
    .map(([status, code]) => ({ service, connection, place, path, status, code })),
);

async function stored({ app }: Office) {
  const mails = await app.store.db.selectFrom('message').select('subject').orderBy('subject').execute();
  const files = await app.store.db.selectFrom('attachment').select(['name', 'sha256']).execute();
  const aside = await app.store.db.selectFrom('set_aside').select('id').execute();
  return {
    mails: mails.map(({ subject }) => subject),
    whole: files.filter(({ sha256 }) => sha256 !== null).length,
    aside: aside.length,
  };
}

describe('an error for as long as it lasts is told, and when it is over all mail is there once', () => {
  test.concurrent.each(rows)(
    '$service answers $status $code for $place',
    async ({ service, connection, place, path, status, code }) => {
      const office = await openOffice({ connection, mailboxes: [{ address: ann, agent: 'ann' }] });
      try {
        const { world, faults } = office.sandbox;
        // Over a megabyte, so that Graph gives its bytes alone.
        const large = service === 'Graph' && place === 'an attachment';
        const content = Buffer.alloc(large ? 3_500_000 : 5_000, 7);
        for (const subject of ['One', 'Two']) {
          const attachments = [{ kind: 'file', name: 'scan.bin', content } as const];
          world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject, attachments });
        }
        world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Without' });
        const fault = { kind: 'status', status, code } as const;
        // A listing without the text of its mails: each is asked for.
        const withoutText = { kind: 'drop_fields', names: ['body'] } as const;
        if (place === 'a mail') faults.add({ mailbox: ann, path: 'messages/delta', count: 0, fault: withoutText });
        const rule = faults.add({ mailbox: ann, path, count: 0, fault });
        const during = await office.run();
        expect(faults.hits(rule)).toBeGreaterThan(0);
        const between = await stored(office);
        const complete = between.mails.length === 3 && between.whole === 2;
        if (!complete) expect(during.totals.failed > 0 || during.mailboxes[0]?.error !== null).toBe(true);
        expect(during.totals.imported).toBe(between.mails.length);

        faults.remove(rule);
        const after = await office.run();
        expect(after.mailboxes[0]?.error).toBeNull();
        expect(await stored(office)).toEqual({ mails: ['One', 'Two', 'Without'], whole: 2, aside: 0 });
        expect(during.totals.imported + after.totals.imported).toBe(3);
        expect(after.totals.duplicates).toBe(0);
      } finally {
        await office.close();
      }
    },
  );
});

test('an attachment that is still listed is asked for until it comes, however often it is not there', async () => {
  const office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann' }] });
  try {
    const { world, faults } = office.sandbox;
    const attachments = [{ kind: 'file', name: 'scan.bin', content: Buffer.alloc(3_500_000, 7) } as const];
    world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'One', attachments });
    const fault = { kind: 'status', status: 404, code: 'ErrorItemNotFound' } as const;
    faults.add({ mailbox: ann, path: '/attachments/.+value', count: 0, fault });
    for (let run = 1; run <= 3; run += 1) {
      await office.run();
      expect(await stored(office)).toEqual({ mails: ['One'], whole: 0, aside: 1 });
    }
    faults.clear();
    await office.run();
    expect(await stored(office)).toEqual({ mails: ['One'], whole: 1, aside: 0 });
  } finally {
    await office.close();
  }
}, 60_000);

test.each([400, 403, 409, 410, 423, 451])(
  'an original that is refused by chance (%i) is asked for once more, and kept',
  async (status) => {
    const office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann', keep_original: true }] });
    try {
      office.sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'One' });
      office.sandbox.faults.add({ path: '/\\$value', fault: { kind: 'status', status } });
      await office.run();
      const kept = await office.app.store.db.selectFrom('message').select('original_sha256').execute();
      expect(kept).toEqual([{ original_sha256: expect.any(String) }]);
    } finally {
      await office.close();
    }
  },
);

test('a file that Exchange gives without its bytes is asked for again, not stored as an empty one', async () => {
  const office = await openOffice({ connection: exchange, mailboxes: [{ address: ann, agent: 'ann' }] });
  try {
    const { world, faults } = office.sandbox;
    const attachments = [{ kind: 'file', name: 'scan.bin', content: Buffer.alloc(5_000, 7) } as const];
    world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'One', attachments });
    const changes = [{ pattern: '<(\\w+:)?Content>[^<]*</(\\w+:)?Content>', replacement: '' }];
    const rule = faults.add({ path: '#GetAttachment', count: 0, fault: { kind: 'rewrite', changes } });
    await office.run();
    expect(faults.hits(rule)).toBeGreaterThan(0);
    expect(await stored(office)).toEqual({ mails: ['One'], whole: 0, aside: 1 });
    faults.clear();
    await office.run();
    expect(await stored(office)).toEqual({ mails: ['One'], whole: 1, aside: 0 });
  } finally {
    await office.close();
  }
});
