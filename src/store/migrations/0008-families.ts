import type { StoreMigration } from './migration.ts';

/**
 * Which mail is the same mail is told by what is in it, not by its id alone; and tickets, clients and contacts belong to
 * a ticket system, of which there can be more than one.
 */
export const families: StoreMigration = {
  name: '0008-families',
  statements: (dialect) => [...mail(dialect), ...deletions(), ...keys[dialect], ...systems],
};

/**
 * `identity` was the family, in which version 0.1.0 knew one mail only (`whole_family`); mail that had stepped aside for
 * the copy of what we sent is a further one. Mail that we sent, or that lies in Sent Items, is trusted.
 */
function mail(dialect: 'sqlite' | 'postgres'): string[] {
  const place = dialect === 'sqlite' ? `instr(identity, ':before:')` : `position(':before:' in identity)`;
  return [
    `alter table message add column family text not null default ''`,
    'alter table message add column variant integer not null default 1',
    `alter table message add column trust text not null default 'unknown'`,
    'alter table message add column whole_family integer not null default 0',
    `update message set whole_family = 1,
      family = case when ${place} > 0 then substr(identity, 1, ${place} - 1) else identity end,
      variant = case when ${place} > 0 then id + 1 else 1 end,
      trust = case when verified = 'fail' then 'failed'
        when verified = 'pass' or identity like 'outgoing:%'
          or exists (select 1 from item where item.message_id = message.id and item.sent = 1) then 'trusted'
        else 'unknown' end`,
    // The first mail of a family has its name for an identity, which is unique: an index of all costs an import a sixth.
    'create unique index message_by_family on message (family, variant) where variant <> 1',
    `alter table placement add column trust text not null default 'unknown'`,
    'alter table placement add column content_hash text',
    `update placement set trust = coalesce((select trust from message where message.id = placement.message_id), 'unknown')`,
    'create table former_original (message_id integer not null references message (id) on delete cascade, sha256 text not null, primary key (message_id, sha256))',
    'create index former_original_by_file on former_original (sha256)',
    `create table shorter_copy (message_id integer primary key references message (id) on delete cascade,
      body_kind text not null, body text not null)`,
  ];
}

/** A mail that was deleted by 0.1.0 keeps its whole family out ('family'). */
function deletions(): string[] {
  return [
    `create table deleted_copy (family text not null, kind text not null, hash text not null, length integer not null,
      at bigint not null, primary key (family, kind, hash))`,
    `insert into deleted_copy (family, kind, hash, length, at) select identity, 'family', '', 0, at from deleted_message`,
    'drop table deleted_message',
  ];
}

/** SQLite cannot take a constraint of a table away: the table is made anew (foreign keys are off meanwhile). */
const keys = {
  sqlite: [
    `create table client_new (id integer primary key autoincrement, remote_id text, name text not null, name_key text not null,
      created_at bigint not null, updated_at bigint not null)`,
    'insert into client_new select id, remote_id, name, name_key, created_at, updated_at from client',
    ...sameSequence('client'),
    'drop table client',
    'alter table client_new rename to client',
    `create table ticket_new (
      id text primary key, reference text, use text not null, type text not null, summary text not null,
      summary_exact text not null, summary_base text not null, opening_subject text, opening_exact text, opening_base text,
      status text not null, open integer not null, excluded integer not null,
      client_id integer references client (id) on delete set null, details text not null, created_at bigint not null,
      updated_at bigint not null)`,
    `insert into ticket_new select id, reference, use, type, summary, summary_exact, summary_base, opening_subject,
      opening_exact, opening_base, status, open, excluded, client_id, details, created_at, updated_at from ticket`,
    'drop table ticket',
    'alter table ticket_new rename to ticket',
    'create index ticket_by_summary on ticket (summary_base)',
    'create index ticket_by_opening on ticket (opening_base)',
    'create index ticket_by_client on ticket (client_id)',
    'create index ticket_by_state on ticket (use, open, updated_at)',
    `create table contact_address_new (address text not null, domain text not null,
      contact_id integer not null references contact (id) on delete cascade)`,
    'insert into contact_address_new select address, domain, contact_id from contact_address',
    'drop table contact_address',
    'alter table contact_address_new rename to contact_address',
    'create index contact_address_by_domain on contact_address (domain)',
    'create index contact_address_by_contact on contact_address (contact_id)',
  ],
  postgres: [
    'alter table client drop constraint client_remote_id_key',
    'alter table client drop constraint client_name_key_key',
    'alter table ticket drop constraint ticket_reference_key',
    'alter table contact_address drop constraint contact_address_pkey',
  ],
} as const;

/** Ids of rows that are gone are not given out again. */
function sameSequence(table: string): string[] {
  return [
    `delete from sqlite_sequence where name = '${table}_new'`,
    `insert into sqlite_sequence (name, seq) select '${table}_new', seq from sqlite_sequence where name = '${table}'`,
  ];
}

/**
 * Ids of tickets stay unique over all systems. In a remote system several clients can have one name, and several
 * contacts one address.
 */
const systems = [
  ...['ticket', 'client', 'contact', 'contact_address'].map(
    (table) => `alter table ${table} add column system text not null default 'local'`,
  ),
  'alter table ticket add column remote_id text',
  'alter table contact add column remote_id text',
  ...['ticket', 'client', 'contact'].map(
    (table) => `create unique index ${table}_by_remote_id on ${table} (system, remote_id) where remote_id is not null`,
  ),
  'create unique index ticket_by_reference on ticket (system, reference) where reference is not null',
  'create index client_by_name on client (system, name_key)',
  `create unique index client_by_local_name on client (name_key) where system = 'local'`,
  'create unique index contact_address_by_contact_key on contact_address (address, contact_id)',
  `create unique index contact_address_by_local_key on contact_address (address) where system = 'local'`,
];
