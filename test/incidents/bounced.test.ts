import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { assignMails } from '../../src/inbox/assign.ts';
import { exportIncident } from '../../src/incidents/export/export-incident.ts';
import { manifestSchema } from '../../src/incidents/export/manifest.ts';
import { incidentMails } from '../../src/incidents/mails.ts';
import { openSoc, soc } from './soc.ts';
import type { Soc } from './soc.ts';

let of: Soc | undefined;
afterEach(() => of?.close());

test('sent mail that is put on an incident by hand after it bounced is bounced there, in the list as in the evidence', async () => {
  of = await openSoc();
  const incident = await of.ticket({ use: 'incident', summary: 'Payroll mail', contacts: [], units: [] });
  const internetMessageId = '<from-outlook@contoso.test>';
  const sent = { from: soc, to: 'bob@acme.example', subject: 'A question', internetMessageId };
  of.sandbox.world.addMessage(soc, 'Sent Items', sent);
  of.sandbox.world.addMessage(soc, 'Inbox', {
    from: 'postmaster@mx.acme.example',
    to: soc,
    subject: 'Undeliverable: A question',
    itemClass: 'REPORT.IPM.Note.NDR',
    attachments: [{ kind: 'item', message: sent }],
  });
  await of.run();
  const row = await of.app.store.db.selectFrom('item').select('id').where('sent', '=', 1).executeTakeFirstOrThrow();
  await assignMails(of.deps('ann'), {
    ids: [`m${row.id}`],
    ticket: incident,
    conversation: false,
    hideChain: false,
    reopen: false,
    dryRun: false,
  });
  const { mails } = await incidentMails(of.deps('ann'), incident);
  expect(mails).toMatchObject([{ direction: 'out', bounced_at: expect.any(String) }]);
  const directory = join(of.directory, 'evidence');
  await exportIncident(of.deps('ann'), { incident, directory });
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')));
  expect(manifest.mails.map((mail) => mail.bounced_at)).toEqual(mails.map((mail) => mail.bounced_at));
});
