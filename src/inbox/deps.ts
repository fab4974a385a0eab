import type { Config } from '../config/schema.ts';
import type { Actor } from '../domain/policy.ts';
import type { Store } from '../store/store.ts';

/** What every flow of My Inbox needs. */
export interface InboxDeps {
  readonly store: Store;
  readonly config: Config;
  readonly actor: Actor;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
