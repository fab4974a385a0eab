import { type DeliverDeps, type Delivery, deliverMail } from '../../outgoing/deliver.ts';
import type { OutgoingDeps } from '../../outgoing/deps.ts';
import type { CommandContext } from '../context.ts';

export interface Outgoing extends OutgoingDeps {
  readonly deliver: (id: number) => Promise<Delivery>;
}

/** Opens the store and, where something is sent, the connection it goes through. */
export async function withOutgoing<T>(
  context: CommandContext,
  work: (outgoing: Outgoing) => Promise<T>,
  more: Pick<DeliverDeps, 'onWait'> = {},
): Promise<T> {
  const { config } = await context.loadConfig();
  const actor = await context.actor();
  const { openApp } = await import('../../app.ts');
  const { deliverDeps } = await import('../../outgoing/delivering.ts');
  const { openPresence } = await import('../../store/presence.ts');
  const app = await openApp({ config, env: context.env, say: context.output.say });
  const presence = openPresence(config.state_dir, app.store.dialect);
  const deps: OutgoingDeps = { store: app.store, config, actor, now: app.now, sender: app.sender, presence };
  const delivering = deliverDeps({ ...deps, presence }, { onWait: saysSo(context, app.now), ...more });
  try {
    return await work({ ...deps, deliver: (id) => deliverMail(id, delivering, context.signal) });
  } finally {
    presence.close();
    await app.close();
  }
}

/** A person at a terminal is told why nothing happens. */
function saysSo({ output }: CommandContext, now: () => number) {
  return (mailbox: string, untilMs: number): void => {
    const seconds = Math.max(1, Math.ceil((untilMs - now()) / 1000));
    output.say(`${mailbox} sends no more than outgoing.max_per_minute allows: the next mail goes out in ${seconds} s`);
  };
}
