/**
 * How the names of domains are read. It comes in as an argument, because the rules for international names (IDNA) are
 * part of the platform.
 */
export interface DomainNames {
  /** The comparable form: lower-case ASCII without a final point. What is no domain comes back as it can be compared. */
  readonly comparable: (domain: string) => string;
  /** Written as its owner writes it: ASCII letters of any case, or a true international name. Nothing else is plain. */
  readonly isPlain: (domain: string) => boolean;
}

/** Not by the flag `i`, under which the long s is an s. */
const plainAscii = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/u;

/** For ASCII alone: every other letter is not plain and equals nothing but itself. */
export const asciiNames: DomainNames = {
  comparable: (domain) => domain.toLowerCase().replace(/\.$/u, ''),
  isPlain: isPlainAscii,
};

export function isPlainAscii(domain: string): boolean {
  return domain.length <= 253 && plainAscii.test(domain);
}

/** Letters such as the Kelvin sign become ASCII when they are lowered, so that a look-alike would compare equal. */
export function lowersToAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all that is not ASCII
  return (
    /[^\0-\x7f]/u.test(text) && Array.from(text).some((letter) => letter > '\x7f' && letter.toLowerCase() <= '\x7f')
  );
}
