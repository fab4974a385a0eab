import type { StoreMigration } from './migration.ts';

/** A ticket has an owner; the audit log stays append-only whatever statement is tried. */
export const guards: StoreMigration = {
  name: '0010-guards',
  statements: (dialect) => [
    'alter table ticket add column agent text',
    'create index ticket_by_agent on ticket (agent)',
    ...appendOnly[dialect],
  ],
};

/**
 * SQLite: a row that REPLACE removes fires no delete trigger (unless recursive_triggers is on), so an id that is there
 * already is refused before that. Where a statement names no id, the trigger sees -1 for it: therefore no row may have
 * such an id, which is only known after it was given.
 * PostgreSQL: `always` holds also for a session that plays a replica, in which ordinary triggers do not fire.
 */
const appendOnly = {
  sqlite: [
    `create trigger audit_log_no_replace before insert on audit_log
      when exists (select 1 from audit_log where id = new.id)
      begin select raise(abort, 'the audit log is append-only'); end`,
    `create trigger audit_log_positive_id after insert on audit_log when new.id < 1
      begin select raise(abort, 'the audit log is append-only: ids are positive'); end`,
  ],
  postgres: [
    'alter table audit_log enable always trigger audit_log_append_only',
    'alter table audit_log enable always trigger audit_log_no_truncate',
  ],
} as const;
