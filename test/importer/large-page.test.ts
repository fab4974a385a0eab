import { afterEach, expect, test } from 'vitest';
import { passOn } from './between.ts';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office;
afterEach(() => office.close());

const megabyte = 1024 * 1024;

test.each([
  ['Graph', {}],
  ['Exchange', { type: 'ews', server: 'mail.contoso.test', auth: 'application' }],
])('large mails from %s are committed before many of them are in memory', async (_name, connection) => {
  office = await openOffice({ connection, mailboxes: [{ address: ann, agent: 'ann' }] });
  const { sandbox, app } = office;
  const html = `<p>${'x'.repeat(2 * megabyte)}</p>`;
  for (let n = 0; n < 12; n += 1)
    sandbox.world.addMessage(ann, 'Inbox', { from: 'b@c.example', subject: `${n}`, html });
  let read = 0;
  let mostHeld = 0;
  const report = await office.run({
    reader: (reader) => ({
      ...passOn(reader),
      read: async function* (entries, options) {
        for await (const result of reader.read(entries, options)) {
          yield result;
          read += 1;
          const rows = await app.store.db.selectFrom('message').select('id').execute();
          mostHeld = Math.max(mostHeld, read - rows.length);
        }
      },
    }),
  });
  expect(report.mailboxes[0]).toMatchObject({ imported: 12, error: null });
  expect(mostHeld).toBeLessThanOrEqual(5);
  expect((await office.run()).totals).toMatchObject({ imported: 0, duplicates: 0 });
});
