import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { World } from '../world/world.ts';
import { findMail } from './find-mail.ts';
import { readMail } from './read-mail.ts';

/** What became of a folder of mail files. */
export interface EmlReport {
  readonly mailboxes: readonly { readonly address: string; readonly path: string; readonly items: number }[];
  readonly skipped: readonly string[];
}

/** Makes a mailbox of every folder below `dir` that holds mail files; each file is one item in its Inbox. */
export async function serveFolder(world: World, dir: string): Promise<EmlReport> {
  const { folders, skipped } = await findMail(dir);
  for (const { address, path, files } of folders) {
    world.addMailbox({ address, displayName: path === '' ? basename(dir) : path });
    for (const file of files) {
      const [raw, { mtimeMs }] = [await readFile(file), await stat(file)];
      world.addMessage(address, 'Inbox', await readMail(raw, { fileTime: mtimeMs, now: world.now() }));
    }
  }
  const mailboxes = folders.map(({ address, path, files }) => ({ address, path, items: files.length }));
  return { mailboxes, skipped };
}
