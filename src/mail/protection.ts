import type { Attachment, Header, Protection } from '../domain/message.ts';

const smimeTypes = /^application\/(?:x-)?pkcs7-(?:mime|signature)\b/i;
const rightsType = /^application\/x-microsoft-rpmsg-message\b/i;

/**
 * Why we may not be able to read the text. Exchange shows protected mail as an almost empty body with one attachment,
 * so both the headers and the attachments tell.
 */
export function protectionOf(headers: readonly Header[], attachments: readonly Attachment[]): Protection {
  const type = contentTypeOf(headers);
  if (attachments.some(isRightsMessage)) return 'rights';
  if (smimeTypes.test(type) || isSignedBySmime(type) || attachments.some(isSmime)) return 'smime';
  return /^multipart\/encrypted\b/i.test(type) ? 'encrypted' : 'none';
}

function contentTypeOf(headers: readonly Header[]): string {
  return headers.find((header) => header.name.toLowerCase() === 'content-type')?.value.trim() ?? '';
}

function isSignedBySmime(type: string): boolean {
  return /^multipart\/signed\b/i.test(type) && /protocol\s*=\s*"?application\/(?:x-)?pkcs7-signature/i.test(type);
}

function isRightsMessage(attachment: Attachment): boolean {
  return rightsType.test(attachment.contentType) || attachment.name.toLowerCase() === 'message.rpmsg';
}

/** Exchange names the wrapped S/MIME mail smime.p7m, whatever it was called before. */
function isSmime(attachment: Attachment): boolean {
  const isWrapper = attachment.name.toLowerCase() === 'smime.p7m';
  return isWrapper || (smimeTypes.test(attachment.contentType) && /^smime\.p7[ms]$/i.test(attachment.name));
}
