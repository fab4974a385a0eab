import type { Config, Connection } from './schema.ts';

/** Does mail go out through this connection, as far as the configuration says? Incidents are notified by mail. */
export function sendsMail({ sends_mail: sends }: Config, { mailboxes }: Connection): boolean {
  return sends || mailboxes.some(({ matched_to: use }) => use === 'incidents');
}
