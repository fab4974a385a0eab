import { beforeAll, expect, test } from 'vitest';
import { writeFile } from '../config/temporary-config.ts';
import { emptyDirectory, runCli } from './run-cli.ts';

const cwd = emptyDirectory();

beforeAll(() => {
  writeFile(cwd, 'integrator.yaml', 'state_dir: ./state\nagents: [{ id: ann }, { id: root, role: administrator }]\n');
});

test('a command acts for the agent that --as names, else the one in $INTEGRATOR_AGENT, else the operator', async () => {
  const runs = (args: string[], env = {}) => runCli(['inbox', 'list', '--json', ...args], { cwd, env });
  expect(await runs([])).toMatchObject({ code: 0, stdout: '[]\n' });
  expect(await runs(['--as', 'root'], { INTEGRATOR_AGENT: 'nobody' })).toMatchObject({ code: 0 });
  expect(JSON.parse((await runs([], { INTEGRATOR_AGENT: 'anne' })).stdout)).toEqual({
    error: {
      kind: 'usage',
      message: 'there is no agent "anne"; did you mean "ann"?',
      hint: 'correct --as, or $INTEGRATOR_AGENT',
    },
  });
  expect((await runs(['--as', 'nobody'], { INTEGRATOR_AGENT: 'ann' })).code).toBe(64);
});

test.each([['run', '--once'], ['test-mailboxes']])(
  'what is for administrators is refused to an agent (exit 77) and written down: %s',
  async (...args) => {
    const refusals = async () => JSON.parse((await runCli(['audit', 'log', '--json'], { cwd })).stdout);
    const before = await refusals();
    const { code, stdout } = await runCli(['--as', 'ann', ...args, '--json'], { cwd });
    expect([code, JSON.parse(stdout)]).toEqual([77, { error: expect.objectContaining({ kind: 'not_allowed' }) }]);
    const added = { who: 'ann', verb: 'import.run', outcome: 'refused' };
    expect(await refusals()).toEqual([expect.objectContaining(added), ...before]);
  },
);

test.each([
  ['inbox', 'list'],
  ['inbox', 'dismiss', 'm1'],
  ['ticket', 'list'],
  ['ticket', 'close', 'OPP-1'],
  ['mail', 'list'],
  ['explain', 'm1'],
  ['audit', 'log'],
  ['auth', 'status'],
  ['run', '--once'],
  ['status'],
  ['config', 'check'],
])('a name that is empty, from --as or from $INTEGRATOR_AGENT, is nobody: %s %s is refused (64)', async (...args) => {
  const error = { kind: 'usage', message: expect.stringContaining('is empty'), hint: expect.any(String) };
  const calls: [string[], Record<string, string>][] = [
    [['--as', ''], {}],
    [['--as='], {}],
    [['--as', ' '], {}],
    [[], { INTEGRATOR_AGENT: '' }],
  ];
  for (const [flags, env] of calls) {
    const { code, stdout } = await runCli([...args, '--json', ...flags], { cwd, env });
    expect([code, JSON.parse(stdout)]).toEqual([64, { error }]);
  }
});
