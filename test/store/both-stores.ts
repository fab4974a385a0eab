import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe } from 'vitest';
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
  describe(`${title}, on SQLite`, () => {
    const sqlite = async () => 'sqlite';
    tests(storesOf('sqlite', { empty: sqlite, ready: sqlite }));
  });
  const server = await startPostgres();
  if ('missing' in server) {
    const missing = () => Promise.reject(new Error(server.missing));
    describe.skip(`${title}, on PostgreSQL (skipped: ${server.missing})`, () => {
      tests(storesOf('postgres', { empty: missing, ready: missing }));
    });
    return;
  }
  describe(`${title}, on PostgreSQL`, () => {
    afterAll(() => server.stop());
    tests(storesOf('postgres', databasesOf(server)));
  });
}

interface Databases {
  readonly empty: () => Promise<string>;
  /** With the schema in it already: making it anew for each test costs half a second. */
  readonly ready: () => Promise<string>;
}

function databasesOf(server: PostgresServer): Databases {
  let template: Promise<string> | undefined;
  const makeTemplate = async (): Promise<string> => {
    const url = await server.newDatabase();
    const store = await openStore({ stateDir: tmpdir(), url });
    await store.close();
    return url;
  };
  return {
    empty: () => server.newDatabase(),
    ready: async () => {
      template ??= makeTemplate();
      return server.newDatabase(await template);
    },
  };
}

function storesOf(dialect: 'sqlite' | 'postgres', databases: Databases): Stores {
  const opened: Store[] = [];
  const directories: string[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  const newDirectory = (): string => {
    const directory = mkdtempSync(join(tmpdir(), 'integrator-store-'));
    directories.push(directory);
    return directory;
  };
  return {
    dialect,
    place: async () => ({ stateDir: newDirectory(), url: await databases.empty() }),
    open: async () => {
      const store = await openStore({ stateDir: newDirectory(), url: await databases.ready() });
      opened.push(store);
      return store;
    },
  };
}
