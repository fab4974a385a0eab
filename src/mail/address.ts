import { domainToASCII } from 'node:url';
import type { Person } from '../domain/message.ts';

/** Lower-case, domain as ASCII (IDNA), as ImportedMessage demands. What has no "@" (an internal X.500 name) is only lowered. */
export function normalAddress(written: string): string {
  const address = stripped(written).toLowerCase();
  if (!/[^\x21-\x7e]/.test(address)) return address;
  const at = address.lastIndexOf('@');
  const domain = at < 0 ? '' : domainToASCII(address.slice(at + 1).trim());
  return domain === '' ? address : `${address.slice(0, at).trim()}@${domain}`;
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
  return written
    .trim()
    .replace(/^<(.*)>$/s, '$1')
    .trim();
}
