import { headerIndex, headerValues } from './headers.ts';
import { messageKey } from './message-id.ts';
import type { ImportedMessage, Person } from './message.ts';
import { subjectKeys } from './subject.ts';

export type IdentitySource = Pick<
  ImportedMessage,
  'internetMessageId' | 'from' | 'sender' | 'to' | 'cc' | 'subject' | 'sentAtMs' | 'body' | 'headers' | 'attachments'
>;

/**
 * What copies of one mail have in common, as one string to be hashed by the caller: the message id with From, Date and
 * subject (without the prefixes that a gateway may add); without an id From, Date, subject, recipients and the lowest
 * Received. A sender can give all of it to another mail: which copies of a family are the same mail is told by what is
 * in them (copies.ts). Nothing in it depends on where a copy lies, as Bcc and the time of arrival do.
 */
export function familyOf(mail: IdentitySource, subject: string = subjectKeys(mail.subject).base): string {
  const key = messageKey(mail.internetMessageId);
  if (key !== null) return JSON.stringify(['id', key, author(mail), seconds(mail.sentAtMs), subject]);
  const hop = firstHop(mail);
  // Nothing but its content tells such a mail from the next one of the same machine.
  if (hop === '' && mail.sentAtMs === null) return contentIdentity(mail);
  return JSON.stringify([
    'no id',
    author(mail),
    seconds(mail.sentAtMs),
    subject,
    mail.to.map(who).sort(),
    mail.cc.map(who).sort(),
    hop,
  ]);
}

/** The family in which version 0.1.0 stored mail without an id. Never to be changed: old stores hold its hash. */
export function contentIdentity(mail: IdentitySource): string {
  return JSON.stringify([
    'content',
    author(mail),
    seconds(mail.sentAtMs),
    mail.subject.trim(),
    mail.to.map(who).sort(),
    mail.cc.map(who).sort(),
    mail.body.content.replaceAll('\r\n', '\n').trim(),
    mail.attachments.map((each) => [each.name, each.size]),
    firstHop(mail),
  ]);
}

/** Names one mail of a family; the first has its name. */
export function identityOf(family: string, variant: number): string {
  return variant === 1 ? family : `${family}#${variant}`;
}

/** The lowest Received tells two equal notices apart that a machine sent on different days. */
function firstHop({ headers }: IdentitySource): string {
  return headerValues(headerIndex(headers), 'received').at(-1) ?? '';
}

/** Without a From the Sender: so version 0.1.0 named such mail. It says nothing of who wrote it. */
function author({ from, sender }: IdentitySource): string {
  return who(from ?? sender);
}

function who(person: Person | null): string {
  return person === null ? '' : person.address || person.name;
}

/** The Date header has whole seconds; some servers add milliseconds to the sender's own copy. */
function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000);
}
