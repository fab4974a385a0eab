import type { MailSender } from '../mail/sender.ts';
import type { MailJob } from './mail-job.ts';

/** How often, and with which waits, a copy is looked for. */
export interface Looks {
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Waits between looks for a mail of unknown fate; milliseconds. */
  readonly looksMs: readonly number[];
}

/** What is seen in the mailbox of a mail that the service accepted. */
export type Accepted =
  /** `internetMessageId`: by it the copy in Sent Items is known again; null where it does not show. */
  | { readonly kind: 'sent'; readonly internetMessageId: string | null }
  /** The service accepted it, and the draft lies in Drafts all the same, after all looks. */
  | { readonly kind: 'still_draft' };

/**
 * Looks for a mail that was accepted: a draft that has left Drafts was sent, whether its copy shows already or not. Where
 * the draft had no message id yet, the copy is waited for. A mailbox that cannot be looked into changes nothing: the mail
 * was accepted.
 */
export async function lookForAccepted(
  sender: MailSender,
  job: MailJob,
  { looksMs, sleep }: Looks,
  signal: AbortSignal,
): Promise<Accepted> {
  const known = job.draft?.internetMessageId ?? null;
  let isDraft = false;
  try {
    for (const waitMs of [...looksMs, null]) {
      const found = await sender.find({ mark: job.mark }, signal);
      const copy = found.find((one) => !one.isDraft && one.internetMessageId !== null);
      if (copy !== undefined) return { kind: 'sent', internetMessageId: known ?? copy.internetMessageId };
      isDraft = found.some((one) => one.isDraft && one.place === 'drafts');
      if (!isDraft && known !== null) return { kind: 'sent', internetMessageId: known };
      if (waitMs !== null) await sleep(waitMs, signal);
    }
  } catch {
    return { kind: 'sent', internetMessageId: known };
  }
  return isDraft ? { kind: 'still_draft' } : { kind: 'sent', internetMessageId: known };
}
