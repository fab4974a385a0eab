import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureKeyRing, loadKeyRing } from './key.ts';
import type { KeySources } from './key.ts';
import type { SealKey } from './seal.ts';

/** No directory locks an account for two tries an hour. */
export const restMs = 30 * 60_000;

export interface PasswordSecret {
  /** Host and port. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/** What is remembered, over the end of the process, of one password that its server refused. */
export interface PasswordMemory {
  /** When the server refused it, if it still rests; epoch milliseconds. */
  refusedAtMs(): number | null;
  /** Once a person asks by hand, the same password may go out once more within its rest. */
  remember(): void;
  /** The server took it. */
  forget(): void;
}

export interface PasswordMemoryOptions extends KeySources {
  /** The wall clock, epoch milliseconds. */
  readonly clock: () => number;
  /** A person asks, and waits for the answer. */
  readonly byHand: boolean;
}

const entry = z.object({ at_ms: z.number(), by_hand: z.boolean() });
const kept = z.record(z.string(), entry);
type Kept = z.output<typeof kept>;

/**
 * Keeps refusals in `refused-passwords.json` of the state directory (0600), each under a keyed hash of server, name and
 * password: who changes one of them starts anew, and the file gives nothing away without the key.
 */
export function passwordMemory(secret: PasswordSecret, options: PasswordMemoryOptions): PasswordMemory {
  const { stateDir, clock, byHand } = options;
  const path = join(stateDir, 'refused-passwords.json');
  const rests = ({ at_ms: at }: Kept[string]): boolean => Math.abs(clock() - at) < restMs;
  const found = (): Kept[string] | undefined => {
    const all = read(path);
    const key = Object.keys(all).length === 0 ? undefined : loadKeyRing(options)?.current;
    return key === undefined ? undefined : all[hashOf(secret, key)];
  };
  const change = (key: SealKey, next: Kept[string] | null): void => {
    const others = Object.entries(read(path)).filter(([hash, one]) => hash !== hashOf(secret, key) && rests(one));
    write(path, Object.fromEntries(next === null ? others : [...others, [hashOf(secret, key), next]]));
  };
  return {
    refusedAtMs: () => {
      const one = found();
      return one === undefined || !rests(one) || (byHand && !one.by_hand) ? null : one.at_ms;
    },
    remember: () => change(ensureKeyRing(options).current, { at_ms: clock(), by_hand: byHand }),
    forget: () => {
      const key = found() === undefined ? undefined : loadKeyRing(options)?.current;
      if (key !== undefined) change(key, null);
    },
  };
}

function hashOf({ server, username, password }: PasswordSecret, { bytes }: SealKey): string {
  const text = JSON.stringify(['integrator/refused-password/v1', server, username, password]);
  return createHmac('sha256', bytes).update(text).digest('hex');
}

/** A file that is not there or cannot be read remembers nothing. */
function read(path: string): Kept {
  try {
    return kept.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? {};
  } catch {
    return {};
  }
}

/** Whole or not at all, whoever else writes. */
function write(path: string, all: Kept): void {
  if (Object.keys(all).length === 0) return rmSync(path, { force: true });
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(fresh, JSON.stringify(all), { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
}
