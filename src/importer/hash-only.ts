import { createHash } from 'node:crypto';
import { IntegratorError } from '../domain/errors.ts';
import type { FileSink } from '../mail/provider.ts';

/** Reads what would be stored and keeps only its hash and size. */
export const hashOnly: FileSink = {
  async put(bytes, maxBytes) {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new IntegratorError('protocol', `more than ${maxBytes} bytes`);
      hash.update(chunk);
    }
    return { sha256: hash.digest('hex'), size };
  },
};
