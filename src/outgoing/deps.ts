import type { Config, Connection } from '../config/schema.ts';
import type { Actor } from '../domain/policy.ts';
import type { SendProvider } from '../mail/sender.ts';
import type { Presence } from '../store/presence.ts';
import type { Store } from '../store/store.ts';

/** What every flow of outgoing mail needs. */
export interface OutgoingDeps {
  readonly store: Store;
  readonly config: Config;
  readonly actor: Actor;
  readonly now: () => number;
  readonly sender: (connection: Connection) => Promise<SendProvider>;
  /** What has a queued mail in hand until it is delivered; see store/presence.ts. */
  readonly presence?: Presence | undefined;
}
