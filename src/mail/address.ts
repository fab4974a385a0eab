import { domainToUnicode } from 'node:url';
import { asciiDomain } from '../config/addresses.ts';
import type { DomainNames } from '../domain/domain-names.ts';
import { isPlainAscii, lowersToAscii } from '../domain/domain-names.ts';
import { isPlainAddress } from '../domain/from-header.ts';
import type { Person } from '../domain/message.ts';

/** Domains as they are compared everywhere: see normalAddress. */
export const domainNames: DomainNames = {
  comparable: (domain) => normalAddress(`x@${domain}`).slice(2),
  isPlain: (domain) => isPlainAscii(domain) || isInternationalName(domain),
};

/** Exactly what its ASCII form stands for, but for letter case: no wide letter, no invisible one, no other full stop. */
function isInternationalName(domain: string): boolean {
  if (/^[\x20-\x7e]*$/.test(domain) || lowersToAscii(domain)) return false;
  const meant = domainToUnicode(asciiDomain(domain) ?? '');
  const lowered = [domain.toLowerCase(), Array.from(domain, (letter) => letter.toLowerCase()).join('')];
  return meant !== '' && lowered.includes(meant);
}

/** For `ImportedMessage.fromWritten`. */
export function writtenOtherwise(address: string | null | undefined): { readonly fromWritten?: string } {
  // Not trimmed: letters that only look like blanks are part of it.
  const written = (address ?? '').replace(/^[ \t\r\n]*<?|>?[ \t\r\n]*$/g, '');
  return isPlainAddress(written, domainNames) ? {} : { fromWritten: written };
}

/**
 * Lower-case, domain as ASCII (IDNA) without a final point, as ImportedMessage demands. What has no "@" (an internal
 * X.500 name) is only lowered, and so is what is no domain.
 */
export function normalAddress(written: string): string {
  const address = stripped(written).toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 0) return address;
  const domain = address.slice(at + 1).trim();
  const ascii = /^[\x21-\x7e]*$/.test(domain) ? domain : (asciiDomain(domain) ?? domain);
  return ascii === '' ? address : `${address.slice(0, at).trim()}@${ascii.replace(/\.$/, '')}`;
}

/** Null where there is neither a name nor an address. */
export function toPerson(name: string | null | undefined, address: string | null | undefined): Person | null {
  const person = { name: (name ?? '').trim(), address: normalAddress(address ?? '') };
  return person.name === '' && person.address === '' ? null : person;
}

/** Without angle brackets, trimmed; null where nothing is left. */
export function normalMessageId(written: string | null | undefined): string | null {
  const id = stripped(written ?? '');
  return id === '' ? null : id;
}

function stripped(written: string): string {
  const text = written.trim();
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1).trim() : text;
}
