import { domainOf } from './address.ts';
import type { DomainNames } from './domain-names.ts';
import { lowersToAscii } from './domain-names.ts';
import { doubledHeaders } from './headers.ts';
import type { HeaderIndex } from './headers.ts';

/**
 * Why the From of a mail tells nobody for certain who wrote it.
 * - `several`: more than one address, or a group: the one that was verified need not be the one that is shown.
 * - `missing`: no address at all.
 * - `differs`: the header holds an address of another domain than the server shows.
 * - `form`: written so that only its normalised form is an address that we may know.
 */
export interface FromFault {
  readonly kind: 'several' | 'missing' | 'differs' | 'form';
  /** For people: "several addresses in From: …". */
  readonly because: string;
}

export interface FromSource {
  /** The normalised address that the server shows; '' where there is none. */
  readonly address: string;
  /** As the server gave it, where that is not plain. */
  readonly written: string | undefined;
}

/** null where nothing is wrong with it. Where the headers are not known, what the server shows is all there is. */
export function fromFault(headers: HeaderIndex, shown: FromSource, names: DomainNames): FromFault | null {
  const [value] = headers.get('from') ?? [];
  if (value === undefined) return faultOfShown(headers, shown, names);
  if (doubledHeaders(headers, ['From']).length > 0) return several('several different From headers');
  const { addresses, group } = readFrom(value);
  if (group) return several('From is written as a group');
  const distinct = [...new Set(addresses.map((address) => comparable(address, names)))];
  if (distinct.length > 1) return several(`several addresses in From: ${short(distinct.join(', '))}`);
  const [address] = addresses;
  if (address === undefined || shown.address === '') return { kind: 'missing', because: 'From names no address' };
  return faultOfForm(address, names) ?? faultOfShownForm(shown, names) ?? differs(address, shown, names);
}

/**
 * Headers that stand beside From: where one of them is known, From would be. Received is none: what a server keeps of
 * very many headers ends somewhere behind it.
 */
const besideFrom = ['sender', 'date'];

function faultOfShown(headers: HeaderIndex, shown: FromSource, names: DomainNames): FromFault | null {
  const known = besideFrom.some((name) => headers.has(name));
  if (shown.address === '' || known) return { kind: 'missing', because: 'it has no From' };
  return faultOfShownForm(shown, names);
}

function faultOfShownForm({ written }: FromSource, names: DomainNames): FromFault | null {
  return written === undefined ? null : faultOfForm(written, names);
}

function faultOfForm(address: string, names: DomainNames): FromFault | null {
  if (isPlainAddress(address, names)) return null;
  return { kind: 'form', because: 'the domain in From is not written in its plain form' };
}

/** Whether a From address is written as its owner writes it; letter case and international names are plain. */
export function isPlainAddress(address: string, names: DomainNames): boolean {
  const at = address.lastIndexOf('@');
  if (at < 0) return true;
  return !lowersToAscii(address) && !/^\s|\s$/u.test(address.slice(0, at)) && names.isPlain(address.slice(at + 1));
}

/** Only another domain counts: servers show the main address of people they know, where an alias was written. */
function differs(address: string, shown: FromSource, names: DomainNames): FromFault | null {
  if (!shown.address.includes('@')) return null;
  const domain = domainOf(comparable(address, names));
  if (domain === domainOf(shown.address)) return null;
  return { kind: 'differs', because: `the From header holds ${short(address)}` };
}

function several(because: string): FromFault {
  return { kind: 'several', because };
}

function comparable(address: string, names: DomainNames): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at).trim().toLowerCase()}@${names.comparable(address.slice(at + 1).trim())}`;
}

function short(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}

interface ReadFrom {
  readonly addresses: readonly string[];
  readonly group: boolean;
}

/**
 * The addresses in a From header, as cautious as a reader can be: in angle brackets and outside of them, but not in
 * quotation marks, comments and encoded words, which are names. Only ASCII's white space is any: other letters without
 * a glyph are part of the address, which is then not plain. Where a quotation or a comment never ends, all is plain
 * text. A colon or a semicolon outside of them makes it a group (RFC 6854).
 */
export function readFrom(value: string): ReadFrom {
  const folded = value.replace(/[ \t\r\n]+/gu, ' ');
  const text = withoutNames(folded) ?? folded;
  const addresses: string[] = [];
  const rest = text.replace(/<([^<>]*)>/gu, (_, inner: string) => {
    const address = inner.slice(inner.lastIndexOf(':') + 1).replace(/^ | $/gu, '');
    if (address.includes('@')) addresses.push(address);
    return ' ';
  });
  const words = rest.replace(/ ?@ ?/gu, '@').split(/[ ,;:<>]+/u);
  return { addresses: [...addresses, ...words.filter((word) => word.includes('@'))], group: /[:;]/u.test(rest) };
}

/** Quotations become one harmless word (they may be a local part), comments and encoded words nothing; null: open. */
function withoutNames(value: string): string | null {
  let text = '';
  let depth = 0;
  let quoted = false;
  for (const [token] of value.matchAll(/=\?[^?\s]*\?[bq]\?[^?\s]*\?=|\\.|["()\\]|[^"()\\=]+|=/gisu)) {
    if (depth > 0) depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    else if (token === '"') quoted = !quoted;
    else if (quoted) text += token.replace(/[^\p{L}\p{N}.+_-]/gu, '_');
    else if (token === '(') depth = 1;
    else text += token.startsWith('=?') && token.length > 2 && !text.endsWith('@') ? '_' : token;
  }
  return depth > 0 || quoted ? null : text;
}
