import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/kill-points/main.mjs', import.meta.url));

test('a sending program killed by SIGKILL resumes and delivers once, and the check sees a sender that does not', async () => {
  const run = await promisify(execFile)(process.execPath, [script, '--sends', '3', '--quick']);
  const { kills, duplicates_of_a_naive_sender: duplicates, problems } = JSON.parse(run.stdout);
  expect({ kills, duplicates, problems }).toEqual({ kills: 3, duplicates: 3, problems: [] });
}, 120_000);
