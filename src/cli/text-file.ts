import { Buffer, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { IntegratorError } from '../domain/errors.ts';
import type { CommandContext } from './context.ts';

/** More than any text of a ticket may have. */
const mostBytes = 4 * 1024 * 1024;

/** The text of a file that a person names; `-` is standard input. Throws `usage` where it cannot be read or is no UTF-8. */
export async function textFile({ cwd }: CommandContext, path: string): Promise<string> {
  const name = path === '-' ? 'standard input' : path;
  const bytes = await bytesOf(name, path === '-' ? process.stdin : createReadStream(resolve(cwd, path)));
  if (!isUtf8(bytes)) throw new IntegratorError('usage', `${name} is not UTF-8`, { hint: 'convert it to UTF-8' });
  return bytes.toString('utf8').replace(/^\ufeff/u, '');
}

async function bytesOf(name: string, stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.byteLength;
      if (size > mostBytes) break;
      chunks.push(bytes);
    }
  } catch (cause) {
    throw new IntegratorError('usage', `cannot read ${name}`, { cause });
  }
  if (size > mostBytes) throw new IntegratorError('usage', `${name} holds more than ${mostBytes} bytes`);
  return Buffer.concat(chunks);
}
