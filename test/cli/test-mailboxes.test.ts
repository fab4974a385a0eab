import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ann, ben, writeConfig } from '../importer/office.ts';
import { emptyDirectory, runCli } from './run-cli.ts';

let sandbox: Sandbox;
const directory = emptyDirectory();

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  for (const address of [ann, ben]) sandbox.world.addMailbox({ address, displayName: address, kind: 'user' });
  sandbox.world.setAccess(ben, 'none');
  writeConfig(directory, sandbox);
});
afterAll(() => sandbox.close());

const cli = (...args: string[]) => runCli(args, { cwd: directory, env: { SANDBOX_SECRET: sandbox.clientSecret } });

test('test-mailboxes sends only when asked, tells whether it may, and counts it not as a change by importing', async () => {
  const quiet = JSON.parse((await cli('test-mailboxes', '--json')).stdout);
  expect(quiet).toMatchObject([
    { mailbox: ann, send_as: 'not_tried', verdict: 'ok' },
    { mailbox: ben, send_as: 'not_tried', verdict: 'failed' },
  ]);
  expect(sandbox.world.post.deliveries).toHaveLength(0);

  const loud = await cli('test-mailboxes', '--send', '--json');
  expect(loud.code).toBe(1);
  expect(JSON.parse(loud.stdout)).toMatchObject([
    { mailbox: ann, send_as: 'ok', verdict: 'ok' },
    { mailbox: ben, verdict: 'failed' },
  ]);
  expect(sandbox.world.post.deliveries).toMatchObject([{ from: { address: ann }, to: [{ address: ann }] }]);
  const left = [...sandbox.world.mailbox(ann).items()].map(({ folder }) => folder.wellKnown);
  expect(new Set(left)).toEqual(new Set(['deleteditems']));
  const status = JSON.parse((await cli('status', '--json')).stdout);
  expect(status.mutating_requests).toBe(0);
});
