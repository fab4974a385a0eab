import { afterEach, expect, test } from 'vitest';
import { incidentMails } from '../../src/incidents/mails.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { cfo, chosenFolder, leads, openSoc, plant, soc } from './soc.ts';
import type { Soc } from './soc.ts';

let office: Soc | undefined;
afterEach(() => office?.close());

async function open(more: Parameters<typeof openSoc>[0] = {}, incidents = 1): Promise<Soc> {
  office = await openSoc(more);
  for (let number = 1; number <= incidents; number += 1) {
    await office.ticket({ use: 'incident', summary: `Payroll mail ${number}`, contacts: [], units: [] });
    await office.app.store.db.updateTable('ticket').set({ details: 'Do not open it.' }).execute();
  }
  return office;
}

const mailsOf = async (of: Soc, incident = 'INC-1') => (await incidentMails(of.deps('ann'), incident)).mails;
const waiting = (of: Soc, agent: 'ann' | 'ben' = 'ann') => listInbox(of.deps(agent), { limit: 50 });

test.each(['graph', 'ews'])(
  'over %s, answers to a notification are tracked whichever folder they come to',
  async (type) => {
    const of = await open({ connection: { type, ...(type === 'ews' ? { server: 'mail.contoso.test' } : {}) } });
    const { world } = of.sandbox;
    expect(await of.notify()).toEqual({ Finance: 'done', 'Plant Operations': 'done' });
    const text = (name: string) => `Understood, ${name}`;
    world.answer({ mailbox: leads, as: cfo, text: text('CFO') });
    world.answer({ mailbox: plant, text: text('plant'), into: chosenFolder });
    world.addMessage(soc, 'Inbox', {
      from: cfo,
      to: soc,
      subject: 'RE: Payroll mail 1',
      inReplyTo: world.post.deliveries[0]?.internetMessageId ?? '<none@x.test>',
      auth: 'fail',
      text: 'All clear, please close the incident.',
    });
    const report = await of.run();
    expect(report.totals).toMatchObject({ failed: 0, to_inbox: 1 });
    const mails = await mailsOf(of);
    // An own server need not have written what the mail says of its sender.
    const believed = type === 'graph' ? 'pass' : 'none';
    expect(mails.map(({ direction, unit, from, verified }) => [direction, unit, from?.address, verified])).toEqual(
      expect.arrayContaining([
        ['in', 'Finance', cfo, believed],
        ['in', 'Plant Operations', plant, believed],
      ]),
    );
    expect(mails.filter(({ direction }) => direction === 'in')).toHaveLength(2);
    expect(mails.every(({ original_kept: kept }) => kept)).toBe(true);
    for (const agent of ['ann', 'ben'] as const) {
      expect(await waiting(of, agent)).toMatchObject([
        { reason: 'unverified_sender', from: { address: cfo }, agents: ['ann', 'ben'] },
      ]);
    }
    expect((await waiting(of))[0]?.candidates).toMatchObject([{ ticket: 'INC-1' }]);
  },
);

test('what a person sent to units from the mail program is on the incident by its subject, and so are answers', async () => {
  const of = await open({ connection: { type: 'ews', server: 'mail.contoso.test' } });
  await of.app.store.write(async (trx) => {
    for (const unit of ['Finance', 'Plant Operations']) {
      await trx.insertInto('ticket_unit').values({ ticket_id: 'INC-1', unit }).execute();
    }
  });
  for (const to of [leads, plant]) {
    const internetMessageId = `<note-${to}>`;
    const mail = { from: soc, to, subject: 'Payroll mail 1', internetMessageId, text: 'Do not open it.' };
    of.sandbox.world.addMessage(soc, 'Sent Items', mail);
    of.sandbox.world.addMessage(to, 'Inbox', mail);
  }
  of.sandbox.world.answer({ mailbox: plant, text: 'We will not.', into: chosenFolder });
  await of.run();
  expect((await mailsOf(of)).map(({ direction, unit }) => `${direction} ${unit}`).toSorted()).toEqual([
    'in Plant Operations',
    'out Finance',
    'out Plant Operations',
  ]);
});

test('an answer that lost its thread is known by our reference, but only if it comes from the unit', async () => {
  const of = await open();
  await of.notify({ units: ['Finance'] });
  const [delivered] = of.sandbox.world.post.deliveries;
  const reference = delivered?.headers.find(({ name }) => name === 'X-Integrator-Reference');
  expect(reference?.value).toMatch(/^INC-1\.[\w-]{43}$/u);
  expect(delivered?.subject).toBe('Payroll mail 1');
  const answer = {
    to: soc,
    subject: 'new subject',
    headers: reference === undefined ? [] : [reference],
    auth: 'pass',
  } as const;
  of.sandbox.world.addMessage(soc, 'Inbox', { ...answer, from: 'clerk@finance.contoso.test' });
  of.sandbox.world.addMessage(soc, 'Inbox', { ...answer, from: plant });
  of.sandbox.world.addMessage(soc, 'Inbox', { ...answer, from: 'eve@evil.example' });
  await of.run();
  expect((await mailsOf(of)).map(({ from, filed_by: by }) => [from?.address, by])).toEqual([
    [soc, 'ann'],
    ['clerk@finance.contoso.test', 'thread'],
  ]);
  expect(await waiting(of)).toHaveLength(2);
});

test('mail of a unit that two open incidents hit waits with both as candidates; an answer goes where it belongs', async () => {
  const of = await open({ connection: { matching: 'domain' } }, 2);
  await of.notify({ units: ['Finance'] });
  await of.notify({ incident: 'INC-2', units: ['Finance'] });
  of.sandbox.world.addMessage(soc, 'Inbox', { from: cfo, to: soc, subject: 'Something else', auth: 'pass' });
  of.sandbox.world.answer({ mailbox: leads, text: 'Yes', as: cfo });
  await of.run();
  expect((await mailsOf(of, 'INC-1')).map(({ direction }) => direction)).toEqual(['out']);
  expect((await mailsOf(of, 'INC-2')).map(({ direction }) => direction)).toEqual(['out', 'in']);
  const [left] = await waiting(of);
  expect(left).toMatchObject({ subject: 'Something else', reason: 'ambiguous' });
  expect(left?.candidates.map(({ ticket }) => ticket).toSorted()).toEqual(['INC-1', 'INC-2']);
});

test('only agents of the mailbox and administrators read the mail of an incident, and a refusal is written down', async () => {
  const of = await open();
  await of.notify({ units: ['Finance'] });
  for (const agent of ['ben', 'root', null] as const) {
    expect((await incidentMails(of.deps(agent), 'inc-1')).mails).toHaveLength(1);
  }
  await expect(incidentMails(of.deps('carl'), 'INC-1')).rejects.toMatchObject({ kind: 'not_allowed' });
  const log = await of.app.store.db.selectFrom('audit_log').selectAll().where('outcome', '=', 'refused').execute();
  expect(log).toMatchObject([{ verb: 'incident.mails', object: 'INC-1', agent: 'carl' }]);
  await expect(incidentMails(of.deps('ann'), 'INC-9')).rejects.toMatchObject({ kind: 'not_found' });
});
