import type { Decided } from './decide-page.ts';
import type { MailOutcome, PageCounts } from './page-counts.ts';
import type { SettledReply } from './waiting-replies.ts';

/** What the commit of a page did: in numbers, and mail by mail. */
export interface CommittedPage {
  readonly counts: PageCounts;
  readonly outcomes: readonly MailOutcome[];
  /** Files of copies that another one took the place of. */
  readonly freed: readonly string[];
  /** The mails of the page, oldest first. */
  readonly decided: readonly Decided[];
  /** Mail that waited for one of them, and is filed now. */
  readonly settled: readonly SettledReply[];
}
