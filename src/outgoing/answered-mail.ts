import { IntegratorError } from '../domain/errors.ts';
import type { FoundMail, MailSender } from '../mail/sender.ts';
import type { MailJob } from './mail-job.ts';

type Reply = NonNullable<MailJob['reply']>;

/**
 * The handle of the mail that is answered, looked for by its message id: its owner moved it since it was imported, and a
 * move gives a new handle. Throws `not_found` where it is in no folder of the mailbox any more.
 */
export async function findAnswered(sender: MailSender, { reply, mailbox }: AnsweringJob, signal: AbortSignal) {
  const internetMessageId = reply.internetMessageId ?? null;
  const found = internetMessageId === null ? [] : await sender.find({ internetMessageId }, signal);
  const copies = found.filter(({ isDraft }) => !isDraft);
  const best = copies.toSorted((a, b) => preference(a) - preference(b))[0];
  if (best !== undefined) return best.id;
  throw new IntegratorError('not_found', `the mail that is answered is in no folder of ${mailbox} any more`, {
    hint: 'write a new mail: integrator mail send',
  });
}

export type AnsweringJob = Pick<MailJob, 'mailbox'> & { readonly reply: Reply };

/** A copy that was received before one that was sent, and a deleted one last. */
function preference({ place }: FoundMail): number {
  if (place === 'elsewhere') return 0;
  return place === 'deleted' ? 2 : 1;
}
