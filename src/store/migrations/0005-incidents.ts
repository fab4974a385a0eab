import type { StoreMigration } from './migration.ts';

/** The references that business units were given in our own headers, so that what comes back is known. */
export const incidents: StoreMigration = {
  name: '0005-incidents',
  statements: () => [
    `create table incident_reference (ticket_id text not null references ticket (id) on delete cascade,
      unit text not null, reference text not null unique, at bigint not null, primary key (ticket_id, unit))`,
  ],
};
