import { escapeHtml, htmlToText } from './text.ts';
import { headersOf } from './headers.ts';
import type { Attachment, Item } from './types.ts';

/** The whole mail as bytes: the original where there is one, else rebuilt from the item's fields. */
export function mimeOf(item: Item): Uint8Array {
  if (item.raw !== null) return item.raw;
  const lines = headersOf(item).map(({ name, value }) => `${name}: ${fold(value)}`);
  return Buffer.from([...lines, ...contentOf(item)].join('\r\n'), 'utf8');
}

interface Part {
  readonly headers: readonly string[];
  readonly body: string;
}

function contentOf(item: Item): readonly string[] {
  const part = withAttachments(bodyPart(item), item);
  return [...part.headers, '', part.body];
}

function bodyPart(item: Item): Part {
  if (item.body.kind === 'text') return leaf('text/plain; charset="utf-8"', item.body.content);
  const plain = leaf('text/plain; charset="utf-8"', htmlToText(item.body.content));
  const html = leaf('text/html; charset="utf-8"', item.body.content);
  return multipart('alternative', `alt${item.key}`, [plain, html]);
}

function withAttachments(body: Part, item: Item): Part {
  const inline = item.attachments.filter((attachment) => attachment.inline);
  const others = item.attachments.filter((attachment) => !attachment.inline);
  const related =
    inline.length === 0 ? body : multipart('related', `rel${item.key}`, [body, ...inline.map(attachmentPart)]);
  if (others.length === 0) return related;
  return multipart('mixed', `mix${item.key}`, [related, ...others.map(attachmentPart)]);
}

function attachmentPart(attachment: Attachment): Part {
  switch (attachment.kind) {
    case 'file':
      return filePart(attachment);
    case 'item': {
      const headers = ['Content-Type: message/rfc822', 'Content-Disposition: attachment'];
      const bytes = attachment.item === null ? new Uint8Array(0) : mimeOf(attachment.item);
      return { headers, body: Buffer.from(bytes).toString('utf8') };
    }
    case 'reference':
      return leaf(
        'text/html; charset="utf-8"',
        `<a href="${escapeHtml(attachment.url ?? '')}">${escapeHtml(attachment.name)}</a>`,
      );
  }
}

function filePart(attachment: Attachment): Part {
  const disposition = attachment.inline ? 'inline' : 'attachment';
  const headers = [
    `Content-Type: ${attachment.contentType ?? 'application/octet-stream'}`,
    `Content-Disposition: ${disposition}; filename*=UTF-8''${encodeURIComponent(attachment.name)}`,
    'Content-Transfer-Encoding: base64',
  ];
  if (attachment.contentId !== null) headers.push(`Content-ID: <${attachment.contentId}>`);
  return { headers, body: base64Lines(attachment.bytes) };
}

function leaf(contentType: string, content: string): Part {
  return {
    headers: [`Content-Type: ${contentType}`, 'Content-Transfer-Encoding: base64'],
    body: base64Lines(Buffer.from(content, 'utf8')),
  };
}

function multipart(kind: 'alternative' | 'related' | 'mixed', boundary: string, parts: readonly Part[]): Part {
  const mark = `----=_sandbox_${boundary}`;
  const sections = parts.map((part) => [`--${mark}`, ...part.headers, '', part.body, ''].join('\r\n'));
  return {
    headers: [`Content-Type: multipart/${kind}; boundary="${mark}"`],
    body: `${sections.join('')}--${mark}--\r\n`,
  };
}

function base64Lines(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64').replace(/.{76}/g, '$&\r\n');
}

function fold(value: string): string {
  return value.length < 900 ? value : value.replace(/(.{200,400}?) /g, '$1\r\n ');
}
