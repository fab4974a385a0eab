import type { InboxDeps, LookingDeps } from '../../inbox/deps.ts';
import type { CommandContext } from '../context.ts';
import { withStore, withStoreToRead } from '../with-store.ts';

/** Opens the store for one command of My Inbox; who may do what is decided where the mail is known. */
export function withInbox<T>(context: CommandContext, work: (deps: InboxDeps) => Promise<T>): Promise<T> {
  return withStore(context, null, ({ store, config, actor }) => work({ store, config, actor, now: Date.now }));
}

/** The same for a command that only looks. */
export function withInboxToRead<T>(context: CommandContext, work: (deps: LookingDeps) => Promise<T>): Promise<T> {
  return withStoreToRead(context, ({ store, config, actor }) => work({ store, config, actor, now: Date.now }));
}
