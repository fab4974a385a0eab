import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { emptyDirectory } from './run-cli.ts';

const scripts = fileURLToPath(new URL('../../scripts', import.meta.url));

test('installed without development packages, the build that is there stays; one that is missing is told in one line', () => {
  const clone = emptyDirectory();
  cpSync(scripts, join(clone, 'scripts'), { recursive: true });
  cpSync(join(scripts, '..', 'package.json'), join(clone, 'package.json'));
  // The compiler comes along as a peer of other packages.
  mkdirSync(join(clone, 'node_modules', 'typescript'), { recursive: true });
  const prepare = () => spawnSync(process.execPath, ['scripts/prepare.mjs'], { cwd: clone, encoding: 'utf8' });
  expect(prepare()).toMatchObject({
    status: 0,
    stdout: '',
    stderr: 'integrator is not built, and building needs the development packages: npm ci && npm prune --omit=dev\n',
  });
  mkdirSync(join(clone, 'dist', 'cli'), { recursive: true });
  writeFileSync(join(clone, 'dist', 'cli', 'main.js'), '');
  expect(prepare()).toMatchObject({ status: 0, stdout: '', stderr: '' });
});
