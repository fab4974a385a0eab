import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, emptyDirectory, runCli } from '../cli/run-cli.ts';
import type { CliResult } from '../cli/run-cli.ts';
import { writeFile } from '../config/temporary-config.ts';

const config = `
state_dir: ./state
timezone: UTC
agents: [{ id: ann, email: ann@contoso.test }]
ticket_types:
  - { name: Opportunity, use: opportunity }
  - { name: Implementation, use: project }
  - { name: Security Incident, use: incident }
business_units:
  - { name: Finance, recipients: [finance-leads@contoso.test] }
`;

describe('the ticket, client and contact commands', () => {
  let directory: string;
  beforeEach(() => {
    directory = emptyDirectory();
    writeFile(directory, 'integrator.yaml', config);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: directory });
  const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout);

  const piped = (input: string, ...args: string[]) =>
    spawnSync(process.execPath, [bin, ...args], {
      cwd: directory,
      input: Buffer.from(input, 'latin1'),
      encoding: 'utf8',
    });

  it('open, change and close a ticket; the number is the data, the rest is words', async () => {
    const made = await run(
      'ticket',
      'new',
      '--use',
      'opportunity',
      '--summary',
      'Offer',
      '--contact',
      'Ann <a@acme.example>',
    );
    expect(made).toMatchObject({
      code: 0,
      stdout: 'OPP-1\n',
      stderr: expect.stringContaining('contacts: a@acme.example'),
    });
    expect(await run('client', 'new', 'Acme', '--domain', 'acme.example')).toMatchObject({ code: 0, stdout: '1\n' });
    expect(await json('ticket', 'set', 'OPP-1', '--client', 'acme', '--reference', 'CRM-1')).toEqual({
      id: 'OPP-1',
      outcome: 'updated',
      dry_run: false,
      changes: [
        { field: 'client', before: null, after: 'Acme' },
        { field: 'reference', before: null, after: 'CRM-1' },
      ],
    });
    await run('ticket', 'close', 'CRM-1');
    expect(await json('ticket', 'list', '--closed')).toEqual([
      {
        id: 'OPP-1',
        reference: 'CRM-1',
        use: 'opportunity',
        type: 'Opportunity',
        summary: 'Offer',
        open: false,
        client: { id: '1', name: 'Acme' },
        agent: null,
        updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
    const shown = await run('ticket', 'show', 'CRM-1');
    expect(shown.stdout).toMatch(/^OPP-1 {2}Offer\nStatus +closed, Opportunity \(opportunity\)\nClient +Acme\n/);
  });

  it('with --dry-run say the same and change nothing', async () => {
    const args = ['ticket', 'new', '--use', 'incident', '--summary', 'Ransom', '--unit', 'finance'];
    const rehearsed = await run(...args, '--dry-run');
    expect(rehearsed).toMatchObject({
      code: 0,
      stdout: 'INC-1\n',
      stderr: expect.stringContaining('nothing was changed'),
    });
    expect((await run(...args)).stdout).toBe(rehearsed.stdout);
    expect((await run('ticket', 'close', 'INC-1', '-n')).code).toBe(0);
    expect(await json('ticket', 'list')).toMatchObject([{ summary: 'Ransom', open: true }]);
  });

  it('list clients and contacts, and show what belongs to them', async () => {
    await run('client', 'new', 'Acme', '--domain', 'ACME.example');
    await run('contact', 'new', 'Ann Archer <ann@acme.example>', 'ann@home.example', '--client', '1');
    await run('contact', 'set', 'ann@home.example', '--remove-address', 'ann@home.example', '--name', 'Ann B. Archer');
    await run(
      'ticket',
      'new',
      '--use',
      'project',
      '--summary',
      'Roll-out',
      '--client',
      'Acme',
      '--contact',
      'ann@acme.example',
    );
    const contact = {
      id: '1',
      name: 'Ann B. Archer',
      client: { id: '1', name: 'Acme' },
      addresses: ['ann@acme.example'],
    };
    expect(await json('contact', 'show', 'ANN@acme.example')).toMatchObject({ ...contact, tickets: [{ id: 'PRJ-1' }] });
    expect(await json('client', 'show', 'acme')).toMatchObject({ contacts: [contact], tickets: [{ id: 'PRJ-1' }] });
    expect((await run('contact', 'list')).stdout).toMatch(
      /^CONTACT +NAME +CLIENT +ADDRESSES\n +1 +Ann B\. Archer +Acme +ann@acme/,
    );
  });

  it('add a note to a ticket from words, a file or standard input, and show it', async () => {
    await run('ticket', 'new', '--use', 'project', '--summary', 'Roll-out');
    writeFileSync(join(directory, 'minutes.txt'), '\ufeffLine one\r\nLine two\r\n');
    const note = ['ticket', 'note', 'prj-1', '--text', 'As of 10:00', '--body', 'minutes.txt'];
    expect(await json(...note, '--dry-run')).toMatchObject({ id: 'PRJ-1', dry_run: true, action: null });
    expect(await json('ticket', 'show', 'PRJ-1')).toMatchObject({ actions: [] });
    expect(await json(...note)).toMatchObject({ id: 'PRJ-1', outcome: 'updated', dry_run: false, action: '1' });
    expect(piped('from a pipe\n', 'ticket', 'note', 'PRJ-1', '--body', '-', '--as', 'ann').status).toBe(77);
    await run('ticket', 'set', 'PRJ-1', '--agent', 'ann');
    expect(piped('from a pipe\n', 'ticket', 'note', 'PRJ-1', '--body', '-', '--as', 'ann')).toMatchObject({
      status: 0,
      stdout: 'PRJ-1\n',
    });
    expect(piped('\u00ff', 'ticket', 'note', 'PRJ-1', '--body', '-')).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('standard input is not UTF-8'),
    });
    expect(await json('ticket', 'show', 'PRJ-1')).toMatchObject({
      actions: [
        { kind: 'note', filed_by: 'operator', body_text: 'As of 10:00\n\nLine one\nLine two' },
        { kind: 'note', filed_by: 'ann', body_text: 'from a pipe' },
      ],
    });
    const shown = await run('ticket', 'show', 'PRJ-1');
    expect(shown.stdout).toMatch(/note, filed by operator\n {2}As of 10:00\n\n {2}Line one\n {2}Line two\n/);
  });

  it('find tickets by words, together with the other filters, newest first', async () => {
    await run('client', 'new', 'Société Générale');
    const opened = (summary: string, ...more: string[]) =>
      run('ticket', 'new', '--use', 'project', '--summary', summary, ...more);
    await opened('New conveyor', '--client', '1', '--agent', 'ann', '--contact', 'Zoë Zeta <zz@zeta.example>');
    await opened('Old conveyor', '--client', '1');
    await opened('100% pumps', '--reference', 'R_7');
    await run('ticket', 'close', 'PRJ-2');
    const found = async (...args: string[]): Promise<unknown> => {
      const { stdout } = await run('ticket', 'list', '--json', '--search', ...args);
      return JSON.parse(stdout).map(({ id }: { id: string }) => id);
    };
    expect(await found('conv generale')).toEqual(['PRJ-2', 'PRJ-1']);
    expect(await found('conv', '--limit', '1')).toEqual(['PRJ-2']);
    expect(await found('conv', '--open')).toEqual(['PRJ-1']);
    expect(await found('conv', '--agent', 'ANN', '--client', '1', '--use', 'project')).toEqual(['PRJ-1']);
    expect(await found('zoe zz@zeta NEW')).toEqual(['PRJ-1']);
    expect(await found('r_7')).toEqual(['PRJ-3']);
    expect(await found('0%')).toEqual([]);
    expect(await found('100%')).toEqual(['PRJ-3']);
    expect(await found('onveyor')).toEqual([]);
  });

  it('import CSV with a line for each row, and exit 1 when a row failed and the others did not', async () => {
    const file = join(directory, 'tickets.csv');
    writeFileSync(file, 'reference,use,summary,colour\nR-1,project,Roll-out,red\nR-2,sale,X,blue\nR-3,project,=1+1,\n');
    const rehearsed = await run('ticket', 'import', 'tickets.csv', '-n');
    const imported = await run('ticket', 'import', 'tickets.csv');
    expect(imported).toEqual({
      code: 1,
      stdout: [
        'row 2     created    PRJ-1',
        'row 3     failed     "sale" is not a use; it can be opportunity, project or incident',
        'row 4     created    PRJ-2',
        '',
      ].join('\n'),
      stderr: [
        'the column "colour" is not known and was ignored',
        '3 rows: 2 created, 0 updated, 0 unchanged, 1 failed',
        '',
      ].join('\n'),
    });
    expect(rehearsed.stdout).toBe(imported.stdout);
    expect(rehearsed.stderr).toContain('nothing was changed');
    writeFileSync(file, 'reference,use,summary\nR-1,project,Roll-out 2\n');
    const again = await run('ticket', 'import', 'tickets.csv', '--json');
    expect([again.code, JSON.parse(again.stdout)]).toEqual([
      0,
      {
        file: 'tickets.csv',
        dry_run: false,
        ignored_columns: [],
        totals: { created: 0, updated: 1, unchanged: 0, failed: 0 },
        rows: [
          {
            row: 2,
            line: 2,
            outcome: 'updated',
            id: 'PRJ-1',
            changes: [{ field: 'summary', before: 'Roll-out', after: 'Roll-out 2' }],
            error: null,
          },
        ],
      },
    ]);
  });

  it.each<[what: string, args: string[], code: number, kind: string]>([
    ['a ticket that is not there', ['ticket', 'show', 'OPP-7'], 1, 'not_found'],
    [
      'a type that is not configured',
      ['ticket', 'new', '--use', 'project', '--summary', 'S', '--type', 'X'],
      64,
      'usage',
    ],
    ['a limit of nothing', ['ticket', 'list', '--limit', '0'], 64, 'usage'],
    ['a file that is not there', ['client', 'import', 'nope.csv'], 64, 'usage'],
    ['a bad address', ['contact', 'new', 'x'], 64, 'usage'],
    ['an unknown agent', ['ticket', 'list', '--as', 'nobody'], 64, 'usage'],
    ['tickets of nobody', ['ticket', 'list', '--agent', ''], 64, 'usage'],
    ['a search for nothing', ['ticket', 'list', '--search', ' '], 64, 'usage'],
    ['a note without words', ['ticket', 'note', 'OPP-7'], 64, 'usage'],
    ['a note of blanks', ['ticket', 'note', 'OPP-7', '--text', ' \n'], 64, 'usage'],
    ['a note from no file', ['ticket', 'note', 'OPP-7', '--body', 'nope.txt'], 64, 'usage'],
    ['a note with words beside its options', ['ticket', 'note', 'OPP-7', 'Hello'], 64, 'usage'],
    ['a note on no ticket', ['ticket', 'note', 'OPP-7', '--text', 'Hello'], 1, 'not_found'],
  ])('refuse %s', async (_what, args, code, kind) => {
    const result = await run(...args, '--json');
    expect([result.code, JSON.parse(result.stdout)]).toMatchObject([code, { error: { kind } }]);
  });

  it('print nothing of what others wrote that a terminal would act upon', async () => {
    const evil = 'Offer \u202e\u200b';
    await run('ticket', 'new', '--use', 'project', '--summary', evil, '--details', `two\nlines ${evil}`);
    for (const verb of ['list', 'show']) {
      const { stdout } = await run('ticket', verb, ...(verb === 'show' ? ['PRJ-1'] : []));
      expect(stdout).toContain('Offer');
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it('leave tickets that live elsewhere alone', async () => {
    writeFile(
      directory,
      'integrator.yaml',
      `${config}\nticket_system: { type: halo, url: https://crm.example/, client_id: x, client_secret: { env: SECRET } }\n`,
    );
    const refused = await run('ticket', 'new', '--use', 'project', '--summary', 'S');
    expect(refused).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('live in halo') });
  });

  it('of several processes on a store that is not there yet make it once', async () => {
    const results = await Promise.all(
      ['A', 'B', 'C'].map((summary) => run('ticket', 'new', '--use', 'project', '--summary', summary)),
    );
    expect(results.map((result) => result.stderr.split('\n')[0])).toEqual(['created', 'created', 'created']);
    expect(results.map((result) => result.stdout.trim()).sort()).toEqual(['PRJ-1', 'PRJ-2', 'PRJ-3']);
    expect(existsSync(join(directory, 'state', 'integrator.db'))).toBe(true);
  });
});
