import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

/** A folder that directly holds mail, and the address its mailbox gets. */
interface MailFolder {
  readonly address: string;
  /** Path below the given directory, with "/"; '' for the directory itself. */
  readonly path: string;
  /** Full paths, in the order of their names. */
  readonly files: readonly string[];
}

export interface FoundMail {
  readonly folders: readonly MailFolder[];
  /** What lies there and is not mail, by name and kind. */
  readonly skipped: readonly string[];
}

const domain = 'sandbox.test';

/** Extensions that never hold a mail. Anything else is one: `.eml`, `.txt`, `.msg`, and the names of maildirs. */
const otherKinds: ReadonlySet<string> = new Set(
  'js mjs cjs ts py rb pl pm php sh c h java go rs md rst json jsonl yaml yml toml xml html htm css csv png jpg jpeg gif tiff bmp svg ico pdf doc docx xls xlsx zip gz tgz bz2 xz tar 7z db sqlite mmdb dat cf upstream'
    .split(' ')
    .map((extension) => `.${extension}`),
);
const otherNames = /^(licen[cs]e|copying|readme|changelog|authors|makefile)(\..*)?$/i;

/**
 * Every folder below `dir` (and `dir` itself) that directly holds mail files becomes a mailbox: `sales` is
 * `sales@sandbox.test`, `sales/2024` is `sales-2024@sandbox.test`. Hidden files and links are left alone.
 */
export async function findMail(dir: string): Promise<FoundMail> {
  const folders: MailFolder[] = [];
  const skipped: string[] = [];
  const taken = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    const entries = (await readdir(join(dir, path), { withFileTypes: true })).sort((one, other) =>
      one.name < other.name ? -1 : 1,
    );
    const files: string[] = [];
    for (const entry of entries) {
      const full = join(dir, path, entry.name);
      if (entry.isDirectory() && entry.name !== '.git') continue;
      if (entry.isFile() && isMail(entry.name)) files.push(full);
      else skipped.push(full);
    }
    if (files.length > 0) folders.push({ address: addressFor(path === '' ? basename(dir) : path, taken), path, files });
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name !== '.git') await visit(path === '' ? entry.name : `${path}/${entry.name}`);
    }
  };
  await visit('');
  return { folders, skipped };
}

function isMail(name: string): boolean {
  return !name.startsWith('.') && !otherNames.test(name) && !otherKinds.has(extname(name).toLowerCase());
}

/** An address made of the folder names; never given twice, never longer than a local part may be. */
function addressFor(path: string, taken: Set<string>): string {
  const words = path
    .toLowerCase()
    .split('/')
    .map((part) => part.replace(/[^a-z0-9._]+/g, '-').replace(/^[-._]+|[-._]+$/g, ''));
  const joined = words.filter((word) => word !== '').join('-') || 'mail';
  const short =
    joined.length <= 60
      ? joined
      : `${joined.slice(0, 51)}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
  let local = short;
  for (let number = 2; taken.has(local); number += 1) local = `${short}-${number}`;
  taken.add(local);
  return `${local}@${domain}`;
}
