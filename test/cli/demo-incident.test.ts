import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyDirectory, runCli } from './run-cli.ts';

test('the demo plays an incident to its end, and what it leaves behind works without the server', async () => {
  const cwd = emptyDirectory();
  const demo = await runCli(['demo', '--incident', '--json'], { cwd });
  expect(demo).toMatchObject({ code: 0, stderr: '' });
  const { notified, mails, waiting, replied, exported, verified, incident } = JSON.parse(demo.stdout);
  expect(notified.map(({ unit, state }: { unit: string; state: string }) => `${unit}: ${state}`)).toEqual([
    'Finance: done',
    'Plant Operations: done',
  ]);
  expect(replied).toMatchObject({ unit: 'Finance', to: 'cfo@contoso.test', state: 'done' });
  const story = mails.map((mail: { direction: string; unit: string }) => `${mail.direction} ${mail.unit}`);
  expect(story).toEqual([
    'in Finance',
    'out Finance',
    'out Plant Operations',
    'in Finance',
    'in Plant Operations',
    'out Finance',
    'in Finance',
  ]);
  const forged = waiting.filter(({ reason }: { reason: string }) => reason === 'unverified_sender');
  expect(forged[0]).toMatchObject({ from: { address: 'cfo@contoso.test' }, agents: ['marcus', 'lin'] });
  expect(exported).toMatchObject({ mails: 7, originals: 7, problems: [] });
  expect(verified.problems).toEqual([]);

  const evidence = join(cwd, 'demo', 'evidence');
  execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'SHA256SUMS'], { cwd: evidence });
  const config = ['-c', join('demo', 'integrator.yaml')];
  const left = await runCli(['incident', 'mails', incident.id, '--json', ...config], { cwd });
  expect(JSON.parse(left.stdout)).toHaveLength(7);
  expect(await runCli(['explain', forged[0].id, ...config], { cwd })).toMatchObject({ code: 0 });
  expect(await runCli(['incident', 'export', '--verify', evidence], { cwd })).toMatchObject({ code: 0 });
}, 60_000);
