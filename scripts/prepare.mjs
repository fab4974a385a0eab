// Runs after `npm ci` in a clone, and before packing. Building needs the development packages: an installation without
// them (--omit=dev) keeps the build that is there, or says in one line what is missing. The compiler alone tells
// nothing: it also comes along as a peer of other packages.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { devDependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const needed = Object.keys(devDependencies).filter((name) => name === 'typescript' || name.startsWith('@types/'));

if (needed.every((name) => existsSync(at(`node_modules/${name}`)))) await import('./build.mjs');
else if (!existsSync(at('dist/cli/main.js'))) {
  console.error('integrator is not built, and building needs the development packages: npm ci && npm prune --omit=dev');
}
