import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, ben, writeConfig } from '../importer/office.ts';
import { emptyDirectory, runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

const mount = (...args: string[]): boolean => spawnSync('mount', args).status === 0;
const unmount = (directory: string): void => void spawnSync('umount', ['-l', directory]);

/** Only root may mount, and not in every container. */
function mayMount(): boolean {
  const directory = emptyDirectory();
  if (!mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory)) return false;
  unmount(directory);
  return true;
}

const withDisk = mayMount() ? describe : describe.skip;

withDisk('a disk of its own for state_dir (skipped where nothing may be mounted)', () => {
  let sandbox: Sandbox;
  let directory: string;
  let state: string;
  const bob = 'bob@acme.example';

  beforeAll(async () => {
    sandbox = await startSandbox({ world: 'empty' });
    for (const address of [ann, ben]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
    for (let n = 0; n < 20; n += 1) {
      sandbox.world.addMessage(ann, 'Inbox', {
        from: bob,
        to: ann,
        subject: `With a file ${n}`,
        attachments: [{ kind: 'file', name: 'scan.bin', content: Buffer.alloc(1_500_000, n + 1) }],
      });
      sandbox.world.addMessage(ben, 'Inbox', {
        from: bob,
        to: ben,
        subject: `Long ${n}`,
        text: `${n}`.repeat(1_000_000),
      });
    }
  });
  afterAll(() => sandbox.close());

  beforeEach(() => {
    directory = emptyDirectory();
    writeConfig(directory, sandbox);
    state = join(directory, 'state');
    mkdirSync(state, { mode: 0o700 });
  });
  afterEach(() => unmount(state));

  const cli = (...args: string[]): Promise<CliResult> =>
    runCli(args, { cwd: directory, env: { SANDBOX_SECRET: sandbox.clientSecret } });
  const json = (result: CliResult) => JSON.parse(result.stdout);

  test.each([
    ['files', ann],
    ['rows of the store', ben],
  ])('that fills up with %s stops the run in words, sets nothing aside, and loses nothing', async (_what, mailbox) => {
    expect(mount('-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', state)).toBe(true);
    const full = await cli('run', '--once', '--mailbox', mailbox, '--json');
    expect(full.code).not.toBe(0);
    expect(json(full).mailboxes).toMatchObject([
      {
        mailbox,
        failed: 0,
        error: {
          kind: 'store',
          message: expect.stringContaining('the disk of state_dir is full'),
          hint: expect.stringContaining('make room'),
        },
      },
    ]);

    expect(mount('-o', 'remount,size=200m', state)).toBe(true);
    expect(json(await cli('status', '--json')).set_aside).toEqual([]);
    const room = await cli('run', '--once', '--mailbox', mailbox, '--json');
    expect(room.code).toBe(0);
    expect(json(room).totals.imported + json(full).totals.imported).toBe(20);
    expect(json(room).totals).toMatchObject({ duplicates: 0, failed: 0 });
    if (mailbox === ann) expect(readdirSync(join(state, 'files', 'incoming'))).toEqual([]);
  });

  test.each([
    ['holds a store', true],
    ['is empty', false],
  ])('that cannot be written and %s is named, with its owner and the way out', async (_what, used) => {
    expect(mount('-t', 'tmpfs', '-o', 'size=200m,mode=700', 'tmpfs', state)).toBe(true);
    if (used) expect((await cli('run', '--once', '--json')).code).toBe(0);
    expect(mount('-o', 'remount,ro', state)).toBe(true);
    const result = await cli('run', '--once', '--json');
    expect(json(result).error).toMatchObject({
      kind: 'store',
      hint: expect.stringMatching(/state belongs to \S+ \(mode 700\), and integrator runs as \S+; /),
    });
    expect(result.stderr).not.toContain('bug');
  });
});
