import { IntegratorError } from '../domain/errors.ts';
import type { HttpReply } from './transport.ts';

/**
 * The whole body. Throws `protocol` (code `too_large`) as soon as more than `maxBytes` of decompressed bytes came, so
 * that a small compressed answer cannot fill the memory.
 */
export async function readBytes(reply: HttpReply, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of capped(reply.body, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The same bytes, ended by `protocol` (code `too_large`) when there are more than `maxBytes`. */
async function* capped(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of bytes) {
    seen += chunk.byteLength;
    if (seen > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

function tooLarge(maxBytes: number): IntegratorError {
  const size = maxBytes >= 1_048_576 ? `${Math.round(maxBytes / 1_048_576)} MB` : `${maxBytes} bytes`;
  return new IntegratorError('protocol', `an answer of more than ${size} was cut off`, { code: 'too_large' });
}
