import type { StoreMigration } from './migration.ts';

/** What `test-mailboxes --send` found out last, so that whoever sends is told of Send on Behalf. */
export const sendRights: StoreMigration = {
  name: '0007-send-rights',
  statements: () => [
    'create table send_right (mailbox text not null primary key, send_as text not null, at bigint not null)',
  ],
};
