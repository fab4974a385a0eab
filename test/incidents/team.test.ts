import { afterAll, beforeAll, expect, test } from 'vitest';
import { assignMails } from '../../src/inbox/assign.ts';
import { mailId } from '../../src/inbox/mail-id.ts';
import { exportIncident } from '../../src/incidents/export/export-incident.ts';
import { incidentMails } from '../../src/incidents/mails.ts';
import { planIncidentReply } from '../../src/incidents/reply.ts';
import { withheldMails } from '../../src/incidents/team.ts';
import { cfo, openSoc, soc } from './soc.ts';
import type { Soc } from './soc.ts';

const ann = 'ann@contoso.test';
let of: Soc;

/** Ben's team tracks incidents; the only mail on this one was put there by Ann, from a mailbox of her own. */
beforeAll(async () => {
  of = await openSoc({
    mailboxes: [
      { address: soc, agents: ['ben'], matched_to: 'incidents' },
      { address: ann, agent: 'ann', matched_to: 'opportunities' },
    ],
  });
  await of.ticket({ use: 'incident', summary: 'Payroll mail', contacts: [], units: ['Finance'] });
  await of.ticket({ use: 'opportunity', summary: 'Pumps', contacts: [] });
  const mail = { from: cfo, to: ann, subject: 'Look at this', text: 'Secret' };
  for (const subject of ['Look at this', 'Pumps']) of.sandbox.world.addMessage(ann, 'Inbox', { ...mail, subject });
  await of.run();
  const items = await of.app.store.db.selectFrom('item').select('id').orderBy('id').execute();
  for (const [at, ticket] of ['INC-1', 'OPP-1'].entries()) {
    const request = { ids: [mailId(items[at]?.id ?? 0)], ticket, conversation: false, reopen: false, dryRun: false };
    await assignMails(of.deps('ann'), request);
  }
});
afterAll(() => of.close());

const seen = async (agent: Parameters<Soc['deps']>[0]) => {
  const { mails, hidden } = await incidentMails(of.deps(agent), 'INC-1');
  return { shown: mails.length, hidden };
};

test('the team may list an incident all of whose mail is another agent’s, who may too, and nobody else', async () => {
  expect(await seen('ben')).toEqual({ shown: 0, hidden: 1 });
  expect(await seen('ann')).toEqual({ shown: 1, hidden: 0 });
  expect(await seen('root')).toEqual({ shown: 1, hidden: 0 });
  await expect(seen('carl')).rejects.toMatchObject({ kind: 'not_allowed' });
});

test('what is listed for the team is answered and exported only by those who have the mail', async () => {
  const reply = (agent: 'ann' | 'ben') =>
    planIncidentReply(of.deps(agent), {
      incident: 'INC-1',
      to: null,
      all: false,
      cc: [],
      body: { kind: 'text', content: 'Thank you.' },
      files: [],
    });
  expect((await reply('ann')).plan.addressing.to).toMatchObject([{ address: cfo }]);
  await expect(reply('ben')).rejects.toMatchObject({ kind: 'not_allowed' });
  const directory = `${of.directory}/evidence`;
  const exported = exportIncident(of.deps('ben'), { incident: 'INC-1', directory });
  await expect(exported).rejects.toMatchObject({ kind: 'not_allowed' });
});

test.each([
  ['INC-1', 'incident', 'carl', 1],
  ['INC-1', 'incident', 'ben', 1],
  ['INC-1', 'incident', 'ann', 0],
  ['INC-1', 'incident', 'root', 0],
  ['INC-1', 'incident', null, 0],
  ['OPP-1', 'opportunity', 'ben', 0],
] as const)('of the mail on %s, %s, so many are not for %s: %i', async (id, use, agent, withheld) => {
  const { actions, mailboxes } = await withheldMails(of.deps(agent), { id, use });
  expect(actions.size).toBe(withheld);
  if (withheld > 0) expect(mailboxes).toEqual([ann, soc]);
});

test('mail that no mailbox has any more is for the team alone', async () => {
  await of.app.store.db.updateTable('item').set({ ticket_id: null }).execute();
  const of1 = async (agent: 'ben' | 'carl') =>
    (await withheldMails(of.deps(agent), { id: 'INC-1', use: 'incident' })).actions.size;
  expect([await of1('ben'), await of1('carl')]).toEqual([0, 1]);
});
