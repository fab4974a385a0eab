import { IntegratorError } from '../domain/errors.ts';

/** Line breaks and other control characters, also those that only look like line breaks to some systems. */
const control = /[\p{Cc}\u2028\u2029]/u;
const longestSubject = 255;

/** Text that becomes a header. Throws `usage` where it could become two. */
export function headerText(value: string, what: string): string {
  const text = value.trim();
  if (control.test(text)) throw new IntegratorError('usage', `${what} has a line break or another control character`);
  return text;
}

export function subjectLine(value: string): string {
  const subject = headerText(value, 'the subject');
  if (subject === '') throw new IntegratorError('usage', 'the subject is empty');
  if (subject.length > longestSubject) {
    throw new IntegratorError('usage', `the subject is longer than ${longestSubject} characters`);
  }
  return subject;
}
