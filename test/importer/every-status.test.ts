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
  [500, 'ErrorInternalServerError'],
  [503, 'ErrorServerBusy'],
] as const;

/** Of these a server says that they are gone for good, and they are not asked for again. */
const goneForGood = new Set(['404 a mail', '404 an attachment', '404 the attachments of a mail']);

const rows = places.flatMap(([service, connection, place, path]) =>
  statuses
    .filter(([status]) => !goneForGood.has(`${status} ${place}`))
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
    '$service answers $status for $place',
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
