import { inParts } from './in-parts.ts';
import type { Store, StoreReader, StoreWriter } from './store.ts';

/** Which of these files a row names: an attachment, an original (also of a copy that is no longer shown), or a mail that is still to be sent. */
async function namedFiles(db: StoreReader | StoreWriter, files: readonly string[]): Promise<Set<string>> {
  const named = new Set<string>();
  for (const part of inParts(files, 500)) {
    const attachments = await db.selectFrom('attachment').select('sha256').where('sha256', 'in', part).execute();
    const originals = await db
      .selectFrom('message')
      .select('original_sha256 as sha256')
      .where('original_sha256', 'in', part)
      .execute();
    const former = await db.selectFrom('former_original').select('sha256').where('sha256', 'in', part).execute();
    for (const { sha256 } of [...attachments, ...originals, ...former]) if (sha256 !== null) named.add(sha256);
  }
  for (const sha256 of files) if (!named.has(sha256) && (await awaitsSending(db, sha256))) named.add(sha256);
  return named;
}

async function awaitsSending(db: StoreReader | StoreWriter, sha256: string): Promise<boolean> {
  const row = await db
    .selectFrom('outbox')
    .select('id')
    .where('state', '<>', 'done')
    .where('payload_json', 'like', `%${sha256}%`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Removes these files where no row names them. Under the lock of writers, and pages that are being imported check under
 * the same lock that their files are there: no row is committed whose file is removed here.
 */
export async function removeUnnamed(store: Store, files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  // Nearly always every file is named: then no transaction is begun.
  const before = await namedFiles(store.db, files);
  if (files.every((sha256) => before.has(sha256))) return;
  await store.write(async (trx) => {
    const named = await namedFiles(trx, files);
    for (const sha256 of files) if (!named.has(sha256)) store.files.remove(sha256);
  });
}
