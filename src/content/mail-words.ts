import { searchWords } from '../domain/search-words.ts';
import type { MessageBody } from '../domain/message.ts';
import { bodyText } from './text.ts';

/** Bytes of a body's text that are indexed. */
const longestText = 64 * 1024;

export interface MailText {
  readonly fromName: string;
  readonly fromAddress: string;
  readonly subject: string;
  readonly body: MessageBody;
}

/** The words by which a mail is found. */
export function mailWords({ fromName, fromAddress, subject, body }: MailText): readonly string[] {
  const text = bodyText(body, { maxBytes: longestText });
  return searchWords([fromName, fromAddress, subject, text].join('\n'));
}
