import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureKeyRing, keyFile, loadKeyRing, newKeyText, requireKeyRing, writeKeyFile } from '../../src/auth/key.ts';
import { keyIdOf, openSealed, seal, sealKey } from '../../src/auth/seal.ts';
import { TokenStore, tokenStoreFile } from '../../src/auth/token-store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'integrator-key-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const key = sealKey(Buffer.alloc(32, 1));
const otherKey = sealKey(Buffer.alloc(32, 2));

describe('a sealed box', () => {
  test('opens with its key, for its purpose, and looks different each time', () => {
    const box = seal('Geheimnis ✓', key, 'a');
    expect(openSealed(box, [otherKey, key], 'a')).toBe('Geheimnis ✓');
    expect(seal('Geheimnis ✓', key, 'a').equals(box)).toBe(false);
    expect(keyIdOf(box)).toBe(key.id);
  });

  test('does not open with another key, and the message says that it is the key', () => {
    const box = seal('text', key, 'a');
    expect(() => openSealed(box, [otherKey], 'a')).toThrow(`sealed with another key (${key.id})`);
  });

  test('does not open for another connection', () => {
    const box = seal('text', key, 'integrator/token-cache/v1/a');
    expect(() => openSealed(box, [key], 'integrator/token-cache/v1/b')).toThrow('belongs to another connection');
  });

  test('does not open when any single byte was flipped', () => {
    const box = seal('some text', key, 'a');
    for (let at = 0; at < box.length; at += 1) {
      const flipped = Buffer.from(box);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(() => openSealed(flipped, [key], 'a'), `byte ${at}`).toThrow('stored sign-in');
    }
  });

  test('does not open when it was cut at any place', () => {
    const box = seal('some text', key, 'a');
    for (let length = 0; length < box.length; length += 1) {
      expect(() => openSealed(box.subarray(0, length), [key], 'a'), `${length} bytes`).toThrow('stored sign-in');
    }
  });
});

describe('the key', () => {
  const file = (name: string, mode = 0o600) => {
    const path = join(directory, name);
    writeFileSync(path, `${newKeyText()}\n`);
    chmodSync(path, mode);
    return path;
  };

  test('comes from the systemd credential before the file, the file before the variable, that before state_dir/key', () => {
    const stateDir = join(directory, 'state');
    mkdirSync(join(directory, 'credentials'));
    const sources = [
      ['state', {}],
      ['variable', { INTEGRATOR_KEY: newKeyText() }],
      ['file', { INTEGRATOR_KEY_FILE: file('named') }],
      ['credential', { CREDENTIALS_DIRECTORY: join(directory, 'credentials') }],
    ] as const;
    file('credentials/integrator-key');
    ensureKeyRing({ env: {}, stateDir });
    const found: string[] = [];
    const env: Record<string, string> = {};
    for (const [, more] of sources) {
      Object.assign(env, more);
      found.push(loadKeyRing({ env, stateDir })?.source.split(' ')[0] ?? 'none');
    }
    expect(found).toEqual(['file', 'INTEGRATOR_KEY', 'file', 'systemd']);
    expect(loadKeyRing({ env: { INTEGRATOR_KEY_FILE: join(directory, 'named') }, stateDir })?.source).toContain(
      'named',
    );
  });

  test('a credentials directory without our credential is passed over', () => {
    const env = { CREDENTIALS_DIRECTORY: directory, INTEGRATOR_KEY: newKeyText() };
    expect(loadKeyRing({ env, stateDir: directory })?.source).toBe('INTEGRATOR_KEY');
  });

  test('is made where none is configured, readable by its owner only, and stays the same', () => {
    const stateDir = join(directory, 'new', 'state');
    const made = ensureKeyRing({ env: {}, stateDir });
    expect(statSync(keyFile(stateDir)).mode & 0o777).toBe(0o600);
    expect(statSync(stateDir).mode & 0o777).toBe(0o700);
    expect(ensureKeyRing({ env: {}, stateDir }).current.id).toBe(made.current.id);
  });

  test('is never overwritten', () => {
    const path = file('taken');
    const before = readFileSync(path, 'utf8');
    expect(() => writeKeyFile(path, newKeyText())).toThrow('exists already');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test.each([0o640, 0o604, 0o660, 0o644])('in a file of mode %o is refused, with the command that mends it', (mode) => {
    const path = file('loose', mode);
    expect(() => loadKeyRing({ env: { INTEGRATOR_KEY_FILE: path }, stateDir: directory })).toThrow(
      expect.objectContaining({ kind: 'config', hint: `chmod 600 ${path}` }),
    );
  });

  test('as a systemd credential may show the group bit of an ACL, but nothing for the world', () => {
    mkdirSync(join(directory, 'c'));
    const env = { CREDENTIALS_DIRECTORY: join(directory, 'c') };
    file('c/integrator-key', 0o440);
    expect(loadKeyRing({ env, stateDir: directory })).toBeDefined();
    chmodSync(join(directory, 'c/integrator-key'), 0o444);
    expect(() => loadKeyRing({ env, stateDir: directory })).toThrow('can be read by others');
  });

  test.each([
    ['empty', ' \n'],
    ['too short', Buffer.alloc(31).toString('base64')],
    ['too long', Buffer.alloc(33).toString('base64')],
    ['no base64', 'not a key at all!'],
    ['hex', '00'.repeat(32)],
  ])('that is %s is refused, and not shown', (_name, text) => {
    const path = join(directory, 'bad');
    writeFileSync(path, text, { mode: 0o600 });
    expect(() => loadKeyRing({ env: { INTEGRATOR_KEY_FILE: path }, stateDir: directory })).toThrow(
      `${path} does not hold a key`,
    );
    expect(() => loadKeyRing({ env: { INTEGRATOR_KEY_FILE: path }, stateDir: directory })).not.toThrow(text.trim());
  });

  test('that is configured and missing is an error, not a reason to make another', () => {
    const env = { INTEGRATOR_KEY_FILE: join(directory, 'nowhere') };
    expect(() => ensureKeyRing({ env, stateDir: directory })).toThrow('cannot read the key file');
  });

  test('that is nowhere: whoever has to open something is told so', () => {
    expect(() => requireKeyRing({ env: {}, stateDir: directory })).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});

describe('the token store', () => {
  const signIn = {
    box: Buffer.from('sealed'),
    clientKind: 'confidential',
    username: 'svc-crm@contoso.test',
    homeAccountId: 'h',
    tenantId: 't',
    scopes: ['a', 'b'],
    atMs: 5,
  } as const;

  test('reading makes no file', () => {
    const store = new TokenStore(directory);
    expect(store.read('a')).toBeUndefined();
    expect(store.version('a')).toBe(0);
    expect(store.signOut('a')).toBe(false);
    expect(() => statSync(tokenStoreFile(directory))).toThrow('ENOENT');
  });

  test('is private whatever the umask is, and leaves no other file behind', () => {
    const before = process.umask(0);
    const store = new TokenStore(directory);
    store.signIn('a', signIn);
    store.close();
    process.umask(before);
    expect(statSync(tokenStoreFile(directory)).mode & 0o777).toBe(0o600);
    for (const more of ['-wal', '-shm', '-journal']) {
      expect(() => statSync(`${tokenStoreFile(directory)}${more}`)).toThrow('ENOENT');
    }
  });

  test('that others can read is refused', () => {
    new TokenStore(directory).signIn('a', signIn);
    chmodSync(tokenStoreFile(directory), 0o640);
    expect(() => new TokenStore(directory).read('a')).toThrow(
      expect.objectContaining({ kind: 'config', hint: expect.stringContaining('chmod 600') }),
    );
  });

  test('a signed-out box is not in the file any more', () => {
    const store = new TokenStore(directory);
    store.signIn('a', { ...signIn, box: Buffer.from('canary-box-canary-box') });
    expect(readFileSync(tokenStoreFile(directory), 'latin1')).toContain('canary-box');
    expect(store.signOut('a')).toBe(true);
    expect(readFileSync(tokenStoreFile(directory), 'latin1')).not.toContain('canary-box');
    expect(store.signOut('a')).toBe(false);
  });

  test('a refresh that began before a new sign-in does not overwrite it', () => {
    const store = new TokenStore(directory);
    store.signIn('a', signIn);
    const began = store.version('a');
    store.signIn('a', { ...signIn, box: Buffer.from('new') });
    expect(store.refreshed('a', began, Buffer.from('old'), 9)).toBe(false);
    expect(Buffer.from(store.read('a')?.box ?? []).toString()).toBe('new');
    expect(store.refreshed('a', store.version('a'), Buffer.from('newer'), 9)).toBe(true);
  });

  test('what is no database is said to be so', () => {
    writeFileSync(tokenStoreFile(directory), 'this is not a database, it is a sentence that is long enough', {
      mode: 0o600,
    });
    expect(() => new TokenStore(directory).read('a')).toThrow(expect.objectContaining({ kind: 'store' }));
  });
});
