import { domainOf } from '../domain/address.ts';
import type { Person } from '../domain/message.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';
import type { Envelope } from './mail-job.ts';

/** Whom an answer goes to. Exchange addresses it when it makes the draft; this is what it will do. */
export interface Addressing extends Envelope {
  readonly sender: Person | null;
  /** The mail asks for answers elsewhere than to its sender: there they go. Empty where they go to the sender. */
  readonly replyTo: readonly Person[];
  /** Those of `replyTo` whose domain is not the sender's. */
  readonly foreign: readonly Person[];
}

export interface AnswerKind {
  /** The mailbox that answers: it does not write to itself. */
  readonly mailbox: string;
  readonly all: boolean;
  readonly cc: readonly Person[];
}

/** Reply-To stands in the place of From (RFC 5322, 3.6.2), also where all are answered. */
export function addressingOf(
  mail: Pick<StoredEnvelope, 'from' | 'replyTo' | 'to' | 'cc' | 'subject'>,
  { mailbox, all, cc }: AnswerKind,
): Addressing {
  const sender = mail.from === null || mail.from.address === '' ? null : mail.from;
  const asked = mail.replyTo.filter(({ address }) => address !== '');
  const author = asked.length > 0 ? asked : sender === null ? [] : [sender];
  const others = (list: readonly Person[]) => (all ? list.filter(({ address }) => address !== mailbox) : []);
  const to = eachOnce([...author, ...others(mail.to)]);
  const written = new Set(to.map(({ address }) => address));
  const replyTo = asked.some(({ address }) => address !== sender?.address) ? asked : [];
  return {
    to,
    cc: eachOnce([...others(mail.cc), ...cc]).filter(({ address }) => !written.has(address)),
    // Exchange takes off a prefix of up to three letters (MS-OXCMSG, 2.2.1.10) and puts its own.
    subject: `RE: ${mail.subject.replace(/^[^\s\d:]{1,3}:\s+/u, '')}`,
    sender,
    replyTo,
    foreign: replyTo.filter(({ address }) => domainOf(address) !== domainOf(sender?.address ?? '')),
  };
}

function eachOnce(people: readonly Person[]): Person[] {
  const found = new Map<string, Person>();
  for (const one of people) if (one.address !== '' && !found.has(one.address)) found.set(one.address, one);
  return [...found.values()];
}
