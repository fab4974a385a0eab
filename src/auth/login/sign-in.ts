import { withEntra } from '../entra-session.ts';
import { ensureKeyRing, requireKeyRing } from '../key.ts';
import type { EntraNetwork } from '../network.ts';
import type { AuthSettings } from '../settings.ts';
import type { AuthWorld } from '../connect.ts';
import type { NewSignIn } from '../token-store.ts';
import { acceptSignIn, refuseManyTenants } from './accept.ts';
import type { Redeemed } from './accept.ts';

export interface SignInParts {
  readonly settings: AuthSettings;
  readonly world: AuthWorld;
  /** Aborted when the person gives up. */
  readonly signal: AbortSignal;
  /** How long the person may take. */
  readonly timeoutMs: number;
}

export interface SignedIn extends Omit<NewSignIn, 'box'> {
  readonly connection: string;
  /** Permissions that were asked for and not granted. */
  readonly missing: readonly string[];
  /** Where the key is that seals the tokens. */
  readonly keySource: string;
}

/**
 * The frame of every way to sign in: the key is there first, `redeem` does the part with the person, and only what
 * passed every check is stored. A sign-in that fails leaves the one before it in place. Rejects with IntegratorError.
 */
export async function signIn(
  parts: SignInParts,
  redeem: (network: EntraNetwork) => Promise<Redeemed>,
): Promise<SignedIn> {
  const { settings, world, signal } = parts;
  const { connection } = settings;
  refuseManyTenants(settings);
  ensureKeyRing(world);
  const { signIn: accepted, missing } = await withEntra({ ...world, settings, signal }, undefined, async (network) => {
    const redeemed = await redeem(network);
    // Read when it is needed: a person may take minutes, and the key may have been changed meanwhile.
    const keys = requireKeyRing(world);
    return acceptSignIn({ settings, network, keys, clock: world.clock }, redeemed);
  });
  world.store.signIn(connection, accepted);
  const { box: _sealed, ...shown } = accepted;
  return { ...shown, connection, missing, keySource: requireKeyRing(world).source };
}
