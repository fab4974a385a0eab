import type { MailSender } from '../mail/sender.ts';
import type { MailJob } from './mail-job.ts';

/** How often, and with which waits, a copy is looked for. */
export interface Looks {
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Waits between looks for a mail of unknown fate; milliseconds. */
  readonly looksMs: readonly number[];
}

/**
 * The message id of a mail that was accepted, by which its copy in Sent Items is known again. Where the draft had none
 * yet the copy is looked for; null where it does not show, or cannot be looked for: the mail went out all the same.
 */
export async function sentCopyId(
  sender: MailSender,
  job: MailJob,
  { looksMs, sleep }: Looks,
  signal: AbortSignal,
): Promise<string | null> {
  const known = job.draft?.internetMessageId ?? null;
  try {
    for (const waitMs of known === null ? [...looksMs, null] : []) {
      const copies = (await sender.find({ mark: job.mark }, signal)).filter(({ isDraft }) => !isDraft);
      const found = copies.find(({ internetMessageId }) => internetMessageId !== null);
      if (found !== undefined) return found.internetMessageId;
      if (waitMs !== null) await sleep(waitMs, signal);
    }
  } catch {
    return null;
  }
  return known;
}
