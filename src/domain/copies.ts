import { unverifiedBecause } from './gates.ts';
import type { MatchMessage } from './match-message.ts';

/** How far a copy's sender is to be believed: the server verified it or we sent it; nobody knows; it was found forged. */
export type Trust = 'trusted' | 'unknown' | 'failed';

/** A copy of a mail in the form in which it is compared. Texts are made when they are asked for: most never are. */
export interface Copy {
  readonly trust: Trust;
  /** Without links and white space; see `bareText`. */
  readonly text: () => string;
  /** With the address that every link goes to; white space folded. */
  readonly linked: () => string;
  readonly attachments: readonly NamedHash[];
}

export interface NamedHash {
  readonly name: string;
  /** null where the content is not known. */
  readonly sha256: string | null;
}

/** What lies in Sent Items of an own mailbox was sent from there, whatever a server says of copies that it delivers. */
export function trustOf(facts: MatchMessage, sentItems: boolean): Trust {
  const { verdict } = facts.authentication;
  if (sentItems) return verdict === 'fail' ? 'failed' : 'trusted';
  if (unverifiedBecause(facts) !== null) return 'failed';
  return verdict === 'pass' ? 'trusted' : 'unknown';
}

/** A banner, disclaimer or list footer is no longer than this. */
export const mostAdded = 2_000;

/**
 * Whether two copies of one family are the same mail: both are to be believed; or neither is found forged and one is the
 * other with a banner or footer; or they say the same, whoever sent them.
 */
export function isSameMail(one: Copy, other: Copy): boolean {
  if (one.trust === 'trusted' && other.trust === 'trusted') return true;
  const failed = one.trust === 'failed' || other.trust === 'failed';
  if (!failed && !haveConflict(one.attachments, other.attachments) && isExtended(one.text(), other.text())) return true;
  return haveSameFiles(one.attachments, other.attachments) && one.linked() === other.linked();
}

const ranks = { trusted: 2, unknown: 1, failed: 0 } as const;

/** Whether a copy is shown in place of the one that is shown now: the more trusted, then the shorter, then the first. */
export function isShownBefore(copy: Copy, shown: Copy): boolean {
  if (copy.trust !== shown.trust) return isMoreTrusted(copy.trust, shown.trust);
  return copy.text().length < shown.text().length;
}

/** The word that is printed for how far a copy's sender is believed. */
export const verdictOf = { trusted: 'pass', unknown: 'unknown', failed: 'fail' } as const;

export function isMoreTrusted(one: Trust, other: Trust): boolean {
  return ranks[one] > ranks[other];
}

/** Of scripts that put spaces between words: in Japanese no space ends a link, and the sentence behind it is none. */
const letters = String.raw`\w\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}`;

/** Without a point or bracket at its end, which some gateways put a space before. */
const link = new RegExp(
  String.raw`<?\b(?:https?://|ftp://|www\.)(?:[${letters}!#$%&'()*+,./:;=?@[\]^{|}~-]*[${letters}#$%&*+/=@^|~-])?>?`,
  'giu',
);

/**
 * A text without what differs between copies of one mail: white space (a zero-width space is none that anybody sees),
 * and links, which gateways rewrite for each recipient. Outlook writes them in text as "word<https://…>".
 */
export function bareText(text: string): string {
  return text
    .normalize('NFC')
    .replace(link, '')
    .replace(/[\s\u200B\u2060\uFEFF]+/gu, '');
}

/** A text in which only the amount of white space does not count. */
export function foldedText(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** One is the other with at most 2,000 characters put before or after it. */
function isExtended(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  // A character has up to two UTF-16 units.
  if (long.length - short.length > 2 * mostAdded) return false;
  const at = indexIn(long, short);
  if (at === -1) return false;
  return charactersIn(long.slice(0, at)) + charactersIn(long.slice(at + short.length)) <= mostAdded;
}

/** A character has one or two UTF-16 units. */
export function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Where `short` is in `long`, or -1, in linear time for any input (Knuth, Morris, Pratt). */
function indexIn(long: string, short: string): number {
  if (long.startsWith(short)) return 0;
  if (long.endsWith(short)) return long.length - short.length;
  const borders = bordersOf(short);
  let matched = 0;
  for (let at = 0; at < long.length; at += 1) {
    const code = long.charCodeAt(at);
    while (matched > 0 && short.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (short.charCodeAt(matched) === code) matched += 1;
    if (matched === short.length) return at + 1 - matched;
  }
  return -1;
}

/** For each place how much of the beginning ends there again. */
function bordersOf(text: string): Uint32Array {
  const borders = new Uint32Array(text.length);
  let length = 0;
  for (let at = 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    while (length > 0 && text.charCodeAt(length) !== code) length = borders[length - 1] ?? 0;
    if (text.charCodeAt(length) === code) length += 1;
    borders[at] = length;
  }
  return borders;
}

/** An attachment of the same name has another content. One that is not there, or not known, tells nothing. */
export function haveConflict(one: readonly NamedHash[], other: readonly NamedHash[]): boolean {
  const theirs = hashesByName(other);
  for (const [name, hashes] of hashesByName(one)) {
    const known = theirs.get(name);
    if (known === undefined) continue;
    const [few, many] = hashes.size < known.size ? [hashes, known] : [known, hashes];
    for (const hash of few) if (!many.has(hash)) return true;
  }
  return false;
}

function hashesByName(attachments: readonly NamedHash[]): Map<string, Set<string>> {
  const hashes = new Map<string, Set<string>>();
  for (const { name, sha256 } of attachments) {
    if (sha256 === null) continue;
    const known = hashes.get(name);
    if (known === undefined) hashes.set(name, new Set([sha256]));
    else known.add(sha256);
  }
  return hashes;
}

/** The same names with the same contents, in any order. */
export function haveSameFiles(one: readonly NamedHash[], other: readonly NamedHash[]): boolean {
  return one.length === other.length && fileList(one) === fileList(other);
}

/** Names and hashes as one text. */
export function fileList(attachments: readonly NamedHash[]): string {
  return JSON.stringify(attachments.map(({ name, sha256 }) => JSON.stringify([name, sha256])).sort());
}
