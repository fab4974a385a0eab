import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { startPostgres } from './postgres-server.ts';
import type { PostgresServer } from './postgres-server.ts';

export interface Stores {
  readonly dialect: 'sqlite' | 'postgres';
  /** A new, empty store, closed after the test. */
  open(): Promise<Store>;
  /** Where a new store would be, for tests that open it themselves. */
  place(): Promise<{ readonly stateDir: string; readonly url: string }>;
}

/**
 * Runs the same tests on SQLite and on a real PostgreSQL. Where the server cannot be had, its half is skipped and says
 * why.
 */
export async function onBothStores(title: string, tests: (stores: Stores) => void): Promise<void> {
  describe(`${title}, on SQLite`, () => tests(storesOf('sqlite', async () => 'sqlite')));
  const server = await startPostgres();
  if ('missing' in server) {
    describe.skip(`${title}, on PostgreSQL (skipped: ${server.missing})`, () =>
      tests(storesOf('postgres', () => Promise.reject(new Error(server.missing)))));
    return;
  }
  describe(`${title}, on PostgreSQL`, () => {
    stopAtTheEnd(server);
    tests(storesOf('postgres', () => server.newDatabase()));
  });
}

function stopAtTheEnd(server: PostgresServer): void {
  // The server outlives nothing: also not a file in which no test runs.
  beforeAll(() => {});
  afterAll(() => server.stop());
}

function storesOf(dialect: 'sqlite' | 'postgres', newUrl: () => Promise<string>): Stores {
  const opened: Store[] = [];
  const directories: string[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  const place = async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'integrator-store-'));
    directories.push(stateDir);
    return { stateDir, url: await newUrl() };
  };
  return {
    dialect,
    place,
    open: async () => {
      const store = await openStore(await place());
      opened.push(store);
      return store;
    },
  };
}
