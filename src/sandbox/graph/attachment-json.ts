import { mimeOf } from '../world/mime.ts';
import type { Attachment } from '../world/types.ts';
import { GraphRefusal } from './errors.ts';
import { messageJson, time } from './message-json.ts';
import type { View } from './message-json.ts';

const types = {
  file: '#microsoft.graph.fileAttachment',
  item: '#microsoft.graph.itemAttachment',
  reference: '#microsoft.graph.referenceAttachment',
} as const;

export interface AttachmentOptions {
  /** Null: everything, the content included. */
  readonly select: readonly string[] | null;
  /** `$expand=microsoft.graph.itemattachment/item` */
  readonly expandItem: boolean;
}

/** An attachment as JSON. Throws for a damaged one whose content is wanted. */
export function attachmentJson(
  attachment: Attachment,
  view: View,
  options: AttachmentOptions,
): Record<string, unknown> {
  const all: Record<string, unknown> = {
    lastModifiedDateTime: time(attachment.modifiedAt),
    name: attachment.name,
    contentType: attachment.contentType,
    size: sizeOf(attachment),
    isInline: attachment.inline,
  };
  const wanted = (name: string): boolean => options.select?.some((one) => isNamed(one, name)) ?? true;
  if (attachment.kind === 'file') {
    all['contentId'] = attachment.contentId;
    all['contentLocation'] = null;
    if (wanted('contentBytes')) all['contentBytes'] = contentOf(attachment).toString('base64');
  }
  const shown = Object.fromEntries(Object.entries(all).filter(([name]) => wanted(name)));
  const inner = options.expandItem && attachment.item !== null ? { item: itemJson(attachment, view) } : {};
  return {
    '@odata.type': types[attachment.kind],
    ...(attachment.kind === 'file' ? { '@odata.mediaContentType': attachment.contentType } : {}),
    id: view.mailbox.ids.make('attachment', attachment.serial),
    ...shown,
    ...inner,
  };
}

/** The attached mail: it has no id of its own. */
function itemJson(attachment: Attachment, view: View): Record<string, unknown> | null {
  const { item } = attachment;
  if (item === null) return null;
  const shown = messageJson(item, view, null);
  const nested = item.attachments.map((one) => attachmentJson(one, view, { select: null, expandItem: false }));
  return {
    '@odata.type': '#microsoft.graph.message',
    ...shown,
    id: '',
    ...(nested.length === 0 ? {} : { attachments: nested }),
  };
}

/** The bytes of `/$value`. */
export function valueOf(attachment: Attachment): { contentType: string; bytes: Uint8Array } {
  switch (attachment.kind) {
    case 'file':
      return { contentType: attachment.contentType ?? 'application/octet-stream', bytes: contentOf(attachment) };
    case 'item':
      return {
        contentType: 'text/plain',
        bytes: attachment.item === null ? new Uint8Array(0) : mimeOf(attachment.item),
      };
    case 'reference':
      throw new GraphRefusal(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
  }
}

function contentOf(attachment: Attachment): Buffer {
  if (attachment.damaged) {
    throw new GraphRefusal(500, 'ErrorCannotOpenFileAttachment', 'OLE conversion failed for an attachment.');
  }
  const { bytes } = attachment;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Overhead included: it is never exactly the number of bytes. */
function sizeOf(attachment: Attachment): number {
  const bytes = attachment.item === null ? attachment.bytes.length : mimeOf(attachment.item).length;
  return Math.ceil(bytes * 1.02) + 180;
}

function isNamed(selected: string, name: string): boolean {
  return selected.replace(/^microsoft\.graph\.\w+\//i, '').toLowerCase() === name.toLowerCase();
}
