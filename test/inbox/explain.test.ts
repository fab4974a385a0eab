import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { explanationLines } from '../../src/cli/inbox/explain-lines.ts';
import { createStyle } from '../../src/cli/style.ts';
import { dismissMails } from '../../src/inbox/dismiss.ts';
import { explainMail } from '../../src/inbox/explain.ts';
import { showMail } from '../../src/inbox/show.ts';
import { suggestMail } from '../../src/inbox/suggest-mail.ts';
import { ann, ben, mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

describe('explain', () => {
  test('tells why a mail is on a ticket, step by step, with every candidate', async () => {
    const offer = await desk.ticket({ summary: 'Offer', contacts: ['carla@acme.example'] });
    const other = await desk.ticket({ summary: 'Else', contacts: ['carla@acme.example'] });
    await desk.bring([mail({ subject: 'Re: Offer', id: 'One@mail.test' })]);
    const { placements } = await explainMail(desk.deps(), '<one@MAIL.test>');
    expect(placements).toHaveLength(1);
    expect(placements[0]).toMatchObject({
      id: 'm1',
      mailbox: ann,
      folder: 'Inbox',
      decision: { kind: 'matched', ticket: offer, rule: 'address_and_subject', reason: null },
      ticket: offer,
      filed_by: 'rule',
    });
    const found = placements[0]?.steps.find((step) => step.step === 'address_and_subject');
    expect(found?.candidates).toEqual([
      { ticket: offer, accepted: true, because: expect.stringContaining('the subject is the same') },
      { ticket: other, accepted: false, because: expect.stringContaining('the subject differs') },
    ]);
  });

  test('names the ticket that a mail opened', async () => {
    await desk.close();
    desk = await openDesk({
      connection: {
        unmatched: 'new_ticket',
        mailboxes: [{ address: ann, agent: 'ann', new_ticket_type: 'Opportunity' }],
      },
    });
    await desk.bring([mail({ subject: 'Hello' })]);
    const { placements } = await explainMail(desk.deps(), 'm1');
    expect(placements[0]?.decision).toEqual({ kind: 'new_ticket', ticket: 'OPP-1', rule: null, reason: null });
  });

  test('tells of every copy, in both mailboxes and further folders', async () => {
    const shared = mail({ subject: 'To both' });
    await desk.bring([shared]);
    await desk.bring([shared], { folder: 'Projects' });
    await desk.bring([shared], { mailbox: ben });
    const { placements } = await explainMail(desk.deps(), 'm1');
    expect(placements.map((each) => [each.id, each.mailbox, each.folder, each.decision.kind])).toEqual([
      ['m1', ann, 'Inbox', 'inbox'],
      ['m1', ann, 'Projects', 'duplicate'],
      ['m2', ben, 'Inbox', 'inbox'],
    ]);
  });

  test('shows an agent only the copies in the own mailboxes', async () => {
    const shared = mail({ id: 'both@mail.test' });
    await desk.bring([shared], { mailbox: ben });
    await desk.bring([shared]);
    const { message, placements } = await explainMail(desk.deps('ann'), 'both@mail.test');
    expect(message.id).toBe('m2');
    expect(placements.map((each) => each.mailbox)).toEqual([ann]);
    await expect(explainMail(desk.deps('ann'), 'm1')).rejects.toMatchObject({ kind: 'not_allowed' });
  });

  test('prints one of two mails that have one id, and names the other; showing it asks which one is meant', async () => {
    await desk.bring([
      mail({ id: 'same@mail.test', subject: 'a' }),
      mail({ id: 'same@mail.test', subject: 'b', from: 'x@y.example' }),
    ]);
    expect(await explainMail(desk.deps(), 'same@mail.test')).toMatchObject({ message: { id: 'm1' }, same_id: ['m2'] });
    const options = { chain: true, headers: false, raw: false };
    await expect(showMail(desk.deps(), '<same@mail.test>', options)).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('m1, m2'),
    });
  });

  test.each(['odd@Mail.test', 'no-at-sign', '12345'])(
    'writes the id %s without angle brackets; every command takes it with them',
    async (id) => {
      await desk.bring([mail({ id })]);
      const explanation = await explainMail(desk.deps(), `<${id}>`);
      expect(explanation.message).toMatchObject({ id: 'm1', internet_message_id: id });
      const lines = explanationLines(explanation, { style: createStyle(false), width: 80 }, 'UTC');
      expect(lines).toContain(id);
      const options = { chain: true, headers: false, raw: false };
      expect(await showMail(desk.deps(), ` <${id}> `, options)).toMatchObject({ id: 'm1', internet_message_id: id });
      expect(await suggestMail(desk.deps(), `<${id}>`)).toMatchObject({ id: 'm1' });
      const dismissed = await dismissMails(desk.deps(), { ids: [`<${id}>`], dryRun: false });
      expect(dismissed.mails).toMatchObject([{ id: 'm1', outcome: 'dismissed' }]);
      await expect(showMail(desk.deps(), 'no id', options)).rejects.toMatchObject({ kind: 'usage' });
    },
  );

  test('says of a mail it does not know where it may be', async () => {
    await expect(explainMail(desk.deps(), 'nobody@mail.test')).rejects.toMatchObject({
      kind: 'not_found',
      hint: expect.stringContaining('audit mailboxes'),
    });
  });

  test('says when a ticket that came later fits', async () => {
    await desk.bring([mail({ subject: 'Offer' })]);
    const offer = await desk.ticket({ summary: 'Offer', contacts: ['carla@acme.example'] });
    const explanation = await explainMail(desk.deps(), 'm1');
    expect(explanation.placements[0]).toMatchObject({
      decision: { kind: 'inbox', reason: 'unmatched' },
      today: { kind: 'matched', ticket: offer },
    });
    const text = explanationLines(explanation, { style: createStyle(false), width: 80 }, 'UTC').join('\n');
    expect(text).toContain(`by today's tickets: matched to ${offer} by address and subject (integrator rules apply)`);
  });
});
