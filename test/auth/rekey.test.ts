import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyFile, newKeyText, nextKeyFile, readKeyFile, requireKeyRing, writeKeyFile } from '../../src/auth/key.ts';
import { rekey } from '../../src/auth/rekey.ts';
import { keyIdOf } from '../../src/auth/seal.ts';
import { tokenStoreFile } from '../../src/auth/token-store.ts';
import { graphScopes, startTenant } from './tenant.ts';
import type { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeEach(async () => {
  tenant = await startTenant();
  await tenant.signIn();
});
afterEach(() => tenant.close());

const stillSignedIn = () => tenant.credential().getToken(graphScopes(tenant.settings));
const boxKey = () => keyIdOf(tenant.world.store.read('contoso-sales')?.box ?? Buffer.alloc(0));

describe('changing the key', () => {
  test('seals everything anew, and the old key opens nothing any more', async () => {
    const old = readFileSync(keyFile(tenant.stateDir), 'utf8').trim();
    const done = rekey({ ...tenant.world });
    expect(done).toMatchObject({ signIns: 1, todo: undefined });
    expect(boxKey()).toBe(done.newKeyId);
    expect(existsSync(nextKeyFile(tenant.stateDir))).toBe(false);
    await expect(stillSignedIn()).resolves.toBeDefined();
    const withOld = { ...tenant.world, env: { INTEGRATOR_KEY: old } };
    await expect(
      tenant.credential(tenant.settings, withOld).getToken(graphScopes(tenant.settings)),
    ).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('another key') });
  });

  test('interrupted before the tokens were sealed anew: nothing is lost, and it can be done again', async () => {
    writeKeyFile(nextKeyFile(tenant.stateDir), newKeyText());
    await expect(stillSignedIn()).resolves.toBeDefined();
    const done = rekey({ ...tenant.world });
    expect(boxKey()).toBe(done.newKeyId);
    await expect(stillSignedIn()).resolves.toBeDefined();
  });

  test('interrupted between the tokens and the key file: both keys open, and it can be done again', async () => {
    const old = join(tenant.stateDir, '..', 'old-key');
    copyFileSync(keyFile(tenant.stateDir), old);
    rekey({ ...tenant.world });
    // Exactly what is on the disk when the process dies before the rename.
    copyFileSync(keyFile(tenant.stateDir), nextKeyFile(tenant.stateDir));
    copyFileSync(old, keyFile(tenant.stateDir));
    const credential = tenant.credential();
    const { token } = await credential.getToken(graphScopes(tenant.settings));
    credential.invalidate(graphScopes(tenant.settings), token);
    await credential.getToken(graphScopes(tenant.settings));
    expect(boxKey()).toBe(readKeyFile(nextKeyFile(tenant.stateDir)).id);
    const again = rekey({ ...tenant.world });
    expect(again.signIns).toBe(1);
    expect(requireKeyRing(tenant.world).all).toHaveLength(1);
    await expect(stillSignedIn()).resolves.toBeDefined();
  });

  test('a box that does not open stops it before anything changes', async () => {
    const { store } = tenant.world;
    const row = store.read('contoso-sales');
    if (row?.box) store.signIn('another', { ...row, box: row.box, atMs: 1 });
    const before = readFileSync(tokenStoreFile(tenant.stateDir));
    expect(() => rekey({ ...tenant.world })).toThrow('belongs to another connection');
    expect(readFileSync(tokenStoreFile(tenant.stateDir)).equals(before)).toBe(true);
    await expect(stillSignedIn()).resolves.toBeDefined();
  });

  test('a key from outside is replaced by one that is given', async () => {
    const text = readFileSync(keyFile(tenant.stateDir), 'utf8').trim();
    const given = join(tenant.stateDir, '..', 'given');
    writeFileSync(given, newKeyText(), { mode: 0o600 });
    const outside = { ...tenant.world, env: { INTEGRATOR_KEY: text } };
    expect(() => rekey(outside)).toThrow(expect.objectContaining({ kind: 'usage' }));
    expect(rekey({ ...outside, newKeyFile: given }).todo).toContain('INTEGRATOR_KEY');
    const world = { ...tenant.world, env: { INTEGRATOR_KEY_FILE: given } };
    await expect(
      tenant.credential(tenant.settings, world).getToken(graphScopes(tenant.settings)),
    ).resolves.toBeDefined();
  });
});

describe('a key or a row that does not fit', () => {
  test('a lost key: the connection says what to do, and a new sign-in mends it', async () => {
    writeFileSync(keyFile(tenant.stateDir), newKeyText());
    await expect(stillSignedIn()).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('key') });
    await tenant.signIn();
    await expect(stillSignedIn()).resolves.toBeDefined();
  });

  test('a row copied to another connection does not open there', async () => {
    const { store } = tenant.world;
    const row = store.read('contoso-sales');
    if (row?.box) store.signIn('thief', { ...row, box: row.box, atMs: 1 });
    const thief = tenant.but({ connection: 'thief' });
    await expect(tenant.credential(thief).getToken(graphScopes(thief))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('belongs to another connection'),
    });
  });

  test('a key put back ends the stop at once', async () => {
    const good = readFileSync(keyFile(tenant.stateDir));
    writeFileSync(keyFile(tenant.stateDir), newKeyText());
    const credential = tenant.credential();
    await expect(credential.getToken(graphScopes(tenant.settings))).rejects.toMatchObject({ kind: 'config' });
    writeFileSync(keyFile(tenant.stateDir), good);
    await expect(credential.getToken(graphScopes(tenant.settings))).resolves.toBeDefined();
  });
});
