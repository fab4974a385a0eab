import { IntegratorError } from '../domain/errors.ts';
import { decideAccess } from '../domain/policy.ts';
import type { Verb } from '../domain/policy.ts';
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
  const detail = { ...(ask.mailbox === undefined ? {} : { mailbox: ask.mailbox }), because: verdict.because };
  await writeDown(deps, { verb: ask.command, object: ask.object, outcome: 'refused', detail });
  throw new IntegratorError('not_allowed', `${ask.object}: ${verdict.because}`, {
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

async function writeDown({ store, actor, now }: LookingDeps, entry: AuditEntry): Promise<void> {
  const { audit } = await import('../store/audit.ts');
  const whole = await store.whole();
  await whole.write((trx) => audit(trx, actor, now(), entry));
}
