import { normalizeDomain } from '../config/addresses.ts';
import { headerText } from '../content/header-line.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { Person } from '../domain/message.ts';

/** Exchange takes 500 recipients of one message by default. */
export const mostRecipients = 500;

/** "Name <address>" or an address; the address lower-case, its domain as ASCII. Throws `usage`. */
export function recipientOf(written: string): Person {
  const text = headerText(written, `the address ${JSON.stringify(written)}`);
  const named = /^(.*?)\s*<([^<>]+)>$/u.exec(text);
  const name = (named?.[1] ?? '').replace(/^"(.*)"$/u, '$1').trim();
  const raw = (named?.[2] ?? text).trim().toLowerCase();
  const at = raw.lastIndexOf('@');
  const address = `${raw.slice(0, at)}@${normalizeDomain(raw.slice(at + 1)) ?? ''}`;
  if (at < 1 || !/^[^\s<>(),;:"\\[\]@]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/u.test(address)) {
    throw new IntegratorError('usage', `${JSON.stringify(written)} is not an address`);
  }
  return { name, address };
}

/** Each address once, in the order given. */
export function recipientsOf(written: readonly string[]): Person[] {
  const people = new Map(written.map((one) => recipientOf(one)).map((person) => [person.address, person]));
  return [...people.values()];
}
