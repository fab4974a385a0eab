import type { StoreMigration } from './migration.ts';

/** What came back on a mail is told by mail_response alone: the action's own mark missed mail filed afterwards. */
export const bounces: StoreMigration = {
  name: '0006-bounces',
  statements: () => ['alter table action drop column bounced_at'],
};
