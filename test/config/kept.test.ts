import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { loadQuickly } from '../../src/config/load-quickly.ts';
import { refusal, temporaryDirectory, writeFile } from './temporary-config.ts';

const full = readFileSync(new URL('../fixtures/config/full.yaml', import.meta.url), 'utf8');
const minimal = 'agents: [{ id: ann }]\n';

/** A configuration, and the directory where what was checked is kept. */
function place(text: string) {
  const cwd = temporaryDirectory();
  const path = writeFile(cwd, 'integrator.yaml', text);
  const env = { HOME: cwd, XDG_CACHE_HOME: join(cwd, 'cache') };
  const directory = join(cwd, 'cache/integrator');
  return {
    path,
    env,
    load: (more: { readonly version?: string; readonly env?: Readonly<Record<string, string>> } = {}) =>
      loadQuickly({ path, cwd, version: '1.0.0', env, ...more }),
    keptFiles: () => (existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : []),
  };
}

/** Shows whether the next command reads what is kept: an agent that only what is kept knows of. */
function mark(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace('"ann"', '"kept"'));
}

test.each([
  ['the documented configuration', full],
  ['one with defaults only', minimal],
])('the second command sees the same configuration as the first: %s', async (_what, text) => {
  const { path, env, load, keptFiles } = place(text);
  const { config } = await loadConfig({ path, env, cwd: '/' });
  expect(await load()).toEqual(config);
  expect(keptFiles()).toHaveLength(1);
  expect(await load()).toEqual(config);
});

test('what was checked is kept for its owner only, and the next command reads it', async () => {
  const { load, keptFiles } = place(minimal);
  await load();
  const [file = ''] = keptFiles();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
  mark(file);
  expect((await load()).agents).toMatchObject([{ id: 'kept' }]);
});

test.each([
  ['another text', ({ path }: ReturnType<typeof place>) => writeFileSync(path, `${minimal}concurrency: 3\n`)],
  ['what others can write', (_place: unknown, file: string) => chmodSync(file, 0o620)],
  ['what others can read', (_place: unknown, file: string) => chmodSync(file, 0o644)],
  [
    'a link',
    (_place: unknown, file: string) => {
      renameSync(file, `${file}.elsewhere`);
      symlinkSync(`${file}.elsewhere`, file);
    },
  ],
  ['half a file', (_place: unknown, file: string) => writeFileSync(file, readFileSync(file).subarray(0, 100))],
  [
    'a pipe',
    (_place: unknown, file: string) => (
      renameSync(file, `${file}.old`),
      execFileSync('sh', ['-c', 'mkfifo -m 600 "$0"', file])
    ),
  ],
])('what is kept does not count where it is %s', async (_what, change) => {
  const here = place(minimal);
  await here.load();
  const [file = ''] = here.keptFiles();
  mark(file);
  change(here, file);
  expect((await here.load()).agents).toMatchObject([{ id: 'ann' }]);
});

test('what another version of the program kept does not count', async () => {
  const { load, keptFiles } = place(minimal);
  await load();
  for (const file of keptFiles()) mark(file);
  expect((await load({ version: '1.0.1' })).agents).toMatchObject([{ id: 'ann' }]);
});

test.each([
  [
    'a client secret',
    `
connections:
  - name: sales
    type: graph
    enabled: false
    client_secret: hush-hush
`,
  ],
  ['the password of the store', 'store: postgres://user:hush-hush@db.test/integrator\n'],
])('a configuration that holds %s itself is never kept', async (_what, text) => {
  const { load, keptFiles } = place(text);
  await load();
  expect(keptFiles()).toEqual([]);
});

test('what depends on the surroundings is found anew', async () => {
  const { env, load } = place(minimal);
  await load();
  const { state_dir } = await load({ env: { ...env, XDG_STATE_HOME: '/elsewhere' } });
  expect(state_dir).toBe('/elsewhere/integrator');
});

test('a faulty configuration is refused every time, with file, line and key', async () => {
  const { path, load, keptFiles } = place('agents: [{ id: ann }]\nconcurrency: none\n');
  for (let round = 0; round < 2; round += 1) {
    expect((await refusal(load())).message).toContain(`${path}:2:1: concurrency must be`);
  }
  expect(keptFiles()).toEqual([]);
});

test('a home that is not there is not made, and a cache that cannot be written is no error', async () => {
  const { env, load } = place(minimal);
  const missing = join(env.HOME, 'missing');
  expect((await load({ env: { HOME: missing } })).agents).toMatchObject([{ id: 'ann' }]);
  expect(existsSync(missing)).toBe(false);
  const file = writeFile(env.HOME, 'file', '');
  expect((await load({ env: { HOME: env.HOME, XDG_CACHE_HOME: file } })).agents).toMatchObject([{ id: 'ann' }]);
});
