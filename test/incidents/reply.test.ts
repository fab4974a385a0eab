import { afterAll, beforeAll, expect, test } from 'vitest';
import { incidentMails } from '../../src/incidents/mails.ts';
import { planIncidentReply } from '../../src/incidents/reply.ts';
import { queueMail } from '../../src/outgoing/send-mail.ts';
import { cfo, leads, openSoc, plant, soc } from './soc.ts';
import type { Soc } from './soc.ts';

let of: Soc;
const ids = new Map<string, string>();
const body = { kind: 'text', content: 'Thank you.' } as const;
const plan = (to: string | null, agent: Parameters<Soc['deps']>[0] = 'ben', incident = 'INC-1') =>
  planIncidentReply(of.deps(agent), { incident, to, all: false, cc: [], body, files: [] });

beforeAll(async () => {
  of = await openSoc({ connection: { type: 'ews', server: 'mail.contoso.test' } });
  await of.ticket({ use: 'incident', summary: 'Payroll mail', contacts: [] });
  await of.ticket({ use: 'incident', summary: 'Quiet', contacts: [], units: ['Finance'] });
  await of.app.store.db.updateTable('ticket').set({ details: 'Do not open it.' }).execute();
  await of.notify();
  of.sandbox.world.answer({ mailbox: leads, as: cfo, text: 'First' });
  of.sandbox.world.answer({ mailbox: plant, text: 'Plant' });
  await of.run();
  of.sandbox.clock.advance(5_000);
  of.sandbox.world.answer({ mailbox: leads, text: 'Second' });
  await of.run();
  for (const { id, from, direction } of (await incidentMails(of.deps('ann'), 'INC-1')).mails) {
    ids.set(`${direction} ${from?.address}`, id ?? '');
  }
});
afterAll(() => of.close());

test('a unit is answered in the thread of its newest mail, from the team mailbox, and the answer is on the incident', async () => {
  const { plan: planned, unit } = await plan('finance');
  expect(unit).toBe('Finance');
  of.sandbox.clock.advance(5_000);
  expect(await of.deliver(await queueMail(of.deps('ben'), planned))).toEqual({ state: 'done' });
  const sent = of.sandbox.world.post.deliveries.at(-1);
  expect(sent).toMatchObject({ from: { address: soc }, to: [{ address: leads }], subject: 'RE: Payroll mail' });
  const mime = Buffer.from(sent?.mime ?? []).toString('utf8');
  expect(mime).toMatch(/^In-Reply-To: </imu);
  expect(mime).toMatch(/^X-Integrator-Reference: INC-1\./imu);
  of.sandbox.world.answer({ mailbox: leads, text: 'Third' });
  await of.run();
  const { mails } = await incidentMails(of.deps('ann'), 'INC-1');
  const last = mails.slice(-2).map(({ direction, unit: whose, filed_by: by }) => `${direction} ${whose} ${by}`);
  expect(last.toSorted()).toEqual(['in Finance thread', 'out Finance ben']);
});

test('a mail is answered by its id', async () => {
  const { answered } = await plan(ids.get(`in ${cfo}`) ?? '');
  expect(answered.mail.from?.address).toBe(cfo);
});

test.each<[string, () => Promise<unknown>, object]>([
  [
    'no unit where several wrote',
    () => plan(null),
    { kind: 'usage', message: expect.stringContaining('Finance, Plant Operations') },
  ],
  ['a unit that does not exist', () => plan('Legal'), { kind: 'usage' }],
  ['a mail that went out', () => plan(ids.get(`out ${soc}`) ?? ''), { kind: 'not_found' }],
  ['a mail that is not on it', () => plan('m999'), { kind: 'not_found' }],
  [
    'a unit that has not written',
    () => plan('Finance', 'ben', 'INC-2'),
    {
      kind: 'not_found',
      message: expect.stringContaining('Finance has not written'),
      hint: expect.stringContaining('incident notify INC-2'),
    },
  ],
  ['an agent of another mailbox', () => plan('Finance', 'carl'), { kind: 'not_allowed' }],
])('%s is refused', async (_name, planned, error) => {
  await expect(planned()).rejects.toMatchObject(error);
});

test('an administrator may answer for the team', async () => {
  expect((await plan('Finance', 'root')).plan.job).toMatchObject({ mailbox: soc, agent: 'root', ticketId: 'INC-1' });
});

test('an answer that its mail wants outside the unit is refused until that is confirmed, and inside it is not', async () => {
  of.sandbox.clock.advance(5_000);
  of.sandbox.world.answer({ mailbox: plant, text: 'Here', replyTo: 'plant@elsewhere.example' });
  of.sandbox.world.answer({ mailbox: leads, text: 'There', replyTo: cfo });
  await of.run();
  await expect(plan('Plant Operations')).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(/plant@elsewhere\.example.*not of Plant Operations/u),
    hint: expect.stringContaining('--to-reply-address'),
  });
  const request = { incident: 'INC-1', to: 'Plant Operations', all: false, cc: [], body, files: [] };
  const confirmed = await planIncidentReply(of.deps('ben'), { ...request, toReplyAddress: true });
  expect(confirmed.plan.addressing.to).toMatchObject([{ address: 'plant@elsewhere.example' }]);
  expect((await plan('Finance')).plan.addressing).toMatchObject({
    to: [{ address: cfo }],
    replyTo: [{ address: cfo }],
  });
});

test('a copy whose Reply-To is not that of the stored one is not answered', async () => {
  const { db } = of.app.store;
  const sent = of.sandbox.world.post.deliveries.length;
  const stored = await db.selectFrom('message').select(['id', 'people_json']).execute();
  for (const { id, people_json: json } of stored) {
    const people = JSON.stringify({ ...JSON.parse(json), replyTo: [] });
    await db.updateTable('message').set({ people_json: people }).where('id', '=', id).execute();
  }
  const { plan: planned } = await plan('Plant Operations');
  expect(planned.addressing.to).toMatchObject([{ address: plant }]);
  expect(await of.deliver(await queueMail(of.deps('ben'), planned))).toMatchObject({
    state: 'dead',
    error: { kind: 'not_allowed', message: expect.stringContaining('plant@elsewhere.example') },
  });
  expect(of.sandbox.world.post.deliveries).toHaveLength(sent);
});

test('a closed incident is not answered, with the command that opens it', async () => {
  await of.app.store.db.updateTable('ticket').set({ open: 0 }).where('id', '=', 'INC-1').execute();
  await expect(plan('Finance')).rejects.toMatchObject({ kind: 'usage', hint: 'integrator ticket reopen INC-1' });
});
