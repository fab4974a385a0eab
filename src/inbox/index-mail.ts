import { setImmediate } from 'node:timers/promises';
import { mailWords } from '../content/mail-words.ts';
import { addToIndex, nextToIndex } from '../store/search.ts';
import type { IndexedMail, TextToIndex } from '../store/search.ts';
import type { Store } from '../store/store.ts';

/** Small enough that an import waits only a moment for its turn. */
const batchSize = 100;

export interface IndexOptions {
  /** Stops after about so long; what is left is indexed the next time. */
  readonly maxMs: number;
  readonly now: () => number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (indexed: number) => void;
}

/** Brings the full-text index up to date with the mail that came since; returns how many mails were added. */
export async function indexNewMail(store: Store, options: IndexOptions): Promise<number> {
  const { maxMs, now, signal, onProgress } = options;
  const startMs = now();
  let indexed = 0;
  for (;;) {
    const batch = await nextToIndex(store.db, batchSize);
    if (batch.length === 0) return indexed;
    const mails = await wordsOfAll(batch);
    await store.write((trx) => addToIndex(trx, store.dialect, mails));
    indexed += batch.length;
    onProgress?.(indexed);
    signal?.throwIfAborted();
    if (now() - startMs >= maxMs) return indexed;
  }
}

/** Other work of the process gets its turn in between. */
async function wordsOfAll(batch: readonly TextToIndex[]): Promise<IndexedMail[]> {
  const mails: IndexedMail[] = [];
  for (const [index, mail] of batch.entries()) {
    if (index % 10 === 9) await setImmediate();
    mails.push({ id: mail.id, words: mailWords(mail) });
  }
  return mails;
}
