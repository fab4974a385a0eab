import type { Config } from '../config/schema.ts';
import { decideAccess } from '../domain/policy.ts';
import { requireAccess } from '../inbox/access.ts';
import type { IncidentDeps } from './deps.ts';

/** Mailboxes whose mail is matched to incidents, of connections that are switched on. */
export function teamMailboxes(config: Config): readonly string[] {
  return config.connections
    .filter(({ enabled }) => enabled)
    .flatMap(({ mailboxes }) => mailboxes)
    .filter(({ matched_to: matchedTo }) => matchedTo === 'incidents')
    .map(({ address }) => address);
}

/** Those of these mailboxes whose mail the actor may read. */
export function readableMailboxes({ actor }: IncidentDeps, mailboxes: Iterable<string>): ReadonlySet<string> {
  return new Set([...mailboxes].filter((mailbox) => decideAccess(actor, 'mail.read', mailbox).allowed));
}

/**
 * Mail of an incident is for the agents of the mailboxes it lies in (before there is any: of those that track incidents)
 * and for administrators. Throws `not_allowed`, written down, where none of them is the actor's.
 */
export async function requireTeam(
  deps: IncidentDeps,
  ask: { readonly command: string; readonly incident: string; readonly mailboxes: readonly string[] },
): Promise<void> {
  const mailboxes = ask.mailboxes.length > 0 ? ask.mailboxes : teamMailboxes(deps.config);
  if (readableMailboxes(deps, mailboxes).size > 0) return;
  const [mailbox = 'a mailbox that tracks incidents'] = mailboxes;
  await requireAccess(deps, { verb: 'mail.read', mailbox, command: ask.command, object: ask.incident });
}
