import type { Config } from '../config/schema.ts';
import { IntegratorError } from '../domain/errors.ts';
import { decideAccess } from '../domain/policy.ts';
import type { Actor, Verb } from '../domain/policy.ts';
import type { Store, StoreToRead } from '../store/store.ts';
import type { CommandContext } from './context.ts';

export interface StoreAccess<S extends StoreToRead = Store> {
  readonly store: S;
  readonly config: Config;
  readonly actor: Actor;
}

/**
 * Opens the store for one command and closes it again. Whoever may not do `verb` is refused (`not_allowed`), which is
 * written down; `verb` has no mailbox here: what is about mail is decided where the mail is known.
 */
export async function withStore<T>(
  context: CommandContext,
  verb: Verb | null,
  work: (access: StoreAccess) => Promise<T>,
): Promise<T> {
  const config = await context.config();
  const actor = await context.actor();
  const { openStore } = await import('../store/store.ts');
  const store = await openStore({ stateDir: config.state_dir, url: config.store, say: context.output.say });
  try {
    if (verb !== null) await requireAccess(store, actor, verb);
    return await work({ store, config, actor });
  } finally {
    await store.close();
  }
}

/** The same for a command that only looks at what everybody may see: it starts faster. */
export async function withStoreToRead<T>(
  context: CommandContext,
  work: (access: StoreAccess<StoreToRead>) => Promise<T>,
): Promise<T> {
  const config = await context.config();
  const actor = await context.actor();
  const { openToRead } = await import('../store/open-to-read.ts');
  const store = await openToRead({ stateDir: config.state_dir, url: config.store, say: context.output.say });
  try {
    return await work({ store, config, actor });
  } finally {
    await store.close();
  }
}

/** For a command that opens more than the store, and later: an actor who may not do `verb` is refused, as by withStore. */
export async function refuseUnlessAllowed(context: CommandContext, verb: Verb): Promise<void> {
  if (decideAccess(await context.actor(), verb).allowed) return;
  await withStore(context, verb, () => Promise.resolve());
}

async function requireAccess(store: Store, actor: Actor, verb: Verb): Promise<void> {
  const verdict = decideAccess(actor, verb);
  if (verdict.allowed) return;
  const { audit } = await import('../store/audit.ts');
  await store.write((trx) => audit(trx, actor, Date.now(), { verb, object: '', outcome: 'refused' }));
  throw new IntegratorError('not_allowed', verdict.because);
}
