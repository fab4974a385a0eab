import { readFileSync } from 'node:fs';

let known: string | undefined;

/** "integrator/<version>", the same for everything that leaves, so that an administrator finds us in the logs. */
export function userAgent(): string {
  known ??= `integrator/${ownVersion()}`;
  return known;
}

function ownVersion(): string {
  // From src/http and from dist/http alike.
  const found: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const isPackage = typeof found === 'object' && found !== null && 'version' in found;
  return isPackage && typeof found.version === 'string' ? found.version : '0';
}
