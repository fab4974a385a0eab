// Stores that version 0.1.0 made are taken over, on SQLite and, moved there by the test, on PostgreSQL: the same mail,
// actions, decisions and deletions, and a run afterwards imports nothing twice. Left out where the stores are absent.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stores = join(root, '..', 'shared', 'fixtures', 'store-0.1.0.tar.gz');

if (!existsSync(stores)) {
  console.log('stores of version 0.1.0: not here, this check was left out');
  process.exit(0);
}
const directory = mkdtempSync(join(tmpdir(), 'integrator-old-stores-'));
try {
  run('tar', ['-xzf', stores, '-C', directory], process.env);
  const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'test/vitest.config.ts'];
  const env = { ...process.env, INTEGRATOR_OLD_STORES: directory };
  run(process.execPath, [...vitest, 'test/store/taken-over.test.ts'], env);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function run(command, words, env) {
  const { status } = spawnSync(command, words, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
