import { IntegratorError } from '../domain/errors.ts';
import { decideAccess } from '../domain/policy.ts';
import type { Actor, Verb } from '../domain/policy.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { LookingDeps } from './deps.ts';

export interface Ask {
  readonly verb: Verb;
  /** Where the verb is about the mail of one. */
  readonly mailbox?: string;
  /** How the audit log names what was tried: "inbox.assign". */
  readonly command: string;
  /** What it was tried on: "m12", or a mailbox. */
  readonly object: string;
}

/**
 * Throws `not_allowed` where the actor may not; the refusal is written down in a transaction of its own. `foreign`: an
 * administrator in another agent's mail.
 */
export async function requireAccess(deps: LookingDeps, ask: Ask): Promise<{ readonly foreign: boolean }> {
  const verdict = decideAccess(deps.actor, ask.verb, ask.mailbox);
  if (verdict.allowed) return { foreign: verdict.foreign };
  const { command: verb, object, mailbox } = ask;
  return refuse(deps, { verb, object, ...(mailbox === undefined ? {} : { detail: { mailbox } }) }, verdict.because);
}

/** Writes the refusal down in a transaction of its own, and throws it. */
export async function refuse(deps: LookingDeps, { detail, ...tried }: AuditEntry, because: string): Promise<never> {
  await writeDown(deps, { ...tried, outcome: 'refused', detail: { ...detail, because } });
  throw new IntegratorError('not_allowed', `${tried.object}: ${because}`, {
    hint: 'an administrator may: --as with the id of one',
  });
}

/** Reading one mail: as `requireAccess`; that an administrator read another agent's mail is written down. */
export async function requireReading(
  deps: LookingDeps,
  ask: { readonly mailbox: string; readonly command: string; readonly object: string },
): Promise<void> {
  const { foreign } = await requireAccess(deps, { ...ask, verb: 'mail.read' });
  if (!foreign) return;
  const detail = { mailbox: ask.mailbox, foreign: true };
  await writeDown(deps, { verb: ask.command, object: ask.object, detail });
}

/** Writes down that an administrator saw mail of these mailboxes, as far as they are other agents'. */
export async function noteForeignReading(
  deps: LookingDeps,
  seen: {
    readonly command: string;
    readonly object: string;
    readonly mailboxes: Iterable<string>;
    /** More for the log; never the words that were looked for: they may name somebody who is to be forgotten. */
    readonly detail?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const foreign = [...new Set(seen.mailboxes)].filter((mailbox) => isForeign(deps.actor, mailbox));
  if (foreign.length === 0) return;
  const detail = { mailboxes: foreign.toSorted(), foreign: true, ...seen.detail };
  await writeDown(deps, { verb: seen.command, object: seen.object, detail });
}

function isForeign(actor: Actor, mailbox: string): boolean {
  const verdict = decideAccess(actor, 'mail.read', mailbox);
  return verdict.allowed && verdict.foreign;
}

async function writeDown({ store, actor, now }: LookingDeps, entry: AuditEntry): Promise<void> {
  const { audit } = await import('../store/audit.ts');
  const whole = await store.whole();
  await whole.write((trx) => audit(trx, actor, now(), entry));
}
