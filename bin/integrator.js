#!/usr/bin/env node
// --version is answered before anything is loaded: scripts ask for it often, and it must work in half-built checkouts.
import { existsSync, readFileSync } from 'node:fs';

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else if (existsSync(new URL('../dist/cli/main.js', import.meta.url))) {
  const { main } = await import('../dist/cli/main.js');
  await main(args);
} else {
  process.stderr.write('integrator is not built yet\nnpm run build\n');
  process.exitCode = 1;
}
