import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { IntegratorError } from '../domain/errors.ts';

/** What can be read to its end; an `HttpReply`. */
interface Whole {
  whole(maxBytes: number): Promise<Buffer>;
}

/**
 * The whole body. Throws `protocol` (code `too_large`) where it is more than `maxBytes` of decompressed bytes, without
 * decompressing more than that: a small compressed answer cannot fill the memory.
 */
export function readBytes(reply: Whole, maxBytes: number): Promise<Buffer> {
  return reply.whole(maxBytes);
}

/** Reads a stream to its end, as it came. */
export async function wholeBody(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let seen = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new IntegratorError('bug', 'an HTTP body that is not bytes');
    seen += chunk.byteLength;
    if (seen > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const gunzipLarge = promisify(gunzip);
/** What is smaller is taken apart in place: a few milliseconds. */
const largeBytes = 1_048_576;

/** Takes a compressed body apart at once, which costs half of what a stream of chunks costs. */
export async function decompressed(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  if (bytes.length === 0) return bytes;
  const options = { maxOutputLength: maxBytes, chunkSize: outputSize(bytes) };
  try {
    return bytes.length > largeBytes ? await gunzipLarge(bytes, options) : gunzipSync(bytes, options);
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? tooLarge(maxBytes) : error;
  }
}

/**
 * Gzip ends with the size of what is in it (RFC 1952): with room for all of it, nothing is copied together afterwards.
 * Only believed within bounds; where it lies, it costs a few more pieces.
 */
function outputSize(bytes: Buffer): number {
  const written = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  return Math.min(8 * largeBytes, Math.max(16_384, written + 1));
}

function tooLarge(maxBytes: number): IntegratorError {
  const size = maxBytes >= 1_048_576 ? `${Math.round(maxBytes / 1_048_576)} MB` : `${maxBytes} bytes`;
  return new IntegratorError('protocol', `an answer of more than ${size} was cut off`, { code: 'too_large' });
}
