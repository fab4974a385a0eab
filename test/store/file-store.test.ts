import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStore } from '../../src/store/file-store.ts';

async function* bytesOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** Larger than what is held in memory. */
const large = ['x'.repeat(700_000), 'y'.repeat(700_000), 'z'.repeat(700_000)];

async function* failing(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
  throw new Error('the connection was cut');
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the file store', () => {
  let directory: string;
  let files: FileStore;
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'integrator-files-')), 'files');
    files = new FileStore(directory);
  });
  afterEach(() => rmSync(dirname(directory), { recursive: true, force: true }));

  const all = (): string[] =>
    readdirSync(dirname(directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);

  const read = async (hash: string): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of files.read(hash)) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString();
  };

  it('names content by its SHA-256 and gives it back', async () => {
    const stored = await files.put(bytesOf('Hello', ' ', 'world'), 100);
    expect(stored).toEqual({ sha256: sha256('Hello world'), size: 11 });
    expect(await read(stored.sha256)).toBe('Hello world');
  });

  it('keeps empty content too', async () => {
    const stored = await files.put(bytesOf(), 100);
    expect(stored).toEqual({ sha256: sha256(''), size: 0 });
    expect(await read(stored.sha256)).toBe('');
  });

  it('keeps the same content once, also when it comes several times at once', async () => {
    const stored = await Promise.all(Array.from({ length: 5 }, () => files.put(bytesOf('same'), 100)));
    expect(new Set(stored.map((one) => one.sha256)).size).toBe(1);
    expect(all()).toEqual([sha256('same')]);
  });

  it('makes files and folders that only the owner can read', async () => {
    const umask = process.umask(0o022);
    const { sha256: hash } = await files.put(bytesOf('secret'), 100);
    process.umask(umask);
    expect(statSync(files.path(hash)).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(files.path(hash))).mode & 0o777).toBe(0o700);
  });

  it('gives large content back whole, in the order it came', async () => {
    const stored = await files.put(bytesOf(...large), 10_000_000);
    expect(stored).toEqual({ sha256: sha256(large.join('')), size: 2_100_000 });
    expect(sha256(await read(stored.sha256))).toBe(stored.sha256);
    expect(all()).toEqual([stored.sha256]);
  });

  it.each([
    ['small', ['12345', '67890'], '1'],
    ['large', large, 'more'],
  ])('leaves nothing behind of %s content that is too large', async (_size, texts, more) => {
    const size = texts.join('').length;
    await expect(files.put(bytesOf(...texts, more), size)).rejects.toMatchObject({ kind: 'protocol' });
    expect(all()).toEqual([]);
    expect(await files.put(bytesOf(...texts), size)).toMatchObject({ size });
  });

  it.each([
    ['small', ['half']],
    ['large', large],
  ])('leaves nothing behind of %s content that breaks off', async (_size, texts) => {
    await expect(files.put(failing(...texts), 10_000_000)).rejects.toThrow('cut');
    expect(all()).toEqual([]);
  });

  it('says that content is missing, and forgets what is removed', async () => {
    expect(() => files.read(sha256('never'))).toThrow(expect.objectContaining({ kind: 'store' }));
    const { sha256: hash } = await files.put(bytesOf('gone'), 100);
    files.remove(hash);
    expect(existsSync(files.path(hash))).toBe(false);
    files.remove(hash);
  });

  it.each([
    '../../etc/passwd',
    '',
    'A'.repeat(64),
    `${'a'.repeat(63)}/`,
    `${'a'.repeat(64)}\n`,
    `${'a'.repeat(64)}/..`,
  ])('takes nothing but a SHA-256 for a name: %j', (name) => {
    expect(() => files.path(name)).toThrow(/not a SHA-256/);
  });
});
