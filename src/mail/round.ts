import type { ChangePage } from './provider.ts';

/** One round through a folder, which knows where it stands. */
export interface Round {
  nextPage(): Promise<ChangePage>;
}

/**
 * Its pages, to the one that is the last; see MailboxReader.changes. No generator: its variable would keep each page in
 * memory until the next one has come.
 */
export function pagesOf(round: Round): AsyncIterableIterator<ChangePage> {
  let over = false;
  return {
    async next() {
      if (over) return { done: true, value: undefined };
      over = true;
      const page = await round.nextPage();
      over = page.last;
      return { done: false, value: page };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
