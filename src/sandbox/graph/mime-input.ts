import { readMail } from '../eml/read-mail.ts';
import { rawHeaders } from '../world/headers.ts';
import type { MessageSpec } from '../world/types.ts';
import { badRequest } from './errors.ts';

/** A request body that is MIME in base64, as `text/plain`. Auto-Submitted does not survive, even here. */
export async function mimeInput(body: Uint8Array, now: number): Promise<MessageSpec> {
  const text = Buffer.from(body).toString('latin1').replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw badRequest('Invalid base64 string for MIME content.', 'ErrorMimeContentInvalidBase64String');
  }
  const mime = Buffer.from(text, 'base64');
  const { raw: _raw, ...spec } = await readMail(mime, { fileTime: now, now });
  const headers = rawHeaders(mime).filter(({ name }) => /^x-/i.test(name));
  return {
    ...spec,
    headers,
    ...(spec.internetMessageId === null ? {} : { internetMessageId: spec.internetMessageId ?? null }),
  };
}

export function isMime(contentType: string | undefined): boolean {
  return (contentType ?? '').toLowerCase().startsWith('text/plain');
}
