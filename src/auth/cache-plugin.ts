import type { ICachePlugin, TokenCacheContext } from '@azure/msal-node';
import type { KeyRing } from './key.ts';
import { keyIdOf, openSealed, seal } from './seal.ts';
import type { SealKey } from './seal.ts';
import type { TokenStore } from './token-store.ts';

/** What a sign-in is sealed for: a row copied to another connection does not open. */
export function sealPurpose(connection: string): string {
  return `integrator/token-cache/v1/${connection}`;
}

export interface CachePluginParts {
  readonly connection: string;
  readonly store: TokenStore;
  readonly keys: KeyRing;
  /**
   * Of the sign-in the work began with. MSAL reads the cache again just before it saves, so what was read last says
   * nothing about whose tokens these are.
   */
  readonly version: number;
  readonly clock: () => number;
}

/**
 * MSAL's cache in the token store. A row that is gone is read as an empty cache, never as "keep what you have": else a
 * running service would go on with the tokens of somebody who signed out. Nothing here waits, see TokenStore.
 */
export function cachePlugin(parts: CachePluginParts): ICachePlugin {
  const { connection, store, keys, version } = parts;
  let sealedWith: SealKey | undefined;
  return {
    async beforeCacheAccess(context: TokenCacheContext): Promise<void> {
      const row = store.read(connection);
      const box = row?.box ?? null;
      sealedWith = box === null ? undefined : keys.all.find(({ id }) => id === keyIdOf(box));
      context.tokenCache.deserialize(box === null ? '{}' : openSealed(box, keys.all, sealPurpose(connection)));
    },
    async afterCacheAccess(context: TokenCacheContext): Promise<void> {
      if (!context.cacheHasChanged) return;
      // The key that opened it, not simply ours: while `auth rekey` is at work ours may be the one that goes.
      const box = seal(context.tokenCache.serialize(), sealedWith ?? keys.current, sealPurpose(connection));
      store.refreshed(connection, version, box, parts.clock());
    },
  };
}
