import type { Gate } from '../http/gate.ts';
import type { Store, StoreWriter } from '../store/store.ts';
import { hashOnly } from './hash-only.ts';
import { StoredPageFiles } from './page-files.ts';
import type { PageFiles } from './page-files.ts';
import { pageTurns } from './page-turn.ts';

/** Where an import writes: into the store, or nowhere. */
export interface PageWriter {
  readonly store: Store;
  beginFiles(): PageFiles;
  /** true: what is written is taken back at once, so that an id that the store gave is soon another mail's. */
  readonly discards: boolean;
  /** See page-turn.ts. */
  readonly turns: Gate;
  write<T>(work: (trx: StoreWriter) => Promise<T>): Promise<T>;
}

export function storePages(store: Store): PageWriter {
  return {
    store,
    beginFiles: () => new StoredPageFiles(store),
    discards: false,
    turns: pageTurns(),
    write: (work) => store.write(work),
  };
}

/**
 * For --dry-run: every page is decided and written as always, so that what it says is what would happen, into a copy of
 * the store. Where the store is none (PostgreSQL), each page is rolled back at once, and judged by what the store holds
 * before the run.
 */
export function dryRunPages(store: Store): PageWriter {
  return store.isCopy ? { ...storePages(store), beginFiles: noFiles } : discardPages(store);
}

function noFiles(): PageFiles {
  return { ...hashOnly, mustBeThere: () => {}, free: () => {}, end: () => Promise.resolve() };
}

function discardPages(store: Store): PageWriter {
  return {
    store,
    beginFiles: noFiles,
    discards: true,
    turns: pageTurns(),
    write: async (work) => {
      const outcome: { result?: { readonly value: Awaited<ReturnType<typeof work>> } } = {};
      await store
        .write(async (trx) => {
          outcome.result = { value: await work(trx) };
          throw rollBack;
        })
        .catch((error: unknown) => {
          if (!(error instanceof Error) || error.cause !== rollBack) throw error;
        });
      if (outcome.result === undefined) throw new Error('a transaction was rolled back before it ran');
      return outcome.result.value;
    },
  };
}

const rollBack = new Error('dry run');
