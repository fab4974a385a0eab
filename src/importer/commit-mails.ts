import type { StoredFile } from '../domain/message.ts';
import { commitPage } from '../filing/commit-page.ts';
import type { CommittedPage } from '../filing/committed-page.ts';
import { addCounts, noCounts } from '../filing/page-counts.ts';
import type { MailOutcome } from '../filing/page-counts.ts';
import type { Page } from '../filing/page.ts';
import { oldestFirst } from '../filing/prepared-mail.ts';
import type { PreparedMail } from '../filing/prepared-mail.ts';
import type { SetAside } from '../store/set-aside.ts';
import { damaged } from './damaged.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { ownTrouble } from './own-trouble.ts';
import type { PageFiles } from './page-files.ts';

export interface Commit {
  readonly job: MailboxJob;
  readonly deps: ImportMailboxDeps;
  readonly files: PageFiles;
  /** That the page was listed under. */
  readonly floorMs: number;
  readonly signal: AbortSignal;
}

export type CommittedMails = Pick<CommittedPage, 'counts' | 'outcomes'>;

/**
 * Commits a page as one. Where that fails for anything but trouble of the store, it is repeated mail by mail, oldest
 * first, so that answers still find what they answer; the mail that fails is set aside, and the cursor comes last.
 */
export async function commitMails(commit: Commit, page: Page): Promise<CommittedMails> {
  try {
    return await write(commit, page);
  } catch (thrown) {
    const error = ownTrouble(thrown, commit.signal);
    if (page.mails.length === 0) throw error;
  }
  return commitOneByOne(commit, page);
}

async function commitOneByOne(commit: Commit, page: Page): Promise<CommittedMails> {
  const counts = noCounts();
  const outcomes: MailOutcome[] = [];
  const failed: SetAside[] = [];
  const alone = { ...page, removed: [], setAside: [], settled: [], position: null };
  for (const mail of page.mails.toSorted(oldestFirst)) {
    try {
      const committed = await write(commit, { ...alone, mails: [mail] });
      addCounts(counts, committed.counts);
      outcomes.push(...committed.outcomes);
    } catch (thrown) {
      failed.push(asideOf(mail, commit, page, ownTrouble(thrown, commit.signal)));
    }
  }
  const left = new Set(failed.map(({ providerId }) => providerId));
  const rest = await write(commit, {
    ...page,
    mails: [],
    setAside: [...page.setAside, ...failed],
    settled: page.settled.filter((providerId) => !left.has(providerId)),
  });
  addCounts(counts, rest.counts);
  return { counts, outcomes };
}

async function write({ job, deps, files }: Commit, page: Page): Promise<CommittedPage> {
  const written = await deps.pages.write(async (trx) => {
    files.mustBeThere(page.mails.flatMap(filesOf));
    const committed = await commitPage(trx, job.context, page);
    await deps.planned?.note(trx, job.mailbox, page, committed);
    return committed;
  });
  files.free(written.freed);
  return written;
}

function filesOf({ mail }: PreparedMail): StoredFile[] {
  const stored = mail.attachments.flatMap(({ content }) => (content.kind === 'stored' ? [content.file] : []));
  return mail.original === null ? stored : [...stored, mail.original];
}

function asideOf({ mail }: PreparedMail, { floorMs }: Commit, { folder }: Page, error: unknown): SetAside {
  return damaged({ folder, floorMs, providerId: mail.providerId, subject: mail.subject, error });
}
