import type { Store } from '../../src/store/store.ts';

/** A store at which the process ends: at its n-th write, before or after that was committed. */
export function crashAt(store: Store, nth: number, when: 'before' | 'after'): Store {
  let writes = 0;
  const crashing: Store = {
    dialect: store.dialect,
    db: store.db,
    reader: store.db,
    whole: () => Promise.resolve(crashing),
    files: store.files,
    isCopy: store.isCopy,
    close: async () => undefined,
    write: async (work) => {
      writes += 1;
      if (writes > nth || (writes === nth && when === 'before')) throw new Error('crash');
      const result = await store.write(work);
      if (writes === nth) throw new Error('crash');
      return result;
    },
  };
  return crashing;
}
