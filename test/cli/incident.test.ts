import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { writeConfig } from '../importer/office.ts';
import { addPeople, cfo, chosenFolder, leads, plant, soc, units } from '../incidents/soc.ts';
import { emptyDirectory, runCli } from './run-cli.ts';

let sandbox: Sandbox;
const directory = emptyDirectory();
const cli = (...args: string[]) => runCli(args, { cwd: directory, env: { SANDBOX_SECRET: sandbox.clientSecret } });
const json = (result: { stdout: string }) => JSON.parse(result.stdout);

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  addPeople(sandbox);
  writeConfig(directory, sandbox, {
    mailboxes: [{ address: soc, agents: ['ann'], matched_to: 'incidents', folders: ['Inbox', chosenFolder] }],
    config: { business_units: units },
  });
  mkdirSync(join(directory, 'templates'));
  writeFileSync(join(directory, 'templates', 'alert.txt'), 'Subject: {{ incident.summary }}\n\nDear {{ unit.name }}\n');
  writeFileSync(join(directory, 'reply.txt'), 'Thank you.');
});
afterAll(() => sandbox.close());

test('units are set by name, and an unknown one is an error that lists them', async () => {
  const made = await cli('ticket', 'new', '--use', 'incident', '--summary', 'Payroll mail', '--units', 'finance');
  expect(made).toMatchObject({ code: 0, stdout: 'INC-1\n' });
  expect(json(await cli('ticket', 'show', 'INC-1', '--json'))).toMatchObject({ units: ['Finance'] });
  const wrong = await cli('ticket', 'set', 'INC-1', '--units', 'Finance,Legal');
  expect(wrong.code).toBe(64);
  expect(wrong.stderr).toContain('there is no business unit "Legal"; there are: Finance, Plant Operations');
});

test('an incident from the notification to the evidence', async () => {
  const notify = [
    'incident',
    'notify',
    'INC-1',
    '--template',
    'alert',
    '--units',
    'Finance,Plant Operations',
    '--json',
  ];
  expect(json(await cli(...notify, '--as', 'ann', '--dry-run'))).toMatchObject({
    dry_run: true,
    from: soc,
    rule: 'team_mailbox',
    units: [
      {
        unit: 'Finance',
        to: [leads],
        subject: 'Payroll mail',
        state: 'would_send',
        text: 'Dear Finance\n',
        html: null,
      },
      { unit: 'Plant Operations', state: 'would_send' },
    ],
  });
  expect(sandbox.world.post.deliveries).toHaveLength(0);
  const outage = sandbox.faults.add({ path: '/messages$', method: 'POST', count: 0, fault: { kind: 'reset_before' } });
  const queued = json(await cli(...notify, '--as', 'ann'));
  expect(queued.units).toMatchObject([{ state: 'pending' }, { state: 'pending' }]);
  expect(json(await cli(...notify, '--as', 'ann', '--dry-run')).units).toMatchObject([
    { unit: 'Finance', state: 'pending', outbox: queued.units[0].outbox },
    { unit: 'Plant Operations', state: 'pending' },
  ]);
  sandbox.faults.remove(outage);
  const states = async () =>
    json(await cli(...notify, '--as', 'ann')).units.map((unit: { state: string }) => unit.state);
  expect(await states()).toEqual(['sent', 'sent']);
  expect(await states()).toEqual(['already_sent', 'already_sent']);

  sandbox.world.answer({ mailbox: leads, as: cfo, text: 'Two opened it.' });
  sandbox.world.answer({ mailbox: plant, text: 'Nobody here.', into: chosenFolder });
  expect((await cli('run', '--once', '--json')).code).toBe(0);
  const mails = json(await cli('incident', 'mails', 'inc-1', '--as', 'ann', '--json'));
  expect(mails.map((mail: { direction: string; unit: string }) => `${mail.direction} ${mail.unit}`).toSorted()).toEqual(
    ['in Finance', 'in Plant Operations', 'out Finance', 'out Plant Operations'],
  );

  const reply = ['incident', 'reply', 'INC-1', '--to', 'Finance', '--body', 'reply.txt'];
  const planned = json(await cli(...reply, '--as', 'ann', '--dry-run', '--json'));
  expect(planned).toMatchObject({ dry_run: true, to: [cfo], cc: [], reply_to: [], subject: 'RE: Payroll mail' });
  const replied = await cli(...reply, '--as', 'ann');
  expect(replied).toMatchObject({ code: 0, stdout: expect.stringContaining(`to ${cfo}`) });
  expect(sandbox.world.post.deliveries.at(-1)).toMatchObject({ to: [{ address: cfo }], subject: 'RE: Payroll mail' });

  expect((await cli('incident', 'export', 'INC-1', '--out', 'evidence', '--as', 'ben')).code).toBe(77);
  const exported = await cli('incident', 'export', 'INC-1', '--out', 'evidence', '--as', 'ann');
  expect(exported).toMatchObject({ code: 0 });
  expect(exported.stdout).toMatch(/^[0-9a-f]{64} {2}.*evidence\/manifest\.json\n$/u);
  expect(json(await cli('incident', 'export', '--verify', 'evidence', '--json'))).toMatchObject({ ok: true, mails: 5 });
});

test('who is not of the team sees that there is an incident, but nothing in it, on no way', async () => {
  const show = (...more: string[]) => cli('ticket', 'show', 'INC-1', ...more);
  const whole = json(await show('--json', '--as', 'ann'));
  expect(whole).toMatchObject({ hidden_mails: 0 });
  expect(whole.actions).toHaveLength(5);
  const refused = [await show('--json', '--as', 'ben'), await show('--as', 'ben')];
  for (const { code, stdout, stderr } of refused) {
    expect(code).toBe(77);
    expect(stdout + stderr).not.toContain('Two opened it');
  }
  const listed = json(await cli('ticket', 'list', '--as', 'ben', '--json'));
  expect(listed).toContainEqual(expect.objectContaining({ id: 'INC-1', summary: 'Payroll mail' }));
  expect(json(await cli('mail', 'list', '--ticket', 'INC-1', '--as', 'ben', '--json'))).toEqual([]);
  expect(json(await cli('inbox', 'list', '--all', '--search', 'opened', '--as', 'ben', '--json'))).toEqual([]);
  for (const id of ['m1', 'm3']) expect(await cli('explain', id, '--as', 'ben')).toMatchObject({ code: 77 });
});

test('details that are the text of a mail are kept from others as the mail is', async () => {
  sandbox.world.addMessage(soc, 'Inbox', {
    from: 'stranger@acme.example',
    to: soc,
    subject: 'Help',
    text: 'Top secret',
  });
  await cli('run', '--once');
  const [waiting] = json(await cli('inbox', 'list', '--json', '--as', 'ann'));
  const opened = await cli('inbox', 'new', waiting.id, '--as', 'ann', '--json');
  expect(opened.code).toBe(0);
  expect(json(await cli('ticket', 'show', 'INC-2', '--json', '--as', 'ann')).details).toContain('Top secret');
  const set = ['ticket', 'set', 'INC-2', '--details', 'Mine', '--dry-run'];
  for (const words of [['ticket', 'show', 'INC-2', '--json'], set]) {
    const refused = await cli(...words, '--as', 'ben');
    expect(refused.code).toBe(77);
    expect(refused.stdout + refused.stderr).not.toContain('Top secret');
  }
});
