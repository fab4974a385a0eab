import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { IntegratorError } from '../domain/errors.ts';
import { keyBytes, sealKey } from './seal.ts';
import type { SealKey } from './seal.ts';
import type { Environment } from './settings.ts';

export interface KeySources {
  readonly env: Environment;
  readonly stateDir: string;
}

/** The key that seals, and every key that may still have to open. */
export interface KeyRing {
  readonly current: SealKey;
  readonly all: readonly SealKey[];
  /** Where the key comes from, for people. */
  readonly source: string;
  /** The file that `auth rekey` may replace; undefined where the key comes from outside. */
  readonly ownFile: string | undefined;
}

export function keyFile(stateDir: string): string {
  return join(stateDir, 'key');
}

/** The next key while `auth rekey` is at work; it stays behind when that was interrupted. */
export function nextKeyFile(stateDir: string): string {
  return join(stateDir, 'key.next');
}

/**
 * The key, from the first place that has one: the systemd credential `integrator-key`, the file INTEGRATOR_KEY_FILE,
 * the variable INTEGRATOR_KEY, `key` in the state directory. Throws `config` for one that is unreadable, malformed or
 * readable by others.
 */
export function loadKeyRing({ env, stateDir }: KeySources): KeyRing | undefined {
  const credentials = env['CREDENTIALS_DIRECTORY'];
  const credential = credentials ? join(credentials, 'integrator-key') : undefined;
  if (credential && existsSync(credential)) {
    // systemd grants a service user access by ACL; the group bits then show the mask, not a group that may read.
    return ringOf(readKeyFile(credential, 0o007), `systemd credential ${credential}`);
  }
  const named = env['INTEGRATOR_KEY_FILE'];
  if (named) return ringOf(readKeyFile(named, 0o077), `file ${named} (INTEGRATOR_KEY_FILE)`);
  const literal = env['INTEGRATOR_KEY'];
  if (literal) return ringOf(parseKey(literal, 'INTEGRATOR_KEY'), 'INTEGRATOR_KEY');
  return ownKeyRing(stateDir);
}

/** As loadKeyRing, but there must be a key. */
export function requireKeyRing(sources: KeySources): KeyRing {
  const ring = loadKeyRing(sources);
  if (ring !== undefined) return ring;
  throw new IntegratorError(
    'config',
    `there is no key to open the stored sign-ins with (${keyFile(sources.stateDir)})`,
    {
      hint: 'put the key back, or sign in again: integrator auth login <connection>',
    },
  );
}

/** As loadKeyRing, but makes `key` in the state directory (0600) where no key is configured. */
export function ensureKeyRing(sources: KeySources): KeyRing {
  const ring = loadKeyRing(sources);
  if (ring !== undefined) return ring;
  writeKeyFile(keyFile(sources.stateDir), newKeyText());
  return requireKeyRing(sources);
}

/** A new random key as text: 32 bytes, base64. */
export function newKeyText(): string {
  return randomBytes(keyBytes).toString('base64');
}

/** Writes a key file (0600, its directory 0700), durable on return. Throws `config` if the file is there already. */
export function writeKeyFile(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, `${text}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const why = exists ? 'it exists already and is never overwritten' : reason(cause);
    throw new IntegratorError('config', `cannot write the key file ${path}: ${why}`, { cause });
  }
}

/** Reads a key file, refusing one whose mode has any of the `forbidden` bits. */
export function readKeyFile(path: string, forbidden = 0o077): SealKey {
  return parseKey(readPrivateFile(path, forbidden), path);
}

function ownKeyRing(stateDir: string): KeyRing | undefined {
  const path = keyFile(stateDir);
  if (!existsSync(path)) return undefined;
  const current = readKeyFile(path);
  const next = nextKeyFile(stateDir);
  const all = existsSync(next) ? [current, readKeyFile(next)] : [current];
  return { current, all, source: `file ${path}`, ownFile: path };
}

function ringOf(key: SealKey, source: string): KeyRing {
  return { current: key, all: [key], source, ownFile: undefined };
}

function readPrivateFile(path: string, forbidden: number): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new IntegratorError('config', `cannot read the key file ${path}: ${reason(cause)}`, { cause });
  }
  try {
    const mode = fstatSync(file).mode & 0o777;
    // Windows has no such bits: every file there shows as readable by all.
    if (process.platform !== 'win32' && (mode & forbidden) !== 0) {
      throw new IntegratorError('config', `the key file ${path} can be read by others (mode ${mode.toString(8)})`, {
        hint: `chmod 600 ${path}`,
      });
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

export function parseKey(text: string, from: string): SealKey {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, 'base64');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed) || bytes.length !== keyBytes) {
    throw new IntegratorError('config', `${from} does not hold a key: ${keyBytes} bytes as base64 are expected`, {
      hint: 'integrator auth keygen prints a new one',
    });
  }
  return sealKey(bytes);
}

function reason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
