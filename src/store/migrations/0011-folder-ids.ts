import type { StoreMigration } from './migration.ts';

/**
 * A folder is known by its id: what a path leads to changes, and version 0.1.0 wrote "A/B" for a folder of that name and
 * for B in A. Of several paths that led to one folder, the cursor that was written last stays.
 */
export const folderIds: StoreMigration = {
  name: '0011-folder-ids',
  statements: (dialect) => [
    'alter table placement add column folder_id text',
    `update placement set folder_id = (select folder_state.folder_id from folder_state
      where folder_state.connection = (select item.connection from item where item.id = placement.item_id)
        and folder_state.mailbox = placement.mailbox and folder_state.folder = placement.folder)`,
    `delete from folder_state where exists (select 1 from folder_state other
      where other.connection = folder_state.connection and other.mailbox = folder_state.mailbox
        and other.folder_id = folder_state.folder_id and (other.updated_at > folder_state.updated_at
          or (other.updated_at = folder_state.updated_at and other.folder > folder_state.folder)))`,
    ...keyedById[dialect],
  ],
};

/** SQLite cannot change the primary key of a table: the table is made anew. */
const keyedById = {
  sqlite: [
    `create table folder_state_new (
      connection text not null, mailbox text not null, folder_id text not null, folder text not null, cursor text,
      updated_at bigint not null, failed_runs integer not null default 0, failed_error_json text, restarted_at bigint,
      restart_error_json text, primary key (connection, mailbox, folder_id))`,
    `insert into folder_state_new select connection, mailbox, folder_id, folder, cursor, updated_at, failed_runs,
      failed_error_json, restarted_at, restart_error_json from folder_state`,
    'drop table folder_state',
    'alter table folder_state_new rename to folder_state',
  ],
  postgres: [
    'alter table folder_state drop constraint folder_state_pkey',
    'alter table folder_state add primary key (connection, mailbox, folder_id)',
  ],
} as const;
