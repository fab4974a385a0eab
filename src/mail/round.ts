import type { ChangePage } from './provider.ts';

/** One round through a folder, which knows where it stands. */
export interface Round {
  nextPage(): Promise<ChangePage>;
}

/** Its pages, to the one that is the last; see MailboxReader.changes. */
export async function* pagesOf(round: Round): AsyncGenerator<ChangePage> {
  for (;;) {
    const page = await round.nextPage();
    yield page;
    if (page.last) return;
  }
}
