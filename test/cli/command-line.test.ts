import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createContext } from '../../src/cli/context.ts';
import { createProgram, loadEverything } from '../../src/cli/program.ts';
import { writeFile } from '../config/temporary-config.ts';
import { bin, emptyDirectory, runCli, startCli } from './run-cli.ts';
import { runRecorded } from './run-recorded.ts';

const heavyPackages = /\/(zod|yaml|cosmiconfig|croner|winston|kysely|better-sqlite3|undici|string-width|@azure)\//;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

test('--version is answered before anything is loaded, even in a checkout that was never built', () => {
  const directory = emptyDirectory();
  mkdirSync(join(directory, 'bin'));
  copyFileSync(bin, join(directory, 'bin/integrator.js'));
  copyFileSync(new URL('../../package.json', import.meta.url), join(directory, 'package.json'));
  const run = (...args: string[]) => spawnSync(process.execPath, [join(directory, 'bin/integrator.js'), ...args]);
  expect(String(run('--version').stdout)).toBe(`${version}\n`);
  expect([run('status').status, String(run('status').stderr)]).toEqual([1, expect.stringContaining('npm run build')]);
});

test('--version among other options is answered too', async () => {
  expect(await runCli(['--quiet', '--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('--help lists the nouns on stdout, and loads none of them', async () => {
  const { code, stdout, stderr, loaded } = await runRecorded(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  for (const noun of ['init', 'config', 'completion']) expect(stdout).toMatch(new RegExp(`^ +${noun} `, 'm'));
  expect(loaded.join('\n')).toContain('commander');
  expect(loaded.filter((file) => heavyPackages.test(file))).toEqual([]);
  expect(loaded.filter((file) => /\/dist\/(config|store|auth|mail|tickets|importer|daemon)\//.test(file))).toEqual([]);
});

test('every option that all commands take is in the help of each', async () => {
  const { stdout } = await runCli(['config', 'show', '--help']);
  for (const option of ['-c, --config', '--json', '-q, --quiet', '-v, --verbose', '--no-color', '--as <agent>']) {
    expect(stdout).toContain(option);
  }
});

test('help config show is config show --help', async () => {
  const [first, second] = await Promise.all([runCli(['help', 'config', 'show']), runCli(['config', 'show', '--help'])]);
  expect(first).toEqual(second);
});

test.each<[string, string[], string, string]>([
  ['an unknown noun', ['confg', 'check'], "unknown command 'confg'; did you mean config?", 'integrator --help'],
  ['an unknown verb', ['config', 'chek'], "unknown command 'chek'; did you mean check?", 'integrator config --help'],
  [
    'an unknown option',
    ['config', 'check', '--jsno'],
    "unknown option '--jsno'; did you mean --json?",
    'integrator config check --help',
  ],
  [
    'an option without its value',
    ['config', 'check', '--config'],
    "option '-c, --config <file>' argument missing",
    'integrator config --help',
  ],
  ['an argument too many', ['config', 'check', 'x'], 'too many arguments', 'integrator config check --help'],
  ['an argument too few', ['completion'], "missing required argument 'shell'", 'integrator completion --help'],
  [
    'an argument that is not on the list',
    ['completion', 'tcsh'],
    'Allowed choices are bash, zsh, fish',
    'integrator completion --help',
  ],
])('%s is wrong usage: exit 64, with where help is', async (_what, args, message, hint) => {
  const { code, stdout, stderr } = await runCli(args);
  expect([code, stdout]).toEqual([64, '']);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(hint);
});

test.each([[[]], [['config']]])('a command that is not finished (%j) prints help on stderr: exit 64', async (args) => {
  const { code, stdout, stderr } = await runCli(args);
  expect([code, stdout]).toEqual([64, '']);
  expect(stderr).toMatch(/^Usage: integrator/);
});

test('with --json a failed command prints its error as the document on stdout, and nothing else', async () => {
  const usage = await runCli(['config', 'chek', '--json']);
  expect([usage.code, usage.stderr]).toEqual([64, '']);
  expect(JSON.parse(usage.stdout)).toEqual({
    error: { kind: 'usage', message: expect.stringContaining('chek'), hint: 'integrator config --help' },
  });
  const config = await runCli(['--json', 'config', 'check']);
  expect([config.code, config.stderr]).toEqual([78, '']);
  expect(JSON.parse(config.stdout)).toMatchObject({ error: { kind: 'config', hint: expect.any(String) } });
});

test('where an error came from is told with --verbose only', async () => {
  const args = ['config', 'check', '-c', '/nonexistent/integrator.yaml'];
  expect((await runCli(args)).stderr).not.toMatch(/^ +at /m);
  expect((await runCli([...args, '-v'])).stderr).toMatch(/^ +at /m);
});

test('what an error message quotes cannot act on the terminal', async () => {
  const { stderr } = await runCli(['config', 'check', '-c', 'a\u001b]0;owned\u0007\u009b31mb\u202e']);
  expect(stderr).toContain('does not exist');
  expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('a result that cannot be written is one line on stderr, and exit 1', () => {
  const command = `'${process.execPath}' '${bin}' config schema > /dev/full`;
  const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, 'standard output cannot be written: no space is left\n']);
});

test('no command drops words that it does not know what to do with', async () => {
  const leaves = (command: Command, path: string[]): [Command, string[]][] =>
    command.commands.length === 0
      ? [[command, path]]
      : command.commands.flatMap((each) => leaves(each, [...path, each.name()]));
  const all = leaves(await loadEverything(inProcess), []);
  const tried: string[] = [];
  for (const [command, path] of all) {
    if (command.registeredArguments.some((argument) => argument.variadic)) continue;
    const needed = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long ?? '', 'x']);
    const words = command.registeredArguments.map(() => 'x');
    const running = createProgram('').run([...path, ...words, 'surplus', ...needed], async () => inProcess);
    await expect(running, path.join(' ')).rejects.toMatchObject({ code: 'commander.excessArguments' });
    tried.push(path.join(' '));
  }
  expect(tried).toEqual(expect.arrayContaining(['inbox note', 'inbox show', 'inbox list', 'config check', 'run']));
});

/** A context for commands that never run. */
const inProcess = createContext({
  version: '',
  env: {},
  cwd: '/',
  unixUser: 'nobody',
  streams: process,
  interruption: { signal: new AbortController().signal, exitCode: () => null, takeOver: () => undefined },
  flags: () => ({ config: undefined, json: false, quiet: false, verbose: false, color: false, as: undefined }),
  setExitCode: () => undefined,
});

test('a reader that has seen enough ends the program quietly', () => {
  const pipeline = `set -o pipefail; "$0" "$1" config schema | head -n 1`;
  const result = spawnSync('bash', ['-c', pipeline, process.execPath, bin], { encoding: 'utf8' });
  expect([result.status, result.stdout, result.stderr]).toEqual([0, '{\n', '']);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

test('Ctrl-C ends a command that waits for a server: exit 130', async () => {
  const held: Socket[] = [];
  const silent = createServer((socket) => held.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  const cwd = emptyDirectory();
  writeFile(
    cwd,
    'integrator.yaml',
    `state_dir: ./state
agents: [{ id: ann }]
connections:
  - name: sales
    type: graph
    auth: application
    tenant_id: 6f0c0000-0000-4000-8000-000000000001
    client_id: 6f0c0000-0000-4000-8000-000000000002
    client_secret: secret
    endpoints: { authority: "${url}", graph: "${url}" }
    mailboxes: [{ address: ann@contoso.test, agent: ann }]
`,
  );
  const { child, result } = startCli(['test-mailboxes'], { cwd });
  await until(() => held.length > 0);
  child.kill('SIGINT');
  expect(await result).toMatchObject({ code: 130, stdout: '' });
  for (const socket of held) socket.destroy();
  silent.close();
});

test('a second Ctrl-C ends a command at once, whatever it is stuck in', async () => {
  const cwd = emptyDirectory();
  const pipe = join(cwd, 'integrator.yaml');
  spawnSync('bash', ['-c', 'mkfifo "$0"', pipe]);
  const { child, result } = startCli(['config', 'check', '-c', pipe]);
  await sleep(1_000);
  child.kill('SIGINT');
  await sleep(100);
  child.kill('SIGINT');
  expect(await result).toEqual({ code: null, signal: 'SIGINT', stdout: '', stderr: '' });
});

const shells = { bash: ['-n'], zsh: ['-n'], fish: ['--no-execute'] };

test.each(Object.entries(shells))('the completion for %s is right for that shell', async (shell, check) => {
  const { code, stdout } = await runCli(['completion', shell]);
  expect(code).toBe(0);
  for (const word of ['config', 'check', 'schema', 'completion', 'json']) expect(stdout).toContain(word);
  if (spawnSync(shell, ['-c', 'true']).error !== undefined) return;
  const file = join(emptyDirectory(), 'completion');
  writeFileSync(file, stdout);
  expect(spawnSync(shell, [...check, file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  ['integrator con', 1, ['config', 'contact']],
  ['integrator config sh', 2, ['show']],
  ['integrator -c x.yaml config c', 4, ['check']],
  ['integrator init --dry', 2, ['--dry-run']],
  ['integrator config show --js', 3, ['--json']],
])('in bash "%s" is completed', async (line, position, expected) => {
  const { stdout } = await runCli(['completion', 'bash']);
  const words = line.split(' ');
  const script = `${stdout}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${position}; _integrator; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const result = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  expect(expected).toEqual(expect.arrayContaining(result.stdout.trim().split('\n')));
  expect(result.stdout).toContain(expected[0]);
});
