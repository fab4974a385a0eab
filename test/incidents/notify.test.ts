import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chooseTeamMailbox } from '../../src/domain/team-mailbox.ts';
import { incidentReference } from '../../src/incidents/reference.ts';
import { queueNotifications } from '../../src/incidents/queue-notifications.ts';
import { ticketUnits } from '../../src/store/tickets.ts';
import { openSoc, plant, soc } from './soc.ts';
import type { Soc } from './soc.ts';

describe('with an incident of two units', () => {
  let of: Soc;
  let incident: string;
  let delivered: Soc['sandbox']['world']['post']['deliveries'];
  beforeAll(async () => {
    of = await openSoc();
    delivered = of.sandbox.world.post.deliveries;
  });
  afterAll(() => of.close());
  beforeEach(async () => {
    incident = await of.ticket({ use: 'incident', summary: 'Payroll mail', contacts: [] });
    await of.app.store.db.updateTable('ticket').set({ details: 'Do not open it.' }).execute();
    of.sandbox.faults.clear();
    delivered.length = 0;
  });
  const template = (name: string, content: string) => writeFileSync(join(of.templates, name), content);
  const rows = () => of.app.store.db.selectFrom('outbox').selectAll().orderBy('id', 'desc').execute();

  test('each unit gets one mail, and a second run writes only to those who have none yet', async () => {
    expect(await of.notify({ incident, units: ['finance'] })).toEqual({ Finance: 'done' });
    expect(await of.notify({ incident })).toEqual({ Finance: 'sent', 'Plant Operations': 'done' });
    expect(await of.notify({ incident })).toEqual({ Finance: 'sent', 'Plant Operations': 'sent' });
    expect(delivered.map(({ from, to }) => [from.address, to.map(({ address }) => address)])).toEqual([
      [soc, ['finance-leads@contoso.test']],
      [soc, [plant]],
    ]);
    expect(await ticketUnits(of.app.store.db, incident)).toEqual(['Finance', 'Plant Operations']);
    const actions = await of.app.store.db.selectFrom('action').selectAll().where('ticket_id', '=', incident).execute();
    expect(actions).toMatchObject([
      { direction: 'out', filed_by: 'ann' },
      { direction: 'out', filed_by: 'ann' },
    ]);
    template('second.txt', 'Subject: More\n\nAgain, {{ unit.name }}.\n');
    expect(await of.notify({ incident, template: 'second' })).toEqual({ Finance: 'done', 'Plant Operations': 'done' });
  });

  test('two that notify at the same time send each mail once', async () => {
    const plans = await Promise.all([of.plan({ incident }), of.plan({ incident })]);
    const queued = await Promise.all(plans.map((plan) => queueNotifications(of.deps('ann'), plan)));
    expect(queued[0]).toEqual(queued[1]);
    for (const id of queued[0]?.values() ?? []) await Promise.all([of.deliver(id), of.deliver(id)]);
    expect(delivered).toHaveLength(2);
  });

  test('a mail that was refused is made anew from the template as it is by then; one of unknown fate is not', async () => {
    template('fix.txt', 'Subject: First\n\nx\n');
    of.sandbox.faults.add({ path: '/send$', fault: { kind: 'status', status: 403, code: 'ErrorSendAsDenied' } });
    expect(await of.notify({ incident, units: ['Finance'], template: 'fix' })).toEqual({ Finance: 'dead' });
    template('fix.txt', 'Subject: Second\n\nx\n');
    expect(await of.notify({ incident, units: ['Finance'], template: 'fix' })).toEqual({ Finance: 'done' });
    expect(delivered.map(({ subject }) => subject)).toEqual(['Second']);
    of.sandbox.faults.add({ path: '/send$', fault: { kind: 'status_after', status: 504 } });
    expect(await of.notify({ incident, units: ['Plant Operations'], template: 'fix' })).toEqual({
      'Plant Operations': 'done',
    });
    expect(delivered).toHaveLength(2);
  });

  test.each<[string, string, object]>([
    [
      'a variable that nobody knows',
      'Subject: x\n\n{{ incident.severity }}',
      { kind: 'usage', message: expect.stringContaining('severity') },
    ],
    [
      'a variable without a value',
      'Subject: {{ incident.reference }}\n\nx',
      { kind: 'usage', message: expect.stringContaining('reference') },
    ],
    ['a subject that comes out empty', 'Subject: \n\nx', { kind: 'usage' }],
  ])('%s is an error before anything is sent, and changes nothing', async (_name, content, error) => {
    template('bad.txt', content);
    const before = (await rows()).length;
    await expect(of.notify({ incident, template: 'bad' })).rejects.toMatchObject(error);
    expect((await rows()).length).toBe(before);
    expect(await ticketUnits(of.app.store.db, incident)).toEqual([]);
  });

  test('what an incident holds is text in the HTML of a template, and one line in its subject', async () => {
    const nasty = '<img src=x onerror=alert(1)>\r\nBcc: eve@evil.example';
    await of.app.store.db.updateTable('ticket').set({ details: nasty }).where('id', '=', incident).execute();
    template('page.html', 'Subject: Alert for {{ unit.name }}\n\n<p>{{ incident.details }}</p>');
    await of.notify({ incident, units: ['Finance'], template: 'page' });
    const mime = Buffer.from(delivered[0]?.mime ?? []).toString('utf8');
    expect(mime).not.toMatch(/^Bcc:/imu);
    const sent = [...of.sandbox.world.mailbox('finance-leads@contoso.test').items()].at(-1);
    expect(sent?.body.content).toContain('&lt;img');
    expect(sent?.body.content).not.toContain('<img');
    template('subject.txt', 'Subject: {{ incident.details }}\n\nx');
    await expect(of.notify({ incident, units: ['Finance'], template: 'subject' })).rejects.toMatchObject({
      kind: 'usage',
    });
  });

  test.each<[string, () => Promise<unknown>, object]>([
    [
      'an unknown unit',
      () => of.plan({ incident, units: ['Finanz', 'Legal'] }),
      { kind: 'usage', hint: expect.stringContaining('Finance, Plant Operations') },
    ],
    ['no unit at all', () => of.plan({ incident, units: [] }), { kind: 'usage' }],
    ['an unknown template', () => of.plan({ incident, template: '../../etc/passwd' }), { kind: 'usage' }],
    ['another mailbox', () => of.plan({ incident, from: 'ann@contoso.test' }), { kind: 'usage' }],
    ['an operator, who has no mailbox', () => of.plan({ incident }, null), { kind: 'usage' }],
    ['an agent of another mailbox', () => of.plan({ incident }, 'carl'), { kind: 'not_allowed' }],
    ['a ticket that is none', () => of.plan({ incident: 'INC-999' }), { kind: 'not_found' }],
  ])('%s is refused', async (_name, plan, error) => {
    await expect(plan()).rejects.toMatchObject(error);
    expect(delivered).toHaveLength(0);
  });

  test('a closed incident and an opportunity notify nobody', async () => {
    const closed = await of.ticket({ use: 'incident', summary: 'Old', contacts: [], open: false });
    await expect(of.plan({ incident: closed })).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('reopen'),
    });
    const deal = await of.ticket({ summary: 'Deal', contacts: [] });
    await expect(of.plan({ incident: deal })).rejects.toMatchObject({ kind: 'usage' });
  });

  test('an administrator notifies from the team mailbox too', async () => {
    expect((await of.plan({ incident }, 'root')).from).toMatchObject({ address: soc, rule: 'team_mailbox' });
  });
});

test('an agent of several team mailboxes says from which one, unless the action has a setting', async () => {
  const mailboxes = [soc, 'soc2@contoso.test'].map((address) => ({
    address,
    agents: ['ann'],
    matched_to: 'incidents',
  }));
  const of = await openSoc({ mailboxes });
  try {
    const incident = await of.ticket({ use: 'incident', summary: 'Payroll', contacts: [] });
    await of.app.store.db.updateTable('ticket').set({ details: 'x' }).execute();
    await expect(of.plan({ incident })).rejects.toMatchObject({
      hint: `add --from with one of: ${soc}, soc2@contoso.test; or decide it for all under outgoing.actions.incident_notification`,
    });
    expect((await of.plan({ incident, from: 'soc2@contoso.test' })).from.rule).toBe('chosen');
  } finally {
    await of.close();
  }
});

describe('from which mailbox', () => {
  const team = { id: 'ann', own: [soc], all: [soc, 'soc2@contoso.test'] };
  const setting = (address: string) => ({ kind: 'address', address }) as const;
  test.each([
    [null, team, null, `from ${soc}`],
    [null, team, soc, `from ${soc}`],
    [null, team, 'soc2@contoso.test', 'not_allowed soc2@contoso.test'],
    [null, team, 'eve@evil.example', 'overruled eve@evil.example'],
    [setting(soc), team, null, `from ${soc}`],
    [setting(soc), team, 'soc2@contoso.test', 'overruled soc2@contoso.test'],
    [setting('soc2@contoso.test'), team, null, 'not_allowed soc2@contoso.test'],
    [setting('noreply@contoso.test'), team, null, 'overruled noreply@contoso.test'],
    [{ kind: 'sales_mailboxes' } as const, team, null, `from ${soc}`],
    [null, { ...team, own: [] }, null, 'choose '],
    [null, { ...team, own: team.all }, null, `choose ${team.all.join()}`],
  ])('%j, %j, --from %s: %s', (of, sender, chosen, expected) => {
    const decided = chooseTeamMailbox(of, sender, chosen);
    expect(`${decided.kind} ${decided.kind === 'choose' ? decided.from.join() : decided.address}`).toBe(expected);
  });
});

describe('our reference', () => {
  const key = new Uint8Array(32).fill(1);
  const made = incidentReference(key, 'INC-1', 'Finance');
  test('is the same for the same incident and unit, and for no other, and cannot be made without the key', () => {
    expect(incidentReference(key, 'INC-1', 'Finance')).toBe(made);
    const others = [
      incidentReference(key, 'INC-1', 'Plant'),
      incidentReference(key, 'INC-2', 'Finance'),
      incidentReference(new Uint8Array(32), 'INC-1', 'Finance'),
    ];
    expect(new Set([made, ...others]).size).toBe(4);
  });
  test.each(['INC-1', '12345', 'a b\r\nX-Evil: 1', '.hidden', 'ü'.repeat(300)])(
    'of incident %j is one safe word',
    (incident) => {
      expect(incidentReference(key, incident, 'Finance\r\nX: y')).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{20,120}$/u);
    },
  );
});
