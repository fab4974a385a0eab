import { IntegratorError } from '../domain/errors.ts';
import type { MailJob } from './mail-job.ts';

const shortestWaitMs = 60_000;
const longestWaitMs = 3_600_000;
/** With the waits above: about a day. */
export const mostAttempts = 30;

/** When mail that could not be sent, or is not found yet, is next taken up: twice as long after each attempt. */
export function nextTryMs(attempts: number, nowMs: number): number {
  return nowMs + Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.min(attempts - 1, 10));
}

/** Whether the next attempt may go better without anybody touching the mail. */
export function mayPass({ kind }: IntegratorError, patient: boolean): boolean {
  switch (kind) {
    case 'throttled':
    case 'unreachable':
    case 'busy':
      return true;
    // Somebody signs in, or mends the configuration; whoever waits for the answer is told at once instead.
    case 'needs_login':
    case 'needs_admin':
    case 'config':
    case 'store':
      return patient;
    case 'usage':
    case 'not_allowed':
    case 'access_denied':
    case 'not_found':
    case 'protocol':
    case 'bug':
      return false;
  }
}

/** Whether it is the connection that fails, so that its other mail would fare no better now. */
export function failsForAll({ kind }: IntegratorError): boolean {
  return kind === 'needs_login' || kind === 'needs_admin' || kind === 'config';
}

export function givenUp(id: number, attempts: number, last: IntegratorError): IntegratorError {
  return new IntegratorError(last.kind, `given up after ${attempts} attempts, the last: ${last.message}`, {
    hint: `nothing was sent; when the cause is mended: integrator outbox retry ${id}, or: integrator outbox drop ${id}`,
    cause: last,
  });
}

/** Only a person can tell now, or a later look. */
export function unsureOf(id: number, job: MailJob, because: IntegratorError | null): IntegratorError {
  const { mailbox, to } = job;
  const subject = JSON.stringify(job.subject);
  const whom = to.map(({ address }) => address).join(', ');
  const said = because === null ? '' : `: ${because.message}`;
  return new IntegratorError(because?.kind ?? 'unreachable', `it is not known whether ${subject} was sent${said}`, {
    code: 'unsure',
    hint: `look into Sent Items and Drafts of ${mailbox} for ${subject} to ${whom}: if it was sent, or will not be, "integrator outbox drop ${id}"; "integrator outbox retry ${id}" looks again and never sends twice`,
    ...(because === null ? {} : { cause: because }),
  });
}
