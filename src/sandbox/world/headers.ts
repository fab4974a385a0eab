import type { Header, Item, MessageSpec, Person } from './types.ts';

/** The headers of an item in their order, topmost first, as the raw mail has them (values unfolded). */
export function headersOf(item: Item): readonly Header[] {
  return item.raw === null ? [...item.extraHeaders, ...standardHeaders(item)] : rawHeaders(item.raw);
}

/** Microsoft 365 writes this header without the name of the checking server, against RFC 8601, and adds compauth. */
export function authenticationHeaders(
  verdict: NonNullable<MessageSpec['auth']>,
  from: Person | null,
): readonly Header[] {
  if (verdict === 'none') return [];
  const domain = from?.address.split('@')[1] ?? '';
  const value =
    verdict === 'pass'
      ? `spf=pass (sender IP is 203.0.113.25) smtp.mailfrom=${domain}; dkim=pass (signature was verified) header.d=${domain};dmarc=pass action=none header.from=${domain};compauth=pass reason=100`
      : `spf=fail (sender IP is 198.51.100.66) smtp.mailfrom=bulk.invalid; dkim=none (message not signed) header.d=none;dmarc=fail action=quarantine header.from=${domain};compauth=fail reason=000`;
  return [{ name: 'Authentication-Results', value }];
}

function standardHeaders(item: Item): readonly Header[] {
  const headers: Header[] = [];
  const add = (name: string, value: string | null): void => {
    if (value !== null && value !== '') headers.push({ name, value });
  };
  if (wasDelivered(item)) add('Received', receivedOf(item));
  add('From', item.from === null ? null : addressHeader([item.from]));
  if (item.sender !== null && item.sender.address !== item.from?.address) add('Sender', addressHeader([item.sender]));
  add('To', addressHeader(item.to));
  add('CC', addressHeader(item.cc));
  add('Reply-To', addressHeader(item.replyTo));
  add('Subject', item.subject === null ? null : encodeWords(item.subject));
  add('Date', mailDate(item.sentAt));
  add('Message-ID', item.internetMessageId);
  add('References', item.references.join(' '));
  add('In-Reply-To', item.inReplyTo);
  if (item.sensitivity !== 'normal') add('Sensitivity', sensitivityWords[item.sensitivity]);
  if (item.importance !== 'normal') add('Importance', item.importance);
  add('MIME-Version', '1.0');
  return headers;
}

/** Unless the mail brings its own trace along. */
function wasDelivered({ isDraft, folder, extraHeaders }: Item): boolean {
  const traced = extraHeaders.some(({ name }) => name.toLowerCase() === 'received');
  return !isDraft && folder.wellKnown !== 'sentitems' && !traced;
}

/** The same for all copies of a mail, whenever each arrived. */
function receivedOf({ from, sentAt }: Item): string {
  const domain = from?.address.split('@')[1] ?? 'unknown.invalid';
  return `from mail.${domain} (192.0.2.25) by mx.sandbox.test with ESMTPS; ${mailDate(sentAt)}`;
}

const sensitivityWords = {
  normal: '',
  personal: 'Personal',
  private: 'Private',
  confidential: 'Company-Confidential',
} as const;

/** Splits the header block of a raw mail, whatever bytes it has: UTF-8 where it is that, else Latin-1. */
export function rawHeaders(raw: Uint8Array): readonly Header[] {
  const lines = decode(headerBlock(raw)).split(/\r?\n|\r/);
  const headers: { name: string; value: string }[] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    const match = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/s.exec(line);
    if (/^[ \t]/.test(line) && last !== undefined) last.value = joined(last.value, trimmed(line));
    else if (match !== null) headers.push({ name: match[1] ?? '', value: trimmed(match[2] ?? '') });
  }
  return headers;
}

/** Of blanks and tabs alone, as mail servers do; in linear time. */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '');
}

/** In time linear in the number of lines, of which a header may have a hundred thousand. */
function joined(before: string, more: string): string {
  return before === '' || more === '' ? before + more : `${before} ${more}`;
}

function headerBlock(raw: Uint8Array): Uint8Array {
  for (let at = 0; at + 1 < raw.length; at += 1) {
    if (raw[at] === 13 && raw[at + 1] === 13) return raw.subarray(0, at);
    if (raw[at] !== 10) continue;
    if (raw[at + 1] === 10) return raw.subarray(0, at);
    if (raw[at + 1] === 13 && raw[at + 2] === 10) return raw.subarray(0, at);
  }
  return raw;
}

export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  }
}

function addressHeader(list: readonly Person[]): string {
  return list
    .map(({ name, address }) => (name === '' || name === address ? address : `${displayName(name)} <${address}>`))
    .join(', ');
}

function displayName(name: string): string {
  // Printable ASCII only may stand as it is; everything else travels as an encoded word.
  return /^[\x20-\x7e]*$/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodeWords(name);
}

/** RFC 2047: words of at most 45 bytes, never cut inside a character. */
function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let piece = '';
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > 45) {
      words.push(piece);
      piece = '';
    }
    piece += character;
  }
  words.push(piece);
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}

/** RFC 5322 date, in UTC. */
function mailDate(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
