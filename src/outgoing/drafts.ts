import { IntegratorError } from '../domain/errors.ts';
import type { Draft, FoundMail, MailSender } from '../mail/sender.ts';
import type { MailJob } from './mail-job.ts';

export interface Cleared {
  /** A copy that is no draft: the mail went out after all. */
  readonly sent: FoundMail | null;
  /** Drafts that this very call took out of Drafts. */
  readonly removed: ReadonlySet<string>;
}

/** Takes away the drafts of a mail: of attempts before, and what a refusal leaves behind. Sent mail is not touched. */
export async function clearDrafts(sender: MailSender, mark: string, signal: AbortSignal): Promise<Cleared> {
  const found = await sender.find({ mark }, signal);
  const removed = new Set<string>();
  for (const { id, isDraft, place } of found) {
    if (!isDraft || place === 'deleted') continue;
    const { kind } = await sender.remove(id, mark, signal);
    if (kind === 'done' && place === 'drafts') removed.add(id);
  }
  return { sent: found.find(({ isDraft }) => !isDraft) ?? null, removed };
}

/** All that is there of a mail, drafts too. By its message id where the mark tells of no copy that was sent. */
export async function lookFor(
  sender: MailSender,
  { mark, draft }: Pick<MailJob, 'mark' | 'draft'>,
  signal: AbortSignal,
): Promise<readonly FoundMail[]> {
  const marked = await sender.find({ mark }, signal);
  const internetMessageId = draft?.internetMessageId ?? null;
  if (internetMessageId === null || marked.some(({ isDraft }) => !isDraft)) return marked;
  return [...marked, ...(await sender.find({ internetMessageId }, signal))];
}

/** An answer that the server addressed to somebody else than was agreed to; null for any other mail. */
export function diversion({ reply, mailbox, subject }: MailJob, { to, cc }: Draft): IntegratorError | null {
  const only = reply?.only;
  // Names without @ are of the organisation's own directory.
  const others = [...to, ...cc].filter((address) => address.includes('@') && only?.includes(address) === false);
  if (others.length === 0) return null;
  const message = `${mailbox} would answer ${JSON.stringify(subject)} to ${others.join(', ')}, whom nobody agreed to`;
  return new IntegratorError('not_allowed', message, {
    hint: 'its Reply-To differs from that of the copy that was looked at: write a new mail instead',
  });
}

/** What is written down of a draft. */
export function keptDraft({
  id,
  internetMessageId,
  conversationId,
  subject,
  to,
  cc,
}: Draft): NonNullable<MailJob['draft']> {
  return { id, internetMessageId, conversationId, subject, to: [...to], cc: [...cc] };
}
