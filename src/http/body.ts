import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { IntegratorError } from '../domain/errors.ts';
import { networkError } from './network-error.ts';

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

/**
 * A whole body as it came. It is unpacked once and then holds nothing: whoever waited for it is older than what is in
 * it, and what an old object holds stays in memory until the whole heap is collected.
 */
export class PackedBody {
  #bytes: Buffer;
  readonly #about: PackedAbout;

  constructor(bytes: Buffer, about: PackedAbout) {
    this.#bytes = bytes;
    this.#about = about;
  }

  /** No promise where it is small. Throws as `readBytes` does, and `unreachable` where it is broken. */
  unpack(): Buffer | Promise<Buffer> {
    const bytes = this.#bytes;
    this.#bytes = nothing;
    return this.#about.compressed && bytes.length > 0 ? decompressed(bytes, this.#about) : bytes;
  }
}

interface PackedAbout {
  readonly compressed: boolean;
  readonly maxBytes: number;
  readonly host: string;
}
const nothing = Buffer.alloc(0);

/** At once, which costs half of what a stream of chunks costs. */
function decompressed(bytes: Buffer, about: PackedAbout): Buffer | Promise<Buffer> {
  const options = { maxOutputLength: about.maxBytes, chunkSize: outputSize(bytes) };
  if (bytes.length > largeBytes) {
    return gunzipLarge(bytes, options).catch((error: unknown) => {
      throw unpackError(error, about);
    });
  }
  try {
    return gunzipSync(bytes, options);
  } catch (error) {
    throw unpackError(error, about);
  }
}

function unpackError(error: unknown, { maxBytes, host }: PackedAbout): IntegratorError {
  const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
  return isTooLarge ? tooLarge(maxBytes) : networkError(error, host);
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
