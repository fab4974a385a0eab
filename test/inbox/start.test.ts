import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runRecorded } from '../cli/run-recorded.ts';
import { type Desk, mail, openDesk } from './fixtures.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk({ connection: { auth: 'application' } });
  await desk.bring([mail({ subject: 'Order 7' })]);
});
afterAll(() => desk.close());

/** As a user has it from the second command on: what was checked of the configuration is kept. */
const run = (...args: string[]) =>
  runRecorded(['--config', desk.configFile, ...args], { env: { XDG_CACHE_HOME: join(desk.directory, 'cache') } });

const packagesOf = (loaded: readonly string[]) =>
  [...new Set(loaded.flatMap((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))].toSorted();

test.each([['inbox', 'list'], ['status']])(
  '%s %s loads few files, and no package that takes long to load',
  async (...words) => {
    // The first command after a change of the configuration checks it.
    const first = await run(...words);
    const { code, stdout, loaded } = await run(...words);
    expect([code, stdout]).toEqual([0, first.stdout]);
    expect(stdout).toContain(words.length === 1 ? 'ann@contoso.test' : 'Order 7');
    const packages = packagesOf(loaded);
    expect(packages).toEqual(expect.arrayContaining(['better-sqlite3', 'commander', 'cosmiconfig']));
    expect(packages.filter((name) => /^(kysely|zod|yaml|winston|pg|undici|string-width|@azure)/.test(name))).toEqual(
      [],
    );
    expect(loaded.filter((file) => file.includes('/dist/')).length).toBeLessThan(90);
  },
);

test('what these keep from loading is there when it is needed', async () => {
  const refused = await run('inbox', 'list', '--as', 'ann', '--mailbox', 'ben@contoso.test');
  expect(refused.code).toBe(77);
  const { stdout } = await run('audit', 'log', '--json');
  expect(stdout).toContain('refused');
  const { code, stdout: found, loaded } = await run('inbox', 'list', '--search', 'order');
  expect([code, found]).toEqual([0, expect.stringContaining('Order 7')]);
  expect(packagesOf(loaded)).toContain('kysely');
});
