import { Buffer } from 'node:buffer';
import { IntegratorError } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';
import type { StoredMail } from '../store/stored-mails.ts';

/** More than that is not for reading; the whole is what --save-attachments writes. */
const mostBytes = 5_000_000;

/** The original as text, at most the first 5 MB. Throws `not_found` where it was not kept. */
export async function readOriginal(store: Store, mail: StoredMail, id: string): Promise<string> {
  if (mail.originalSha256 === null) {
    throw new IntegratorError('not_found', `the original of ${id} is not kept`, {
      hint: 'keep_original: true on the mailbox keeps it for mail imported from then on; --headers shows the headers',
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of store.files.read(mail.originalSha256)) {
    if (!(chunk instanceof Uint8Array)) continue;
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8');
}
