import { Buffer, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { IntegratorError } from '../domain/errors.ts';

/** A CSV file that can be read again from any byte. */
export interface CsvSource {
  /** As the user named it. */
  readonly name: string;
  open(fromByte: number): AsyncIterable<Uint8Array>;
}

/** What cannot be read twice (a pipe) is held in memory, up to here. */
const maxPipedBytes = 256 * 1024 * 1024;
const longestLine = 16 * 1024 * 1024;

/** `-` is standard input. Throws `usage` where the file cannot be read. */
export async function openCsv(path: string, standardInput: AsyncIterable<Uint8Array>): Promise<CsvSource> {
  if (path === '-') return heldInMemory('standard input', standardInput);
  const found = await stat(path).catch((cause: unknown) => {
    throw new IntegratorError('usage', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  });
  if (found.isDirectory()) throw new IntegratorError('usage', `${path} is a directory, not a CSV file`);
  if (!found.isFile()) return heldInMemory(path, createReadStream(path));
  return { name: path, open: (fromByte) => readFrom(path, fromByte) };
}

async function* readFrom(path: string, fromByte: number): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { start: fromByte })) yield asBytes(chunk);
  } catch (cause) {
    throw new IntegratorError('usage', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function asBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
}

function reasonOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '';
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EACCES' ? 'permission denied' : String(cause);
}

async function heldInMemory(name: string, stream: AsyncIterable<Uint8Array>): Promise<CsvSource> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxPipedBytes) {
      throw new IntegratorError('usage', `${name} holds more than ${maxPipedBytes} bytes`, {
        hint: 'import it from a file',
      });
    }
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  return {
    name,
    async *open(fromByte) {
      yield whole.subarray(fromByte);
    },
  };
}

/** Throws `usage`, with the line and how to convert it, unless the whole file is UTF-8. */
export async function requireUtf8(source: CsvSource): Promise<void> {
  let line = 1;
  let rest: Uint8Array = Buffer.alloc(0);
  let atStart = true;
  for await (const chunk of source.open(0)) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    if (atStart && bytes.length >= 2) {
      refuseUtf16(source.name, bytes);
      atStart = false;
    }
    const end = bytes.lastIndexOf(0x0a) + 1;
    line += checkLines(source.name, bytes.subarray(0, end), line);
    rest = bytes.subarray(end);
    if (rest.length > longestLine) {
      throw new IntegratorError('usage', `${source.name}, line ${line}: no line end within ${longestLine} bytes`);
    }
  }
  checkLines(source.name, rest, line);
}

/** How many lines these bytes are. */
function checkLines(name: string, bytes: Uint8Array, firstLine: number): number {
  const sound = isUtf8(bytes);
  let line = firstLine;
  for (let start = 0; start < bytes.length; line += 1) {
    const next = bytes.indexOf(0x0a, start);
    const end = next < 0 ? bytes.length : next + 1;
    if (!sound && !isUtf8(bytes.subarray(start, end))) throw notUtf8(name, line, 'WINDOWS-1252');
    start = end;
  }
  return line - firstLine;
}

function refuseUtf16(name: string, bytes: Uint8Array): void {
  const [first, second] = bytes;
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (marked || bytes.subarray(0, 1000).includes(0)) throw notUtf8(name, 1, 'UTF-16');
}

function notUtf8(name: string, line: number, likely: string): IntegratorError {
  return new IntegratorError('usage', `${name}, line ${line}: this is not UTF-8; it looks like ${likely}`, {
    hint: `save it as UTF-8, or convert it: iconv -f ${likely} -t UTF-8 in.csv > out.csv`,
  });
}
