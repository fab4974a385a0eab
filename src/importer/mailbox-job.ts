import type { Connection, MailboxConfig } from '../config/schema.ts';
import type { MailboxContext } from '../filing/mailbox-context.ts';
import type { MailboxReader } from '../mail/provider.ts';
import type { PageCounts } from '../filing/page-counts.ts';
import type { PageWriter } from './page-writer.ts';
import type { PlannedFilings } from './planned-filings.ts';
import type { RunTally } from './run-tally.ts';

/** One mailbox to import: what the configuration says of it. */
export interface MailboxJob {
  readonly connection: Connection;
  readonly mailbox: MailboxConfig;
  readonly context: MailboxContext;
  readonly timezone: string;
}

/** What the parts of a turn need. */
export interface ImportMailboxDeps {
  readonly reader: MailboxReader;
  readonly pages: PageWriter;
  readonly now: () => number;
  /** Also list again from here, also below the floor, without the cursor. */
  readonly sinceMs: number | null;
  readonly tally: RunTally;
  /** Try what was set aside whether it is due or not. */
  readonly retryAll: boolean;
  /** For --dry-run: is told of each mail what becomes of it. */
  readonly planned?: PlannedFilings | undefined;
  /** Told as soon as a page, or a part of one, is committed. */
  readonly onPage?: ((job: MailboxJob, counts: PageCounts) => void) | undefined;
}
