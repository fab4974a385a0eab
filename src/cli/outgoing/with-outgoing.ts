import { IntegratorError } from '../../domain/errors.ts';
import { type DeliverDeps, type Delivery, deliverMail, usualLeaseMs, usualLooksMs } from '../../outgoing/deliver.ts';
import type { OutgoingDeps } from '../../outgoing/deps.ts';
import type { CommandContext } from '../context.ts';

export interface Outgoing extends OutgoingDeps {
  readonly deliver: (id: number) => Promise<Delivery>;
}

/** Opens the store and, where something is sent, the connection it goes through. */
export async function withOutgoing<T>(context: CommandContext, work: (outgoing: Outgoing) => Promise<T>): Promise<T> {
  const { config } = await context.loadConfig();
  const actor = await context.actor();
  const { openApp } = await import('../../app.ts');
  const { sleep } = await import('../../http/deadline.ts');
  const app = await openApp({ config, env: context.env });
  const deps: OutgoingDeps = { store: app.store, config, actor, now: app.now, sender: app.sender };
  const delivering: DeliverDeps = {
    store: app.store,
    config,
    now: app.now,
    sleep,
    looksMs: usualLooksMs,
    leaseMs: usualLeaseMs,
    senderOf: async (job) => {
      const connection = config.connections.find(({ name }) => name === job.connection);
      if (connection === undefined) throw new IntegratorError('config', `there is no connection ${job.connection}`);
      return (await app.sender(connection)).sender({ address: job.mailbox, user: job.user ?? undefined });
    },
  };
  try {
    return await work({ ...deps, deliver: (id) => deliverMail(id, delivering, context.signal) });
  } finally {
    await app.close();
  }
}
