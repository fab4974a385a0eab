import { createRequire } from 'node:module';
import type * as Identity from '@azure/identity';
import type * as Msal from '@azure/msal-node';

const load = createRequire(import.meta.url);

/**
 * Microsoft's libraries, loaded when first asked for, as the CommonJS packages that they also are: as ES modules they
 * are some 300 files, which cost twice as much to load.
 */
export function identityLibrary(): typeof Identity {
  const library: typeof Identity = load('@azure/identity');
  return library;
}

export function msalLibrary(): typeof Msal {
  const library: typeof Msal = load('@azure/msal-node');
  return library;
}
