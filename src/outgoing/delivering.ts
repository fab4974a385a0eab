import type { Config, Connection } from '../config/schema.ts';
import { IntegratorError } from '../domain/errors.ts';
import { sleep } from '../http/deadline.ts';
import type { SendProvider } from '../mail/sender.ts';
import type { Presence } from '../store/presence.ts';
import type { Store } from '../store/store.ts';
import { type DeliverDeps, usualLeaseMs, usualLooksMs } from './deliver.ts';

export interface Delivering {
  readonly store: Store;
  readonly config: Config;
  readonly now: () => number;
  readonly sender: (connection: Connection) => Promise<SendProvider>;
  readonly presence: Presence;
}

/** What delivery needs, with the usual waits. */
export function deliverDeps(
  { store, config, now, sender, presence }: Delivering,
  more: Pick<DeliverDeps, 'onWait'> = {},
): DeliverDeps {
  return {
    store,
    config,
    now,
    sleep,
    presence,
    looksMs: usualLooksMs,
    leaseMs: usualLeaseMs,
    senderOf: async (job) => {
      const connection = config.connections.find(({ name }) => name === job.connection);
      if (connection === undefined) throw new IntegratorError('config', `there is no connection ${job.connection}`);
      return (await sender(connection)).sender({ address: job.mailbox, user: job.user ?? undefined });
    },
    ...more,
  };
}
