import { closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { IntegratorError } from '../domain/errors.ts';
import { sealPurpose } from './cache-plugin.ts';
import { newKeyText, nextKeyFile, readKeyFile, requireKeyRing, writeKeyFile } from './key.ts';
import type { KeyRing, KeySources } from './key.ts';
import { openSealed, seal } from './seal.ts';
import type { SealKey } from './seal.ts';
import type { TokenStore } from './token-store.ts';

export interface Rekeyed {
  readonly signIns: number;
  readonly oldKeyId: string;
  readonly newKeyId: string;
  /** What is left to do by hand; undefined where everything is done. */
  readonly todo: string | undefined;
}

export interface RekeyParts extends KeySources {
  readonly store: TokenStore;
  /** Holds the new key where the old one comes from outside the state directory. */
  readonly newKeyFile?: string | undefined;
}

/**
 * Seals every sign-in with a new key. The next key lies beside the old one until all is done, and both open, so that
 * an interruption at any point loses nothing: run it again. Throws `config` when a sign-in does not open with the old key.
 */
export function rekey(parts: RekeyParts): Rekeyed {
  const ring = requireKeyRing(parts);
  if (ring.ownFile === undefined) return rekeyToGivenKey(parts, ring);
  if (parts.newKeyFile !== undefined) {
    throw new IntegratorError('usage', `the key is ${ring.source}; its successor is made here, not given`, {
      hint: 'Run: integrator auth rekey',
    });
  }
  const next = nextKeyFile(parts.stateDir);
  if (!existsSync(next)) writeKeyFile(next, newKeyText());
  const key = readKeyFile(next);
  const signIns = sealAgain(parts.store, [...ring.all, key], key);
  renameSync(next, ring.ownFile);
  syncDirectory(parts.stateDir);
  return { signIns, oldKeyId: ring.current.id, newKeyId: key.id, todo: undefined };
}

/** A rename lasts through a power cut only once its directory is written. Windows cannot open directories, nor needs to. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  fsyncSync(directory);
  closeSync(directory);
}

/** We cannot put a key where it comes from (a systemd credential, a variable), so the new one is made there first. */
function rekeyToGivenKey({ store, newKeyFile }: RekeyParts, ring: KeyRing): Rekeyed {
  if (newKeyFile === undefined) {
    throw new IntegratorError('usage', `the key comes from ${ring.source}, so the new one has to be given`, {
      hint: 'Run: integrator auth keygen --out new-key && integrator auth rekey --new-key new-key',
    });
  }
  const key = readKeyFile(newKeyFile);
  const signIns = sealAgain(store, [...ring.all, key], key);
  const todo = `Put the key of ${newKeyFile} in the place of ${ring.source} and restart the service; until then it cannot open the sign-ins.`;
  return { signIns, oldKeyId: ring.current.id, newKeyId: key.id, todo };
}

function sealAgain(store: TokenStore, openers: readonly SealKey[], key: SealKey): number {
  return store.rewrite((connection, box) => {
    const purpose = sealPurpose(connection);
    return seal(openSealed(box, openers, purpose), key, purpose);
  });
}
