import { decideAccess } from '../domain/policy.ts';
import { teamMailboxes } from '../filing/organisation.ts';
import { tiesOf } from '../store/ticket-ties.ts';
import { noteForeignReading, refuse } from './access.ts';
import type { LookingDeps } from './deps.ts';

/**
 * May the actor read this ticket's details, contacts and actions, or change it? Throws `not_allowed`, written down; that
 * an administrator read one with other agents' mail on it is written down too.
 */
export async function requireTicketAccess(
  deps: LookingDeps,
  ask: { readonly verb: 'ticket.read' | 'ticket.write'; readonly ticket: string; readonly command: string },
): Promise<void> {
  const ties = await tiesOf(deps.store.reader, ask.ticket, teamMailboxes(deps.config));
  const verdict = decideAccess(deps.actor, ask.verb, ties);
  if (!verdict.allowed) await refuse(deps, { verb: ask.command, object: ask.ticket }, verdict.because);
  await noteForeignReading(deps, { command: ask.command, object: ask.ticket, mailboxes: ties.mailboxes });
}
