import type { Config } from '../config/schema.ts';
import type { Actor } from '../domain/policy.ts';
import type { Store, StoreToRead } from '../store/store.ts';

/** What a flow of My Inbox needs that only looks. */
export interface LookingDeps {
  readonly store: StoreToRead;
  readonly config: Config;
  readonly actor: Actor;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the others need. */
export interface InboxDeps extends LookingDeps {
  readonly store: Store;
}
