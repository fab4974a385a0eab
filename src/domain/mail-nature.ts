import { automaticKind, automaticSubject } from './automatic.ts';
import type { AutomaticSource } from './automatic.ts';
import { headerIndex, headerValue } from './headers.ts';
import { hasReplyPrefix } from './subject.ts';

/**
 * Whether a mail answers or forwards another (its headers or its subject say so), is a notice that no person wrote, or
 * is the first of its thread, as far as anybody can tell.
 */
export type MailNature = 'answer' | 'notice' | 'first';

export function mailNature(mail: AutomaticSource): MailNature {
  const headers = headerIndex(mail.headers);
  if (automaticKind(mail, headers) !== null || automaticSubject(mail.subject) !== null) return 'notice';
  const named = ['in-reply-to', 'references'].some((name) => (headerValue(headers, name) ?? '') !== '');
  return named || hasReplyPrefix(mail.subject) ? 'answer' : 'first';
}
