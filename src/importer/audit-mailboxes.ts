import pLimit from 'p-limit';
import type { Connection } from '../config/schema.ts';
import { toErrorReport } from '../domain/errors.ts';
import type { MailProvider } from '../mail/provider.ts';
import type { Store } from '../store/store.ts';
import { auditMailbox } from './audit-mailbox.ts';
import type { MailboxAudit } from './audit-report.ts';
import type { MailboxJob } from './mailbox-job.ts';

export interface AuditMailboxesDeps {
  readonly store: Store;
  readonly provider: (connection: Connection) => Promise<MailProvider>;
  readonly now: () => number;
  readonly sinceMs: number | null;
  /** Also look into the folders that are not imported. */
  readonly whole: boolean;
  readonly onMailbox?: (audit: MailboxAudit) => void;
}

/** Compares these mailboxes with the store, side by side; an error of one is told in its line and stops no other. */
export async function auditMailboxes(
  jobs: readonly MailboxJob[],
  deps: AuditMailboxesDeps,
  options: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<MailboxAudit[]> {
  const limit = pLimit(options.concurrency);
  return Promise.all(
    jobs.map((job) =>
      limit(async () => {
        const audit = await auditJob(job, deps, options.signal);
        deps.onMailbox?.(audit);
        return audit;
      }),
    ),
  );
}

async function auditJob(job: MailboxJob, deps: AuditMailboxesDeps, signal: AbortSignal): Promise<MailboxAudit> {
  const { address, user } = job.mailbox;
  try {
    const reader = (await deps.provider(job.connection)).reader({ address, user });
    const { store, now, sinceMs, whole } = deps;
    return await auditMailbox(job, { store, reader, now, sinceMs, whole }, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    return {
      connection: job.connection.name,
      mailbox: address,
      since: null,
      folders: [],
      missing: [],
      extra: [],
      moved_away: [],
      accounted: { ignored: 0, deleted: 0, drafts: 0, below_floor: 0 },
      hint: null,
      error: toErrorReport(thrown),
    };
  }
}
