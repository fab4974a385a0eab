import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runRecorded } from '../cli/run-recorded.ts';
import { type Desk, mail, openDesk } from './fixtures.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  await desk.bring([mail({ subject: 'Order 7' })]);
});
afterAll(() => desk.close());

/** As a user has it from the second command on: what was checked of the configuration is kept. */
const run = (...args: string[]) =>
  runRecorded(['--config', desk.configFile, ...args], { env: { XDG_CACHE_HOME: join(desk.directory, 'cache') } });

const packagesOf = (loaded: readonly string[]) =>
  [...new Set(loaded.flatMap((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))].toSorted();

test('inbox list loads few files, and none of the packages that take long to load', async () => {
  const first = await run('inbox', 'list');
  expect(packagesOf(first.loaded)).toEqual(expect.arrayContaining(['yaml', 'zod']));
  const { code, stdout, loaded } = await run('inbox', 'list');
  expect([code, stdout]).toEqual([0, first.stdout]);
  expect(stdout).toContain('Order 7');
  const packages = ['better-sqlite3', 'commander', 'cosmiconfig'];
  expect(packagesOf(loaded)).toEqual(expect.arrayContaining(packages));
  expect(
    packagesOf(loaded).filter((name) => /^(kysely|zod|yaml|winston|pg|undici|string-width|@azure)/.test(name)),
  ).toEqual([]);
  expect(loaded.filter((file) => file.includes('/dist/')).length).toBeLessThan(90);
});

test('what the list keeps from loading is there when it is needed', async () => {
  const refused = await run('inbox', 'list', '--as', 'ann', '--mailbox', 'ben@contoso.test');
  expect(refused.code).toBe(77);
  const { stdout } = await run('audit', 'log', '--json');
  expect(stdout).toContain('refused');
  const { code, loaded } = await run('inbox', 'list', '--search', 'order');
  expect(code).toBe(0);
  expect(packagesOf(loaded)).toContain('kysely');
});
