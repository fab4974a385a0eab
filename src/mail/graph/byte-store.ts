import { IntegratorError } from '../../domain/errors.ts';
import type { StoredFile } from '../../domain/message.ts';
import { isTransient } from '../../http/retry.ts';
import { sleep } from '../../http/deadline.ts';
import type { ReadOptions } from '../provider.ts';
import type { Refusal } from './answer.ts';
import type { GraphMailbox } from './mailbox.ts';

export type Stored =
  | { readonly kind: 'stored'; readonly file: StoredFile; /** The first bytes, as Latin-1. */ readonly head: string }
  | { readonly kind: 'too_large'; readonly reason: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface Bytes {
  readonly path: string;
  /** Names the thing in errors. */
  readonly about: string;
  readonly maxBytes: number;
}

/**
 * Streams bytes into the file store, again from the start where the connection breaks on the way. Throws what the
 * store throws (a full disk is not the mail's fault).
 */
export async function store(mailbox: GraphMailbox, what: Bytes, options: ReadOptions): Promise<Stored> {
  const { attempts, backoffMs } = mailbox.client.limits.retries;
  for (let attempt = 1; ; attempt += 1) {
    const stored = await storeOnce(mailbox, what, options);
    if (stored.kind !== 'refused' || attempt >= attempts || !isBrokenOff(stored.refusal)) return stored;
    await sleep(backoffMs * 2 ** (attempt - 1), options.signal);
  }
}

/** Bytes that came within an answer. */
export async function storeHeld(bytes: Buffer, maxBytes: number, options: ReadOptions): Promise<Stored> {
  if (bytes.length > maxBytes) return tooLarge(maxBytes);
  const file = await options.files.put([bytes], maxBytes);
  return { kind: 'stored', file, head: bytes.toString('latin1', 0, headBytes) };
}

async function storeOnce(mailbox: GraphMailbox, what: Bytes, options: ReadOptions): Promise<Stored> {
  const answer = await mailbox.bytes(what.path, what.about, options.signal);
  if (answer.kind === 'refused') return { kind: 'refused', refusal: answer };
  const watched = new WatchedBytes(answer.value.bytes, what.maxBytes);
  try {
    const file = await options.files.put(watched.read(), what.maxBytes);
    return { kind: 'stored', file, head: watched.head };
  } catch (error) {
    if (watched.tooLarge) return tooLarge(what.maxBytes);
    if (watched.failure === undefined || options.signal.aborted) throw error;
    return { kind: 'refused', refusal: brokenOff(watched.failure) };
  } finally {
    await answer.value.release();
  }
}

const headBytes = 64;

function tooLarge(maxBytes: number): Stored {
  return { kind: 'too_large', reason: `larger than ${Math.round(maxBytes / 1_048_576)} MB` };
}

/** Passes bytes on and remembers who was to blame when they stop: the network, their number, or the one who reads. */
class WatchedBytes {
  readonly #bytes: AsyncIterable<Uint8Array>;
  readonly #maxBytes: number;
  #seen = 0;
  head = '';
  tooLarge = false;
  failure: IntegratorError | undefined;

  constructor(bytes: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#bytes = bytes;
    this.#maxBytes = maxBytes;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#bytes) {
        if (this.#seen === 0) this.head = Buffer.from(chunk.subarray(0, headBytes)).toString('latin1');
        this.#seen += chunk.byteLength;
        this.tooLarge = this.#seen > this.#maxBytes;
        yield chunk;
      }
    } catch (error) {
      if (error instanceof IntegratorError) this.failure = error;
      throw error;
    }
  }
}

function brokenOff(error: IntegratorError): Refusal {
  return { kind: 'refused', problem: error.code === 'timeout' ? 'timeout' : 'network', status: 0, code: '', error };
}

function isBrokenOff(refusal: Refusal): boolean {
  return refusal.problem === 'network' && isTransient(refusal.error);
}
