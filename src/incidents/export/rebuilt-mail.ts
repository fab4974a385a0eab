import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Header, MessageBody, Person } from '../../domain/message.ts';
import type { StoredMail } from '../../store/stored-mails.ts';

/** Says of a file that it is no original; also in the manifest. */
export const rebuiltHeader = 'X-Integrator-Rebuilt';

export interface RebuiltAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly inline: boolean;
  readonly contentId: string | null;
  bytes(): AsyncIterable<Uint8Array>;
}

/**
 * A mail whose original was not kept, as RFC 5322 text made of what is stored: its headers as they came, its body and
 * its attachments encoded anew. The first header says so. The same mail gives the same bytes.
 */
export async function* rebuiltMail(
  mail: StoredMail,
  attachments: readonly RebuiltAttachment[],
  because: string,
): AsyncGenerator<Uint8Array> {
  const boundary = `=_integrator_${createHash('sha256').update(mail.identity).digest('hex').slice(0, 32)}`;
  const content =
    attachments.length === 0 ? partHeaders(mail.body) : [`Content-Type: multipart/mixed; boundary="${boundary}"`];
  yield lines([headerLine(rebuiltHeader, because), ...headerLines(mail), 'MIME-Version: 1.0', ...content, '']);
  if (attachments.length === 0) {
    yield* base64Lines([Buffer.from(mail.body.content, 'utf8')]);
    return;
  }
  yield lines([`--${boundary}`, ...partHeaders(mail.body), '']);
  yield* base64Lines([Buffer.from(mail.body.content, 'utf8')]);
  for (const attachment of attachments) {
    yield lines([`--${boundary}`, ...attachmentHeaders(attachment), '']);
    yield* base64Lines(attachment.bytes());
  }
  yield lines([`--${boundary}--`]);
}

/** What describes the content anew; the stored ones describe the content that is gone. */
const ofContent = /^(?:content-.*|mime-version|x-integrator-rebuilt)$/iu;

function headerLines(mail: StoredMail): string[] {
  const stored = mail.headers.filter(({ name }) => /^[!-9;-~]+$/u.test(name) && !ofContent.test(name));
  const names = new Set(stored.map(({ name }) => name.toLowerCase()));
  const missing = envelopeHeaders(mail).filter(({ name, value }) => value !== '' && !names.has(name.toLowerCase()));
  return [...stored, ...missing].map(({ name, value }) => headerLine(name, value));
}

function envelopeHeaders({
  from,
  to,
  cc,
  bcc,
  subject,
  sentAtMs,
  receivedAtMs,
  internetMessageId,
}: StoredMail): Header[] {
  return [
    { name: 'Date', value: new Date(sentAtMs ?? receivedAtMs).toUTCString().replace('GMT', '+0000') },
    { name: 'From', value: from === null ? '' : peopleText([from]) },
    { name: 'To', value: peopleText(to) },
    { name: 'Cc', value: peopleText(cc) },
    { name: 'Bcc', value: peopleText(bcc) },
    { name: 'Subject', value: subject },
    { name: 'Message-ID', value: internetMessageId === null ? '' : `<${internetMessageId}>` },
  ];
}

function peopleText(people: readonly Person[]): string {
  return people
    .map(({ name, address }) => (name === '' ? address : `${phrase(name)}${address === '' ? '' : ` <${address}>`}`))
    .join(', ');
}

function phrase(name: string): string {
  return isAscii(name) ? `"${name.replace(/["\\]/gu, '\\$&')}"` : encodedWords(name);
}

/** One header: what could end it is a blank, what is not ASCII is encoded (RFC 2047), and no line is too long. */
function headerLine(name: string, value: string): string {
  const line = value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return folded(`${name}: ${isAscii(line) ? line : encodedWords(line)}`);
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/u.test(text);
}

/** An encoded word has at most 75 characters; 45 bytes make 60 of them. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((each) => `=?utf-8?B?${Buffer.from(each, 'utf8').toString('base64')}?=`).join(' ');
}

/** Breaks at blanks only: a folded line reads the same. */
function folded(line: string): string {
  const rows: string[] = [];
  let row = '';
  for (const word of line.split(' ')) {
    if (row !== '' && row.length + word.length > 76) {
      rows.push(row);
      row = '';
    }
    row += row === '' && rows.length === 0 ? word : ` ${word}`;
  }
  return [...rows, row].join('\r\n');
}

function partHeaders({ kind }: MessageBody): string[] {
  const type = kind === 'html' ? 'text/html' : 'text/plain';
  return [`Content-Type: ${type}; charset="utf-8"`, 'Content-Transfer-Encoding: base64'];
}

function attachmentHeaders({ name, contentType, inline, contentId }: RebuiltAttachment): string[] {
  const type = /^[\w.+-]+\/[\w.+-]+$/u.test(contentType) ? contentType : 'application/octet-stream';
  const fileName = encodeURIComponent(Buffer.from(name, 'utf8').toString('utf8')).replace(/['()*!]/gu, hex);
  return [
    // A mail inside would have to stand there as it is; as a file it is kept byte for byte.
    `Content-Type: ${/^(?:message|multipart)\//iu.test(type) ? 'application/octet-stream' : type}`,
    `Content-Disposition: ${inline ? 'inline' : 'attachment'};\r\n filename*=utf-8''${fileName}`,
    ...(contentId === null ? [] : [headerLine('Content-ID', `<${contentId.replace(/[<>]/gu, '')}>`)]),
    'Content-Transfer-Encoding: base64',
  ];
}

const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

function lines(texts: readonly string[]): Uint8Array {
  return Buffer.from(texts.map((text) => `${text}\r\n`).join(''), 'utf8');
}

const lineBytes = 57;
const portionBytes = lineBytes * 1_024;

/** base64 in lines of 76 characters, a portion at a time, so that size costs no memory. */
async function* base64Lines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    if (held.length < portionBytes) continue;
    const whole = held.length - (held.length % lineBytes);
    yield encoded(held.subarray(0, whole));
    held = Buffer.from(held.subarray(whole));
  }
  if (held.length > 0) yield encoded(held);
}

function encoded(bytes: Buffer): Uint8Array {
  return Buffer.from(bytes.toString('base64').replace(/.{1,76}/gu, '$&\r\n'), 'latin1');
}
