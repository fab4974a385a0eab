import { IntegratorError } from '../domain/errors.ts';
import type { Draft, FoundMail, MailSender, Tried } from '../mail/sender.ts';
import type { MailJob } from './mail-job.ts';

/** A mail that answers another. */
type AnsweringJob = MailJob & { readonly reply: NonNullable<MailJob['reply']> };

/** A draft in the thread of the mail that is answered, wherever in its mailbox that mail lies by now. */
export async function draftAnswer(sender: MailSender, job: AnsweringJob, signal: AbortSignal): Promise<Tried<Draft>> {
  const { mark, from, cc, body, reply, headers = [] } = job;
  const answer = { mark, from, all: reply.all, html: body.content, cc, headers };
  if (reply.to !== null) {
    const made = await sender.createReply({ ...answer, to: reply.to }, signal);
    if (made.kind !== 'refused' || made.error.kind !== 'not_found') return made;
  }
  return sender.createReply({ ...answer, to: await findAnswered(sender, job, signal) }, signal);
}

/**
 * The handle of the mail that is answered, looked for by its message id: its owner moved it since it was imported, and a
 * move gives a new handle. Throws `not_found` where it is in no folder of the mailbox any more.
 */
async function findAnswered(sender: MailSender, { reply, mailbox }: AnsweringJob, signal: AbortSignal) {
  const internetMessageId = reply.internetMessageId ?? null;
  const found = internetMessageId === null ? [] : await sender.find({ internetMessageId }, signal);
  const copies = found.filter(({ isDraft }) => !isDraft);
  const best = copies.toSorted((a, b) => preference(a) - preference(b))[0];
  if (best !== undefined) return best.id;
  throw new IntegratorError('not_found', `the mail that is answered is in no folder of ${mailbox} any more`, {
    hint: 'write a new mail: integrator mail send',
  });
}

/** A copy that was received before one that was sent, and a deleted one last. */
function preference({ place }: FoundMail): number {
  if (place === 'elsewhere') return 0;
  return place === 'deleted' ? 2 : 1;
}
