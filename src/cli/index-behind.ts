import type { Store } from '../store/store.ts';

/** One step of the full-text index behind the import, at most about this long; `--search` does what is left. */
const stepMs = 1_000;

export interface IndexBehind {
  /** Starts a step, unless one is under way or the program is to end. Never throws: an index that is behind is no failure of an import. */
  step(): Promise<void>;
}

export function indexBehind(store: Store, signal: AbortSignal): IndexBehind {
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    const { indexNewMail } = await import('../inbox/index-mail.ts');
    await indexNewMail(store, { maxMs: stepMs, now: Date.now, signal });
  };
  return {
    step: () => {
      if (signal.aborted) return running ?? Promise.resolve();
      running ??= run()
        .catch(() => undefined)
        .finally(() => {
          running = null;
        });
      return running;
    },
  };
}
