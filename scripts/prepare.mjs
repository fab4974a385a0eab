// Runs after `npm ci` in a clone, and before packing. Building needs the development packages: an installation without
// them (--omit=dev) keeps the build that is there, or says in one line what is missing.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const has = (path) => existsSync(fileURLToPath(new URL(`../${path}`, import.meta.url)));

if (has('node_modules/typescript/bin/tsc')) await import('./build.mjs');
else if (!has('dist/cli/main.js')) {
  console.error('integrator is not built, and building needs the development packages: npm ci && npm prune --omit=dev');
}
