import { domainOf, isOwnDomain } from '../domain/address.ts';
import { isFreeMail } from '../domain/free-mail.ts';
import type { Person } from '../domain/message.ts';
import { isNoReply } from '../domain/no-reply.ts';
import type { Item } from '../store/items.ts';
import type { StoredMail } from '../store/stored-mails.ts';

/** The person a mail is about: who wrote it, or to whom the agent wrote. Null where there is no address. */
export function otherParty(item: Pick<Item, 'sent'>, mail: Pick<StoredMail, 'from' | 'to' | 'cc'>): Person | null {
  const people = item.sent === 1 ? [...mail.to, ...mail.cc] : mail.from === null ? [] : [mail.from];
  return people.find((person) => person.address !== '') ?? null;
}

/**
 * The person behind mail that somebody else passes on under an address of his own: "Bob via Sales" from a list, a
 * website's form. He is named in Reply-To, where anybody can write anything, so that he is suggested and never matched.
 */
export function personBehind(
  item: Pick<Item, 'sent'>,
  { from, replyTo }: Pick<StoredMail, 'from' | 'replyTo'>,
  own: ReadonlySet<string>,
): Person | null {
  if (item.sent === 1 || from === null) return null;
  if (!isOwnDomain(domainOf(from.address), own) && !/\bvia\b/iu.test(from.name)) return null;
  return (
    replyTo.find(({ address }) => isOutside(address, own) && address !== from.address && !isNoReply(address)) ?? null
  );
}

function isOutside(address: string, own: ReadonlySet<string>): boolean {
  return address.includes('@') && !isOwnDomain(domainOf(address), own);
}

/**
 * Whom to write to instead of a no-reply sender, or of one who passes the mail on: the Reply-To, as an offer. It says
 * what the sender wants, and anybody can write anything there, so a person has to take it.
 */
export function offeredContact(
  item: Pick<Item, 'sent'>,
  mail: Pick<StoredMail, 'from' | 'replyTo'>,
  own: ReadonlySet<string>,
): Person | null {
  const behind = personBehind(item, mail, own);
  if (behind !== null) return behind;
  if (item.sent === 1 || mail.from === null || !isNoReply(mail.from.address)) return null;
  return mail.replyTo.find(({ address }) => address !== '' && !isNoReply(address)) ?? null;
}

/** Whether the domain says which organisation a person is of. */
export function namesClient(address: string, own: ReadonlySet<string>): boolean {
  const domain = domainOf(address);
  return domain !== '' && !isFreeMail(domain) && !isOwnDomain(domain, own);
}
