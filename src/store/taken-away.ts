import { inParts } from './in-parts.ts';
import { ask, list, query } from './query.ts';
import type { Reader } from './query.ts';
import type { StoreWriter } from './store.ts';

/** How a mail can be named in what a person took away from a ticket. */
export interface TakenAwayKeys {
  readonly identity: string;
  readonly conversation: string | null;
  /** Message keys of the thread it belongs to: its own and those it refers to. */
  readonly thread: readonly string[];
}

const kinds = ['message', 'conversation', 'thread'] as const;
const none: ReadonlySet<string> = new Set();

function keysByKind(keys: TakenAwayKeys): Readonly<Record<(typeof kinds)[number], readonly string[]>> {
  return {
    message: [keys.identity],
    conversation: keys.conversation === null ? [] : [keys.conversation],
    thread: keys.thread,
  };
}

/** All that was taken away and touches these mails, for a page at once. */
export async function loadTakenAway(
  db: Reader,
  mails: readonly TakenAwayKeys[],
): Promise<(mail: TakenAwayKeys) => ReadonlySet<string>> {
  // Most stores never had anything taken away: three lookups of hundreds of keys are saved for each page.
  if ((await ask(db, query`select ticket_id from taken_away limit 1`)).length === 0) return () => none;
  const found = new Map<string, string[]>();
  for (const kind of kinds) {
    const keys = [...new Set(mails.flatMap((mail) => keysByKind(mail)[kind]))];
    for (const part of inParts(keys, 500)) {
      const rows = await ask<{ key: string; ticket_id: string }>(
        db,
        query`select key, ticket_id from taken_away where kind = ${kind} and key in ${list(part)}`,
      );
      for (const row of rows) {
        const name = `${kind} ${row.key}`;
        found.set(name, [...(found.get(name) ?? []), row.ticket_id]);
      }
    }
  }
  return (mail) => ticketsFor(mail, found);
}

function ticketsFor(mail: TakenAwayKeys, found: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  if (found.size === 0) return none;
  const byKind = keysByKind(mail);
  return new Set(kinds.flatMap((kind) => byKind[kind].flatMap((key) => found.get(`${kind} ${key}`) ?? [])));
}

export interface TakenAway {
  readonly ticketId: string;
  readonly kind: (typeof kinds)[number];
  readonly key: string;
}

export async function rememberTakenAway(trx: StoreWriter, rows: readonly TakenAway[], atMs: number): Promise<void> {
  if (rows.length === 0) return;
  await trx
    .insertInto('taken_away')
    .values(rows.map((row) => ({ ticket_id: row.ticketId, kind: row.kind, key: row.key, at: atMs })))
    .onConflict((conflict) => conflict.columns(['kind', 'key', 'ticket_id']).doNothing())
    .execute();
}

/** A person put the mail back: whatever was taken away from the ticket and touches it counts no more. */
export async function forgetTakenAway(trx: StoreWriter, ticketId: string, mail: TakenAwayKeys): Promise<void> {
  const byKind = keysByKind(mail);
  for (const kind of kinds) {
    for (const part of inParts(byKind[kind], 500)) {
      await trx
        .deleteFrom('taken_away')
        .where('ticket_id', '=', ticketId)
        .where('kind', '=', kind)
        .where('key', 'in', part)
        .execute();
    }
  }
}
