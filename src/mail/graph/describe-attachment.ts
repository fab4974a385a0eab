import type { Attachment } from '../../domain/message.ts';
import { lacksBytes } from '../lacks-bytes.ts';
import type { GraphAttachment } from './schema.ts';

type Described = Omit<Attachment, 'content'>;

/** What is told of an attachment, without its bytes. */
export function describe(found: GraphAttachment): Described {
  const kind = kindOf(found);
  return {
    name: found.name?.trim() ? found.name : kind === 'item' ? 'attached item' : 'attachment',
    contentType: found.contentType?.trim() || (kind === 'item' ? 'message/rfc822' : 'application/octet-stream'),
    size: found.size ?? 0,
    kind,
    inline: found.isInline ?? false,
    contentId: found.contentId?.trim().replace(/^<(.*)>$/s, '$1') || null,
  };
}

function kindOf(found: GraphAttachment): Attachment['kind'] {
  const type = (found['@odata.type'] ?? '').toLowerCase();
  if (type.endsWith('.itemattachment')) return 'item';
  return type.endsWith('.referenceattachment') ? 'reference' : 'file';
}

/** The bytes that came along; null where none did, or where what came cannot be them. */
export function heldBytes(found: GraphAttachment): Buffer | null {
  const { contentBytes } = found;
  if (typeof contentBytes !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(contentBytes)) return null;
  return contentBytes.length % 4 !== 0 || lacksBytes(found.size ?? 0, contentBytes.length)
    ? null
    : Buffer.from(contentBytes, 'base64');
}

/** An attached item comes as MIME, iCalendar or vCard; only its first bytes tell which. */
export function typedByBytes({ kind, name, contentType }: Described, head: string) {
  if (kind !== 'item') return { name, contentType };
  const type = itemType(head);
  return {
    contentType: type.contentType,
    name: name.toLowerCase().endsWith(type.extension) ? name : name + type.extension,
  };
}

function itemType(head: string): { readonly contentType: string; readonly extension: string } {
  if (/^\s*BEGIN:VCALENDAR/i.test(head)) return { contentType: 'text/calendar', extension: '.ics' };
  if (/^\s*BEGIN:VCARD/i.test(head)) return { contentType: 'text/vcard', extension: '.vcf' };
  return { contentType: 'message/rfc822', extension: '.eml' };
}

/** The same attachment under another id. */
export function isReplacement(other: GraphAttachment, found: GraphAttachment): boolean {
  return other.id !== found.id && other.name === found.name && kindOf(other) === kindOf(found);
}

/** Stands for all attachments of a mail whose list cannot be read. */
export function unlisted(providerId: string, reason: string): Attachment {
  const name = 'attachments that could not be listed';
  const kind = 'file';
  const content = { kind: 'failed', providerId, reason } as const;
  return { name, contentType: 'application/octet-stream', size: 0, kind, inline: false, contentId: null, content };
}
