import { IntegratorError } from '../../domain/errors.ts';
import { isTrouble, type Refusal } from './answer.ts';
import type { GraphMailbox } from './mailbox.ts';

/** 404s that speak of the whole mailbox or its owner. */
const mailboxCodes = new Set([
  'mailboxnotenabledforrestapi',
  'mailboxnotsupportedforrestapi',
  'resourcenotfound',
  'request_resourcenotfound',
  'errornonexistentmailbox',
  'errorinvaliduser',
]);

/** The one thing asked for is not there (any more); nothing is wrong with the mailbox. */
export function isMissing(refusal: Refusal): boolean {
  return refusal.status === 404 && !mailboxCodes.has(refusal.code);
}

/**
 * Whose fault is it that one mail or attachment cannot be had? Its own where the service says so, or where the service
 * answers for others at this very moment: then its error is given back, as `protocol`. Else everybody's: it is thrown.
 */
export async function ownFault(mailbox: GraphMailbox, refusal: Refusal, signal: AbortSignal): Promise<IntegratorError> {
  if (hitsEverything(refusal)) throw refusal.error;
  if (isTrouble(refusal)) {
    const probe = await mailbox.json({ path: `${mailbox.path}/mailFolders/inbox?$select=id` }, '', signal);
    if (probe.kind === 'refused') throw refusal.error;
  }
  const { message, code } = refusal.error;
  return new IntegratorError('protocol', message, {
    cause: refusal.error,
    ...(code === undefined ? {} : { code }),
  });
}

function hitsEverything(refusal: Refusal): boolean {
  const { kind } = refusal.error;
  return kind === 'throttled' || kind === 'needs_login' || kind === 'access_denied' || mailboxCodes.has(refusal.code);
}
