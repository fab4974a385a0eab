import { type Buffer, isUtf8 } from 'node:buffer';
import { IntegratorError } from '../domain/errors.ts';

/** A file's text, without a byte order mark and with "\n" line ends. Throws `usage` where it is not UTF-8. */
export function utf8Text(bytes: Buffer, name: string): string {
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new IntegratorError('usage', `${name} is not UTF-8`, { hint: 'save it as UTF-8' });
  }
  return bytes
    .toString('utf8')
    .replace(/^\ufeff/u, '')
    .replace(/\r\n?/gu, '\n');
}
