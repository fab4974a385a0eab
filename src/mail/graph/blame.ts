import { IntegratorError } from '../../domain/errors.ts';
import { sleep } from '../../http/deadline.ts';
import type { Answer, Refusal } from './answer.ts';
import type { GraphMailbox } from './mailbox.ts';
import { segment } from './query.ts';
import { listedIdsSchema } from './schema.ts';

/** 404s that speak of the whole mailbox or its owner. */
const mailboxCodes = new Set([
  'mailboxnotenabledforrestapi',
  'mailboxnotsupportedforrestapi',
  'resourcenotfound',
  'request_resourcenotfound',
  'errornonexistentmailbox',
  'errorinvaliduser',
]);
/** Documented as one thing's own. */
const itemCodes = new Set(['errorcorruptdata', 'errorinvalidrecipients', 'errorcannotopenfileattachment']);

export function speaksOfMailbox(refusal: Refusal): boolean {
  return mailboxCodes.has(refusal.code);
}

/** The one thing asked for is not there (any more); nothing is wrong with the mailbox. */
export function isMissing(refusal: Refusal): boolean {
  return refusal.status === 404 && !speaksOfMailbox(refusal);
}

/** Right after arrival a thing can be missing for a moment; a listed one is asked for again before it counts as gone. */
export async function untilThere<T>(
  mailbox: GraphMailbox,
  signal: AbortSignal,
  ask: () => Promise<Answer<T>>,
): Promise<Answer<T>> {
  for (const waitMs of mailbox.client.limits.missingWaitsMs) {
    const answer = await ask();
    if (answer.kind === 'ok' || !isMissing(answer)) return answer;
    await sleep(waitMs, signal);
  }
  return ask();
}

/** Is the mail itself gone? Only where the service says so: what belongs to a mail can be missing while it is there. */
export async function isGone(mailbox: GraphMailbox, id: string, signal: AbortSignal): Promise<boolean> {
  const path = `${mailbox.path}/messages/${segment(id)}?$select=id`;
  const answer = await untilThere(mailbox, signal, () => mailbox.json({ path }, 'a mail', signal));
  return answer.kind === 'refused' && isMissing(answer);
}

/**
 * Whose fault is it that the mail, or something of it, cannot be had? Its own where the service says so, or where the
 * service answers for others at this very moment: then its error is given back, as `protocol`. Else everybody's: it is
 * thrown.
 */
export async function ownFault(
  mailbox: GraphMailbox,
  mailId: string,
  refusal: Refusal,
  signal: AbortSignal,
): Promise<IntegratorError> {
  if (!isPlainlyOwn(refusal) && !(await answersForOthers(mailbox, mailId, refusal, signal))) throw refusal.error;
  const { message, code } = refusal.error;
  return new IntegratorError('protocol', message, {
    cause: refusal.error,
    ...(code === undefined ? {} : { code }),
  });
}

/** What speaks of the thing asked for, rather than of the sign-in, the mailbox or the service. */
function isPlainlyOwn(refusal: Refusal): boolean {
  if (refusal.problem !== 'status') return refusal.problem === 'too_large';
  if (itemCodes.has(refusal.code)) return true;
  const { status } = refusal;
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status) && !speaksOfMailbox(refusal);
}

async function answersForOthers(
  mailbox: GraphMailbox,
  mailId: string,
  refusal: Refusal,
  signal: AbortSignal,
): Promise<boolean> {
  // Who may list a mailbox may still not be allowed to read mail: only another mail tells.
  if (refusal.error.kind === 'access_denied') return showsAnotherMail(mailbox, mailId, signal);
  const probe = await mailbox.json({ path: `${mailbox.path}/mailFolders/inbox?$select=id` }, '', signal);
  return probe.kind === 'ok';
}

/** So many others are asked: not one alone, since it may have the same trouble. */
const othersAsked = 5;

async function showsAnotherMail(mailbox: GraphMailbox, mailId: string, signal: AbortSignal): Promise<boolean> {
  const list = { path: `${mailbox.path}/messages?$select=id&$top=${othersAsked + 1}` };
  const answer = await mailbox.json(list, '', signal);
  if (answer.kind === 'refused') return false;
  const listed = listedIdsSchema.safeParse(answer.value).data?.value ?? [];
  const others = listed.flatMap(({ id }) => (id === '' || id === mailId ? [] : id)).slice(0, othersAsked);
  for (const id of others) {
    // Part of the text, which whoever may see only the envelopes is not shown.
    const path = `${mailbox.path}/messages/${segment(id)}?$select=id,bodyPreview`;
    const other = await mailbox.json({ path }, 'a mail', signal);
    if (other.kind === 'ok') return true;
  }
  return false;
}
