import type { Address, Attachment as ParsedAttachment, Email } from 'postal-mime';
import { MimeParser } from './mime-parser.ts';
import { decode, rawHeaders } from '../world/headers.ts';
import type { AttachmentSpec, Header, Meeting, MeetingKind, MessageSpec, Person, Sensitivity } from '../world/types.ts';

const maxDepth = 8;

export interface FileFacts {
  /** Epoch milliseconds; taken where the mail itself says nothing sane. */
  readonly fileTime: number;
  readonly now: number;
}

/**
 * Reads one mail file, whatever its bytes: what the parser makes of it becomes the fields, the bytes stay as they
 * are. A file the parser gives up on comes through as text.
 */
export async function readMail(raw: Uint8Array, facts: FileFacts, depth = 0): Promise<MessageSpec> {
  const headers = rawHeaders(raw);
  const email = await parse(raw);
  const receivedAt = receivedTime(headers, facts);
  const body = email === null ? { text: decode(raw) } : bodyOf(email);
  return {
    ...peopleOf(email),
    ...body,
    subject: email?.subject ?? null,
    internetMessageId: messageId(email?.messageId),
    ...threadOf(email),
    receivedAt,
    sentAt: saneTime(headerOf(headers, 'date'), facts.now) ?? receivedAt,
    attachments: email === null ? [] : await attachmentsOf(email, facts, depth),
    ...kindOf(headers, email, receivedAt),
    raw,
  };
}

async function parse(raw: Uint8Array): Promise<Email | null> {
  try {
    // A first line of an mbox file is no header.
    const start = startsWith(raw, 'From ') ? raw.indexOf(10) + 1 : 0;
    return await new MimeParser().parse(raw.subarray(start));
  } catch {
    return null;
  }
}

function peopleOf(email: Email | null): Pick<MessageSpec, 'from' | 'sender' | 'to' | 'cc' | 'bcc' | 'replyTo'> {
  const from = flat(email?.from === undefined ? [] : [email.from])[0] ?? null;
  const sender = flat(email?.sender === undefined ? [] : [email.sender])[0] ?? from;
  return {
    from,
    sender,
    to: flat(email?.to),
    cc: flat(email?.cc),
    bcc: flat(email?.bcc),
    replyTo: flat(email?.replyTo),
  };
}

/** Groups are opened; a name without an address stays a name. */
function flat(list: readonly Address[] | undefined): readonly Person[] {
  return (list ?? []).flatMap((entry) => {
    if (entry.group !== undefined) return flat(entry.group);
    const address = entry.address ?? '';
    return address === '' && entry.name === '' ? [] : [{ name: entry.name, address }];
  });
}

function bodyOf(email: Email): { html: string } | { text: string } {
  return email.html === undefined || email.html === '' ? { text: email.text ?? '' } : { html: email.html };
}

function threadOf(email: Email | null): Pick<MessageSpec, 'inReplyTo' | 'references'> {
  const ids = (text: string | undefined): readonly string[] => text?.match(/<[^<>\s]+>/g) ?? [];
  const [inReplyTo] = ids(email?.inReplyTo);
  return { ...(inReplyTo === undefined ? {} : { inReplyTo }), references: ids(email?.references) };
}

function messageId(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}

async function attachmentsOf(email: Email, facts: FileFacts, depth: number): Promise<AttachmentSpec[]> {
  const specs: AttachmentSpec[] = [];
  for (const [index, part] of email.attachments.entries()) {
    const content = bytesOf(part);
    if (part.mimeType === 'message/rfc822' && depth < maxDepth) {
      specs.push({
        kind: 'item',
        ...(part.filename ? { name: part.filename } : {}),
        message: await readMail(content, facts, depth + 1),
      });
    } else {
      specs.push(fileOf(part, content, index));
    }
  }
  return specs;
}

function fileOf(part: ParsedAttachment, content: Uint8Array, index: number): AttachmentSpec {
  const contentId = part.contentId?.replace(/^<|>$/g, '');
  return {
    kind: 'file',
    name: part.filename ?? `ATT${String(index + 1).padStart(5, '0')}`,
    contentType: part.mimeType,
    content,
    inline: part.disposition === 'inline' || part.related === true,
    ...(contentId === undefined ? {} : { contentId }),
  };
}

function bytesOf({ content }: ParsedAttachment): Uint8Array {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

type Kind = Pick<MessageSpec, 'itemClass' | 'protection' | 'meeting' | 'sensitivity'>;

/** Reports, signed and encrypted mail and meetings get the item class Exchange gives them. */
function kindOf(headers: readonly Header[], email: Email | null, at: number): Kind {
  const type = (headerOf(headers, 'content-type') ?? '').toLowerCase();
  if (type.startsWith('multipart/report')) {
    return { itemClass: type.includes('disposition-notification') ? 'REPORT.IPM.Note.IPNRN' : 'REPORT.IPM.Note.NDR' };
  }
  if (/^application\/(x-)?pkcs7-mime/.test(type)) return { protection: 'smime_encrypted' };
  if (type.startsWith('multipart/signed')) return { protection: 'smime_signed' };
  const sensitivity = sensitivities.get((headerOf(headers, 'sensitivity') ?? '').toLowerCase());
  const meeting = meetingOf(email, at);
  return { ...(meeting === null ? {} : { meeting }), ...(sensitivity === undefined ? {} : { sensitivity }) };
}

const sensitivities = new Map<string, Sensitivity>([
  ['personal', 'personal'],
  ['private', 'private'],
  ['company-confidential', 'confidential'],
]);

const meetingKinds = new Map<string, MeetingKind>([
  ['REQUEST', 'request'],
  ['CANCEL', 'cancelled'],
  ['REPLY', 'accepted'],
]);

function meetingOf(email: Email | null, at: number): Meeting | null {
  const calendar = email?.attachments.find(({ mimeType }) => mimeType === 'text/calendar');
  const kind = meetingKinds.get(calendar?.method?.toUpperCase() ?? '');
  return kind === undefined ? null : { kind, startsAt: at, endsAt: at + 3_600_000, location: '' };
}

function receivedTime(headers: readonly Header[], { fileTime, now }: FileFacts): number {
  const received = headerOf(headers, 'received')?.split(';').at(-1);
  return saneTime(received, now) ?? saneTime(headerOf(headers, 'date'), now) ?? fileTime;
}

const earliest = Date.UTC(1980, 0, 1);

/** Mail from before mail, and from after tomorrow, has a wrong clock. */
function saneTime(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const at = Date.parse(text.replace(/\([^)]*\)/g, '').trim());
  return Number.isNaN(at) || at < earliest || at > now + 86_400_000 ? null : at;
}

function headerOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value;
}

function startsWith(raw: Uint8Array, text: string): boolean {
  return Buffer.from(raw.subarray(0, text.length)).toString('latin1') === text;
}
