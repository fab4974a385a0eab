import type { Trust } from '../domain/copies.ts';
import type { MessageBody } from '../domain/message.ts';
import { PostgresAdapter, sql } from './kysely.ts';
import { inParts } from './in-parts.ts';
import { ask, list, query } from './query.ts';
import type { Query } from './query.ts';
import type { DeletedCopyTable } from './schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';

type Db = StoreReader | StoreWriter;

/** A stored mail of a family, with the copy of it that is shown. */
export interface StoredVariant {
  readonly id: number;
  readonly identity: string;
  readonly family: string;
  readonly variant: number;
  readonly trust: Trust;
  /** Version 0.1.0 stored it: every copy of the family was of this mail. */
  readonly wholeFamily: boolean;
  readonly originalSha256: string | null;
  readonly body: MessageBody;
  readonly attachments: readonly { readonly name: string; readonly sha256: string | null }[];
}

export type DeletedCopy = Pick<DeletedCopyTable, 'kind' | 'hash' | 'length'>;

/** What the store knows of these families: their mail, oldest first, and what an administrator deleted of them. */
export interface Families {
  readonly variants: ReadonlyMap<string, readonly StoredVariant[]>;
  readonly deleted: ReadonlyMap<string, readonly DeletedCopy[]>;
}

/**
 * Keeps others from writing mail of these families until the transaction ends. In one order for everybody, so that none
 * waits for each other. SQLite has one writer anyway.
 */
export async function lockFamilies(trx: StoreWriter, families: readonly string[]): Promise<void> {
  if (families.length === 0 || !(trx.getExecutor().adapter instanceof PostgresAdapter)) return;
  const ordered = [...new Set(families)].sort();
  await sql`
    select pg_advisory_xact_lock(hashtextextended(family, 0))
    from unnest(${ordered}::text[]) with ordinality as wanted (family, place)
    order by place`.execute(trx);
}

export async function loadFamilies(db: Db, families: readonly string[]): Promise<Families> {
  if (families.length === 0) return { variants: new Map(), deleted: new Map() };
  const rows = await variantRows(db, families);
  const files = await filesOf(
    db,
    rows.map(({ id }) => id),
  );
  const variants = grouped(
    rows,
    ({ family }) => family,
    (row) => ({
      id: row.id,
      identity: row.identity,
      family: row.family,
      variant: row.variant,
      trust: row.trust,
      wholeFamily: row.wholeFamily === 1,
      originalSha256: row.originalSha256,
      body: { kind: row.bodyKind, content: row.body },
      attachments: files.get(row.id) ?? [],
    }),
  );
  const deleted = await ask<DeletedCopy & { readonly family: string }>(
    db,
    query`select family, kind, hash, length from deleted_copy where family in ${list(families)}`,
  );
  return {
    variants,
    deleted: grouped(
      deleted,
      ({ family }) => family,
      (row) => row,
    ),
  };
}

interface VariantRow {
  readonly id: number;
  readonly identity: string;
  readonly family: string;
  readonly variant: number;
  readonly trust: Trust;
  readonly wholeFamily: number;
  readonly originalSha256: string | null;
  readonly bodyKind: 'html' | 'text';
  readonly body: string;
}

function variantRows(db: Db, families: readonly string[]): Promise<VariantRow[]> {
  return ask(
    db,
    query`
      ${variantsWhere(query`identity in ${list(families)}`)}
      union all
      ${variantsWhere(query`family in ${list(families)} and variant <> 1`)}
      order by variant`,
  );
}

/** The first of a family is found by its identity, which is the family's name, the others by an index of their own. */
function variantsWhere(condition: Query): Query {
  return query`
    select message.id, identity, family, variant, trust, whole_family as "wholeFamily",
      original_sha256 as "originalSha256", body_kind as "bodyKind", body
    from message join message_content on message_content.message_id = message.id
    where ${condition}`;
}

interface FileRow {
  readonly messageId: number;
  readonly name: string;
  readonly sha256: string | null;
}

async function filesOf(db: Db, messageIds: readonly number[]): Promise<Map<number, FileRow[]>> {
  if (messageIds.length === 0) return new Map();
  const rows = await ask<FileRow>(
    db,
    query`select message_id as "messageId", name, sha256 from attachment where message_id in ${list(messageIds)}`,
  );
  return grouped(
    rows,
    ({ messageId }) => messageId,
    (row) => row,
  );
}

/** A copy that was found before. */
export interface EarlierCopy {
  readonly messageId: number;
  readonly mailbox: string;
  readonly trust: Trust;
  /** null where body and files are those of the message. */
  readonly contentHash: string | null;
}

/** The copies of these mails, and the shortest text of those that have a longer one shown. */
export async function loadCopies(
  db: Db,
  messageIds: readonly number[],
): Promise<{
  readonly copies: ReadonlyMap<number, readonly EarlierCopy[]>;
  readonly shorter: ReadonlyMap<number, MessageBody>;
}> {
  const copies: EarlierCopy[] = [];
  const shorter = new Map<number, MessageBody>();
  for (const part of inParts(messageIds, 500)) {
    copies.push(
      ...(await ask<EarlierCopy>(
        db,
        query`
          select distinct message_id as "messageId", mailbox, trust, content_hash as "contentHash"
          from placement where message_id in ${list(part)}`,
      )),
    );
    const rows = await ask<{ id: number; kind: 'html' | 'text'; content: string }>(
      db,
      query`select message_id as id, body_kind as kind, body as content from shorter_copy where message_id in ${list(part)}`,
    );
    for (const { id, kind, content } of rows) shorter.set(id, { kind, content });
  }
  return {
    copies: grouped(
      copies,
      ({ messageId }) => messageId,
      (copy) => copy,
    ),
    shorter,
  };
}

function grouped<Row, Key, Value>(
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
  valueOf: (row: Row) => Value,
): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [valueOf(row)]);
    else group.push(valueOf(row));
  }
  return groups;
}
