import { headerIndex, headerValues } from './headers.ts';
import { messageKey } from './message-id.ts';
import type { ImportedMessage, Person } from './message.ts';
import { subjectKeys } from './subject.ts';

export type IdentitySource = Pick<
  ImportedMessage,
  'internetMessageId' | 'from' | 'to' | 'cc' | 'subject' | 'sentAtMs' | 'body' | 'headers' | 'attachments'
>;

/**
 * What makes a mail the same mail, as one string to be hashed by the caller: its message id with From, Date and subject
 * (so that a reused id does not hide another mail; without the prefixes that a gateway may add), or its content where it
 * has no id. Copies in several mailboxes and folders
 * give the same string: nothing in it depends on where a copy lies, as Bcc and the time of arrival do.
 */
export function identityOf(mail: IdentitySource, subject: string = subjectKeys(mail.subject).base): string {
  const key = messageKey(mail.internetMessageId);
  return key === null
    ? contentIdentity(mail)
    : JSON.stringify(['id', key, who(mail.from), seconds(mail.sentAtMs), subject]);
}

function contentIdentity(mail: IdentitySource): string {
  return JSON.stringify([
    'content',
    who(mail.from),
    seconds(mail.sentAtMs),
    mail.subject.trim(),
    mail.to.map(who).sort(),
    mail.cc.map(who).sort(),
    mail.body.content.replaceAll('\r\n', '\n').trim(),
    mail.attachments.map((each) => [each.name, each.size]),
    firstHop(mail),
  ]);
}

/** The lowest Received tells two equal notices apart that a machine sent on different days. */
function firstHop({ headers }: IdentitySource): string {
  return headerValues(headerIndex(headers), 'received').at(-1) ?? '';
}

function who(person: Person | null): string {
  return person === null ? '' : person.address || person.name;
}

/** The Date header has whole seconds; some servers add milliseconds to the sender's own copy. */
function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000);
}
