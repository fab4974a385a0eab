import type { ReadOptions } from '../mail/provider.ts';
import type { DueSetAside } from '../store/set-aside.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import type { PageFiles } from './page-files.ts';

/** One mail or attachment that was set aside and is tried again. */
export interface RetryTask {
  readonly job: MailboxJob;
  readonly deps: ImportMailboxDeps;
  readonly item: DueSetAside;
  readonly signal: AbortSignal;
}

export function retryOptions({ job, signal }: RetryTask, files: PageFiles): ReadOptions {
  return { files, keepOriginal: job.mailbox.keep_original, signal };
}
