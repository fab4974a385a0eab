import { IntegratorError } from '../../domain/errors.ts';
import type { StoredFile } from '../../domain/message.ts';
import type { FileSink } from '../provider.ts';

/** Of an answer all but its content: names, sizes, codes. */
const mostBytesBeside = 1_048_576;
/** `ContentType` and `ContentId` stand before it. */
const opening = /<(?:[\w.-]+:)?(?:Content|MimeContent)(?:\s[^<>]*)?>(?:<!\[CDATA\[)?/;
const cdata = '<![CDATA[';
const emptied = /\/>$/;
const lessThan = 0x3c;
const notBase64 = /[^A-Za-z0-9+/=]/;

export interface Taken {
  /** Null where the answer has no content. */
  readonly file: StoredFile | null;
  /** The answer without its content. */
  readonly rest: Buffer;
}

/** Stores the content of an answer as it comes. Throws `too_large` where it is more than `maxBytes`. */
export async function storeContent(body: AsyncIterable<Uint8Array>, files: FileSink, maxBytes: number): Promise<Taken> {
  const answer = new ContentAnswer(body);
  try {
    const file = (await answer.begins()) ? await files.put(answer.content(maxBytes), maxBytes) : null;
    return { file, rest: answer.rest() };
  } finally {
    await answer.close();
  }
}

/**
 * An answer that carries one file as base64, read as it comes: the content is decoded on the way, the rest is kept as
 * the XML of an answer without content. Read `begins`, then `content` to its end, then `rest`.
 */
class ContentAnswer {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #beside: Buffer[] = [];
  #besideBytes = 0;
  /** What has come of the content already. */
  #first: Buffer | null = null;
  #isEmpty = false;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** Whether there is content; where there is none, the answer has been read to its end. */
  async begins(): Promise<boolean> {
    for (;;) {
      const chunk = await this.#next();
      const before = Buffer.concat([...this.#beside, chunk ?? nothing]);
      // One character for each byte.
      const found = opening.exec(before.toString('latin1'));
      const end = (found?.index ?? 0) + (found?.[0].length ?? 0);
      if (found !== null && (chunk === null || before.length >= end + cdata.length)) {
        this.#beside.length = 0;
        this.#besideBytes = 0;
        this.#keep(before.subarray(0, end));
        this.#first = before.subarray(end);
        this.#isEmpty = emptied.test(found[0]);
        return true;
      }
      if (chunk === null) return false;
      this.#keep(chunk);
    }
  }

  /** The decoded bytes. Throws where they are no base64, and where the answer ends within or after them. */
  async *content(maxBytes: number): AsyncGenerator<Uint8Array> {
    const decoder = new Base64Pieces();
    let seen = 0;
    let chunk = this.#first;
    this.#first = null;
    for (let over = this.#isEmpty; chunk !== null; chunk = await this.#next()) {
      const end = over ? 0 : chunk.indexOf(lessThan);
      const bytes = over ? null : decoder.decoded(end < 0 ? chunk : chunk.subarray(0, end));
      seen += bytes?.length ?? 0;
      if (seen > maxBytes) throw tooLarge('an attachment is larger than is taken');
      if (bytes !== null && bytes.length > 0) yield bytes;
      over ||= end >= 0;
      if (over) this.#keep(chunk.subarray(Math.max(0, end)));
    }
    if (!/Envelope>\s*$/.test(this.rest().toString('latin1'))) throw cutOff();
    decoder.end();
  }

  /** The answer without its content. */
  rest(): Buffer {
    return Buffer.concat(this.#beside);
  }

  /** Lets go of the connection, whatever has been read. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #next(): Promise<Buffer | null> {
    const { done, value } = await this.#chunks.next();
    return done === true ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }

  #keep(chunk: Buffer): void {
    this.#besideBytes += chunk.length;
    if (this.#besideBytes > mostBytesBeside) {
      throw tooLarge('an answer holds more than the file that was asked for');
    }
    this.#beside.push(chunk);
  }
}

/** Base64 in pieces of any length, with line breaks, and with the end of a CDATA section. */
class Base64Pieces {
  #left = '';
  #isOver = false;

  decoded(piece: Buffer): Buffer {
    const text = this.#left + piece.toString('latin1').replace(/[\r\n\t ]+|\]+>?|^>/g, '');
    if (text === '') return nothing;
    if (notBase64.test(text) || (this.#isOver && text !== '')) throw noBase64();
    const whole = text.length - (text.length % 4);
    this.#left = text.slice(whole);
    const written = text.slice(0, whole);
    const padding = written.indexOf('=');
    if (padding >= 0 && (padding < whole - 2 || !/^={1,2}$/.test(written.slice(padding)))) throw noBase64();
    this.#isOver = padding >= 0;
    return Buffer.from(written, 'base64');
  }

  end(): void {
    if (this.#left !== '') throw noBase64();
  }
}

const nothing = Buffer.alloc(0);

/** The bytes of base64 that came whole; throws as `content` does. */
export function base64Bytes(text: string): Buffer {
  const pieces = new Base64Pieces();
  const bytes = pieces.decoded(Buffer.from(text, 'latin1'));
  pieces.end();
  return bytes;
}

function tooLarge(message: string): IntegratorError {
  return new IntegratorError('protocol', message, { code: 'too_large' });
}

function noBase64(): IntegratorError {
  return new IntegratorError('protocol', 'an attachment came damaged: its content is no base64', { code: 'no_base64' });
}

/** The connection may do better at another attempt. */
function cutOff(): IntegratorError {
  return new IntegratorError('unreachable', 'the answer of Exchange ended before its end', { code: 'UND_ERR_INFO' });
}
