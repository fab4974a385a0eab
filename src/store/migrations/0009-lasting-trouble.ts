import type { StoreMigration } from './migration.ts';

/**
 * A cursor that fails run after run while the folder can be listed anew is given up: how often it failed in a row, and
 * when and why the folder was listed anew. Of what is set aside the subject, where it is known, and the floor it is under.
 */
export const lastingTrouble: StoreMigration = {
  name: '0009-lasting-trouble',
  statements: () => [
    'alter table folder_state add column failed_runs integer not null default 0',
    'alter table folder_state add column failed_error_json text',
    'alter table folder_state add column restarted_at bigint',
    'alter table folder_state add column restart_error_json text',
    'alter table set_aside add column subject text',
    'alter table set_aside add column floor_at bigint not null default 0',
  ],
};
