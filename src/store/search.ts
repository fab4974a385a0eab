import { sql } from './kysely.ts';
import { readCounter } from './counters.ts';
import { inParts } from './in-parts.ts';
import type { Store, StoreReader, StoreWriter } from './store.ts';

/** The highest message id in the index. Ids grow in the order of commits, since writers take turns. */
const indexedTo = 'search.indexed_to';

export interface TextToIndex {
  readonly id: number;
  readonly fromName: string;
  readonly fromAddress: string;
  readonly subject: string;
  readonly body: { readonly kind: 'html' | 'text'; readonly content: string };
}

/** The next mails that are not in the index yet, in the order in which they came. */
export async function nextToIndex(db: StoreReader, limit: number): Promise<TextToIndex[]> {
  const after = await readCounter(db, indexedTo);
  const rows = await db
    .selectFrom('message')
    .innerJoin('message_content', 'message_content.message_id', 'message.id')
    .select(['message.id', 'from_name', 'from_address', 'subject', 'body_kind', 'body'])
    .where('message.id', '>', after)
    .orderBy('message.id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    fromName: row.from_name,
    fromAddress: row.from_address,
    subject: row.subject,
    body: { kind: row.body_kind, content: row.body },
  }));
}

/** How many mails are not in the index yet. */
export async function countToIndex(db: StoreReader): Promise<number> {
  const after = await readCounter(db, indexedTo);
  const row = await db
    .selectFrom('message')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('id', '>', after)
    .executeTakeFirstOrThrow();
  return row.n;
}

export interface IndexedMail {
  readonly id: number;
  readonly words: readonly string[];
}

/** Adds mails to the index; what another process added meanwhile, or what is gone again, is left out. */
export async function addToIndex(
  trx: StoreWriter,
  dialect: Store['dialect'],
  mails: readonly IndexedMail[],
): Promise<void> {
  const last = mails.at(-1);
  if (last === undefined) return;
  const after = await readCounter(trx, indexedTo);
  const ids = mails.map((mail) => mail.id);
  const stored = new Set<number>();
  for (const part of inParts(ids, 500)) {
    const rows = await trx.selectFrom('message').select('id').where('id', 'in', part).execute();
    for (const row of rows) stored.add(row.id);
  }
  for (const mail of mails) {
    if (mail.id > after && stored.has(mail.id)) await insertWords(trx, dialect, mail);
  }
  await moveIndexedTo(trx, Math.max(after, last.id));
}

/** The same for a mail of which another copy is shown now; one that is not in the index yet comes in its turn. */
export async function reindexMail(trx: StoreWriter, dialect: Store['dialect'], mail: IndexedMail): Promise<void> {
  if (mail.id > (await readCounter(trx, indexedTo))) return;
  if (dialect === 'sqlite') await sql`delete from message_search where rowid = ${mail.id}`.execute(trx);
  else await sql`delete from message_search where message_id = ${mail.id}`.execute(trx);
  await insertWords(trx, dialect, mail);
}

async function insertWords(trx: StoreWriter, dialect: Store['dialect'], { id, words }: IndexedMail): Promise<void> {
  if (dialect === 'sqlite') {
    await sql`insert into message_search (rowid, words) values (${id}, ${words.join(' ')})`.execute(trx);
    return;
  }
  await sql`insert into message_search (message_id, words) values (${id}, ${vectorOf(words)}::tsvector)`.execute(trx);
}

/** A tsvector as text. Words hold letters, digits and marks only: nothing in them needs quoting. */
function vectorOf(words: readonly string[]): string {
  const positions = new Map<string, number[]>();
  for (const [index, word] of words.entries()) {
    const known = positions.get(word);
    if (known === undefined) positions.set(word, [index + 1]);
    else if (known.length < 255) known.push(index + 1);
  }
  return [...positions].map(([word, at]) => `'${word}':${at.join(',')}`).join(' ');
}

async function moveIndexedTo(trx: StoreWriter, value: number): Promise<void> {
  await trx
    .insertInto('counter')
    .values({ name: indexedTo, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/**
 * The index keeps the words of deleted mail until it is rewritten; after a deletion for good it is rewritten at once.
 * PostgreSQL's vacuum does that by itself.
 */
export async function compactIndex({ db, dialect }: Store): Promise<void> {
  if (dialect === 'sqlite') await sql`insert into message_search (message_search) values ('optimize')`.execute(db);
}
