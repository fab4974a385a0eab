import { Kysely, sql } from 'kysely';
import { migrate } from '../../src/store/migrate.ts';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { postgresDialect } from '../../src/store/postgres.ts';
import type { Database } from '../../src/store/schema.ts';
import { sqliteDialect } from '../../src/store/sqlite-dialect.ts';
import { openSqliteFile, sqlitePath } from '../../src/store/sqlite.ts';

/** The steps of the schema that version 0.1.0 had. */
const steps = storeMigrations.slice(0, 7);

interface Place {
  readonly stateDir: string;
  readonly url: string;
}

/** A new store as version 0.1.0 made it, for rows to be put into; closed by `destroy`. */
export async function oldStore({ stateDir, url }: Place): Promise<Kysely<Database>> {
  const sqlite = url === 'sqlite';
  const dialect = sqlite ? sqliteDialect(openSqliteFile(sqlitePath(stateDir), { create: true })) : postgresDialect(url);
  const db = new Kysely<Database>({ dialect });
  await migrate(db, sqlite ? 'sqlite' : 'postgres', steps);
  return db;
}

/** Puts rows into a table of the old schema, whatever today's has. */
export async function addRows(
  db: Kysely<Database>,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  for (const row of rows) {
    const columns = sql.join(Object.keys(row).map((name) => sql.ref(name)));
    const values = sql.join(Object.values(row));
    await sql`insert into ${sql.table(table)} (${columns}) values (${values})`.execute(db);
  }
}

/** Tables in the order in which rows can refer to others; the index of words is PostgreSQL's own. */
const tables = [
  'client client_domain contact contact_address ticket ticket_contact ticket_participant ticket_unit',
  'message message_content attachment item placement set_aside action crm_note',
  'connection_state mailbox_state folder_state counter taken_away deleted_message outbox audit_log',
  'campaign campaign_recipient opt_out send_slot mail_response incident_reference send_right',
].flatMap((line) => line.split(' '));

/** Moves all that an old SQLite store holds into an empty PostgreSQL database, still with the old schema. */
export async function moveToPostgres(stateDir: string, url: string): Promise<void> {
  const from = new Kysely<Database>({
    dialect: sqliteDialect(openSqliteFile(sqlitePath(stateDir), { create: false })),
  });
  const to = await oldStore({ stateDir, url });
  for (const table of tables) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(from);
    await addRows(to, table, rows);
    if (rows[0]?.['id'] === undefined || typeof rows[0]['id'] !== 'number') continue;
    await sql`select setval(pg_get_serial_sequence(${table}, 'id'), (select max(id) from ${sql.table(table)}))`.execute(
      to,
    );
  }
  await from.destroy();
  await to.destroy();
}
