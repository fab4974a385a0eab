import type { Authentication } from './authentication.ts';
import type { Automatic } from './automatic.ts';
import { automaticKind, automaticSubject } from './automatic.ts';
import { domainOf } from './address.ts';
import { authenticationOf, withFromFault } from './authentication.ts';
import type { DomainNames } from './domain-names.ts';
import { asciiNames } from './domain-names.ts';
import { fromFault } from './from-header.ts';
import { givenReferencesIn } from './given-reference.ts';
import { doubledHeaders, headerIndex } from './headers.ts';
import { listHeader } from './list-mail.ts';
import { messageKeysIn } from './message-id.ts';
import type { ImportedMessage, Person, Sensitivity } from './message.ts';
import { subjectKeys } from './subject.ts';
import type { SubjectKeys } from './ticket.ts';

/** What matching needs to know of a mail, and nothing else. */
export interface MatchMessage {
  /** The From address; '' where the mail has none. The sender of a delegated mail and Reply-To never count. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  /** As written, for sentences. */
  readonly subject: string;
  readonly subjectKeys: SubjectKeys;
  /** Message keys, in the order written. */
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** References of ours that it carries in our own header, as written; whether we gave them is for the store to say. */
  readonly ourReferences: readonly string[];
  readonly automatic: Automatic | null;
  /** An automatic reply by its subject alone; only an answer to mail of ours is one for that. */
  readonly automaticBySubject: Automatic | null;
  readonly meeting: boolean;
  /** The header that says that a newsletter or a mailing list sent it; null where none does. */
  readonly list: string | null;
  readonly authentication: Authentication;
  /** Headers that must occur once and occur with different values: the mail is not what it seems. */
  readonly doubled: readonly string[];
  readonly sensitivity: Sensitivity;
  readonly isDraft: boolean;
}

/** The parts of a mail that `matchMessage` reads, so that stored mail can be judged again. */
export type MatchSource = Pick<
  ImportedMessage,
  | 'from'
  | 'fromWritten'
  | 'sender'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'subject'
  | 'headers'
  | 'meeting'
  | 'report'
  | 'sensitivity'
  | 'isDraft'
>;

export function matchMessage(mail: MatchSource, names: DomainNames = asciiNames): MatchMessage {
  const headers = headerIndex(mail.headers);
  const from = mail.from?.address ?? '';
  const reported = authenticationOf(headers, domainOf(from), names);
  return {
    from,
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    bcc: addresses(mail.bcc),
    subject: mail.subject,
    subjectKeys: subjectKeys(mail.subject),
    inReplyTo: messageKeysIn(headers, 'in-reply-to'),
    references: messageKeysIn(headers, 'references'),
    ourReferences: givenReferencesIn(headers),
    automatic: automaticKind(mail, headers),
    automaticBySubject: automaticSubject(mail.subject),
    meeting: mail.meeting,
    list: listHeader(headers),
    authentication: withFromFault(reported, fromFault(headers, { address: from, written: mail.fromWritten }, names)),
    doubled: doubledHeaders(headers, ['Subject']),
    sensitivity: mail.sensitivity,
    isDraft: mail.isDraft,
  };
}

/** Where one copy of a mail lies. */
export interface MatchPlacement {
  /** It lies in Sent Items: the agent sent it, and its recipients stand in the place of the sender. */
  readonly sentItems: boolean;
  /** The mailbox's address. */
  readonly mailbox: string;
  /** The addresses of the mailbox's agents. */
  readonly agents: readonly string[];
}

/** The people a placement is about: the sender of incoming mail, the recipients of sent mail; each once. */
export function otherParties(message: MatchMessage, placement: MatchPlacement): readonly string[] {
  if (!placement.sentItems) return message.from === '' ? [] : [message.from];
  return [...new Set(recipients(message))].filter((address) => address !== '');
}

export function recipients(message: MatchMessage): readonly string[] {
  return [...message.to, ...message.cc, ...message.bcc];
}

function addresses(people: readonly Person[]): readonly string[] {
  return people.map((person) => person.address).filter((address) => address !== '');
}
