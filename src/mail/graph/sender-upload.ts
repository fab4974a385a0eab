import { z } from 'zod';
import { IntegratorError, toIntegratorError } from '../../domain/errors.ts';
import { readBytes } from '../../http/body.ts';
import { Deadline } from '../../http/deadline.ts';
import { retryAfterMs } from '../../http/retry-after.ts';
import { isLoopback } from '../../http/same-origin.ts';
import { HttpTransport } from '../../http/transport.ts';
import type { OutgoingFile } from '../sender.ts';

/** At most 4 MB, in multiples of 320 KiB. */
export const sliceBytes = 12 * 327_680;
/** Base64 makes a third more of it, and a request may have 4 MB. */
export const smallBytes = 2_900_000;
const sliceDeadlineMs = 120_000;
const attempts = 5;
const answerBytes = 65_536;

/** Where Exchange takes slices: hosts of its own, which need no token, and get none. */
const exchangeHosts = /(?:^|\.)(?:office\.com|office365\.com|office365\.us|outlook\.cn)$/;

export interface UploadOptions {
  /** Graph's own root; the sandbox serves uploads beside it. */
  readonly root: URL;
  readonly caPem: string | undefined;
  readonly proxy: (target: URL) => string | undefined;
  readonly nowMs: () => number;
}

/** Throws `protocol` for an address that Exchange would not give: the file must not go to a stranger. */
export function uploadTarget(uploadUrl: string, root: URL): URL {
  const url = URL.canParse(uploadUrl) ? new URL(uploadUrl) : null;
  const plain = url !== null && url.username === '' && url.password === '' && url.hash === '';
  if (plain && url.origin === root.origin) return url;
  if (plain && url.protocol === 'https:' && exchangeHosts.test(url.hostname) && !isLoopback(url.hostname)) return url;
  throw new IntegratorError('protocol', `${root.host} named an upload address that is not used: it is not Exchange's`);
}

interface Piece {
  readonly slice: Buffer;
  readonly start: number;
  readonly total: number;
}

/**
 * Sends a file slice by slice. A slice of unknown fate is no risk: the session says which byte it wants next. Throws
 * where the upload came to nothing.
 */
export class Upload {
  readonly #url: URL;
  readonly #transport: HttpTransport;
  readonly #options: UploadOptions;
  readonly #about: string;

  constructor(url: URL, about: string, options: UploadOptions) {
    this.#url = url;
    this.#about = about;
    this.#options = options;
    this.#transport = new HttpTransport({
      root: new URL('/', url),
      caPem: options.caPem,
      proxy: options.proxy(url),
    });
  }

  async run(file: OutgoingFile, signal: AbortSignal): Promise<void> {
    try {
      let start = 0;
      for await (const slice of slices(file.bytes())) {
        if (start + slice.length > file.size) break;
        await this.#put({ slice, start, total: file.size }, signal);
        start += slice.length;
      }
      if (start !== file.size) throw new IntegratorError('protocol', `${file.name} changed while it was being sent`);
    } finally {
      await this.#transport.close();
    }
  }

  async #put(piece: Piece, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const deadline = new Deadline(this.#about, sliceDeadlineMs, signal);
      try {
        const outcome = await this.#attempt(piece, deadline, attempt);
        if (outcome === 'stored') return;
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        const error = toIntegratorError(thrown);
        if (error.kind !== 'unreachable' || attempt >= attempts) throw error;
      } finally {
        deadline.end();
      }
    }
  }

  /** After trouble the session is asked first: the slice may have arrived. */
  async #attempt({ slice, start, total }: Piece, deadline: Deadline, attempt: number) {
    if (attempt > 1 && (await this.#nextByte(deadline)) === start + slice.length) return 'stored';
    const reply = await this.#transport.send({
      method: 'PUT',
      target: this.#target(),
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(slice.length),
        'content-range': `bytes ${start}-${start + slice.length - 1}/${total}`,
      },
      body: slice,
      signal: deadline.signal,
    });
    const { status } = reply;
    const asked = retryAfterMs(reply.header('retry-after'), reply.header('date'), this.#options.nowMs());
    await reply.discard();
    if (status === 200 || status === 201 || status === 202) return 'stored';
    if (status !== 429 && status < 500) throw this.#refused(status);
    if (attempt >= attempts) throw new IntegratorError('unreachable', `${this.#about}: HTTP ${status} again and again`);
    await deadline.sleep(Math.min(asked ?? 500 * attempt, deadline.remainingMs()));
    return 'again';
  }

  async #nextByte(deadline: Deadline): Promise<number | null> {
    const reply = await this.#transport.send({
      method: 'GET',
      target: this.#target(),
      headers: { accept: 'application/json' },
      signal: deadline.signal,
    });
    const bytes = await readBytes(reply, answerBytes);
    // A session ends with its last slice: what is asked because that slice's answer was lost may be answered 404.
    if (reply.status !== 200) throw this.#refused(reply.status, 'unreachable');
    const next = progressSchema.safeParse(parsed(bytes));
    const first = next.success ? (next.data.NextExpectedRanges ?? next.data.nextExpectedRanges ?? [])[0] : undefined;
    return first === undefined ? null : Number.parseInt(first, 10);
  }

  #refused(status: number, kind: 'protocol' | 'unreachable' = 'protocol'): IntegratorError {
    return new IntegratorError(kind, `${this.#about}: the upload was refused (HTTP ${status})`, {
      code: `HTTP ${status}`,
    });
  }

  #target(): string {
    return `${this.#url.pathname}${this.#url.search}`;
  }
}

/** Written both ways, in documents and by servers. */
const progressSchema = z.object({
  NextExpectedRanges: z.array(z.string()).optional(),
  nextExpectedRanges: z.array(z.string()).optional(),
});

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

/** Pieces of exactly one slice, and a last one of what is left. */
async function* slices(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    held.push(chunk);
    size += chunk.byteLength;
    while (size >= sliceBytes) {
      const all = Buffer.concat(held);
      yield all.subarray(0, sliceBytes);
      held = [all.subarray(sliceBytes)];
      size -= sliceBytes;
    }
  }
  if (size > 0) yield Buffer.concat(held);
}
