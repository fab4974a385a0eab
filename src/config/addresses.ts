import { domainToASCII } from 'node:url';

const forbiddenInLocalPart = /[\s<>"(),:;[\]\\@\p{Cc}\p{Cf}]/u;
/** A URL parser, which domainToASCII is, would end the host at one of these and take the rest for something else. */
const endsHost = /[\s/\\?#@:%]/u;
const domainLabels = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/** The comparable form of an address: lower-case, domain as ASCII. Null where the text is no plain address. */
export function normalizeAddress(text: string): string | null {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  const local = trimmed.slice(0, at).toLowerCase();
  const domain = normalizeDomain(trimmed.slice(at + 1));
  if (at < 1 || domain === null || forbiddenInLocalPart.test(local)) return null;
  return `${local}@${domain}`;
}

/** The comparable form of a domain: lower-case ASCII without a final dot. Null where the text is no domain. */
export function normalizeDomain(text: string): string | null {
  const ascii = asciiDomain(text.trim().replace(/\.$/, ''))?.toLowerCase() ?? '';
  return ascii.length <= 253 && domainLabels.test(ascii) ? ascii : null;
}

/**
 * A domain as ASCII (IDNA), '' where it cannot be one. Null where only its beginning would be taken: what follows must
 * not be lost.
 */
export function asciiDomain(domain: string): string | null {
  return endsHost.test(domain) ? null : domainToASCII(domain);
}

/** True for names and addresses of this very machine: the only hosts that may be spoken to without TLS. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}
