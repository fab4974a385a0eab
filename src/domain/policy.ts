/**
 * Who may do what, in one function. The store is the boundary: whoever can open it is an operator and may do
 * everything; `--as <agent>` narrows a command to what that agent may do.
 */
export type Actor =
  | { readonly kind: 'operator'; readonly unixUser: string }
  | {
      readonly kind: 'agent';
      readonly unixUser: string;
      readonly id: string;
      readonly role: 'agent' | 'administrator';
      /** Addresses of the mailboxes that are this agent's own. */
      readonly mailboxes: readonly string[];
    };

/** read, file (assign, new, note, move, undo), dismiss: on mail. The rest has no mailbox. */
export type Verb =
  | 'mail.read'
  | 'mail.file'
  | 'mail.dismiss'
  | 'mail.delete'
  | 'mail.send'
  | 'ticket.read'
  | 'ticket.write'
  | 'import.run'
  | 'rules.apply'
  | 'audit.read'
  | 'outbox.read'
  | 'outbox.drop'
  | 'auth'
  | 'forget'
  | 'purge'
  | 'backup';

export type Verdict =
  | {
      readonly allowed: true;
      /** An administrator in another agent's mail: worth a line in the audit log. */ readonly foreign: boolean;
    }
  | { readonly allowed: false; readonly because: string };

const ownMailboxVerbs: ReadonlySet<Verb> = new Set(['mail.read', 'mail.file', 'mail.dismiss', 'mail.send']);
const everybodysVerbs: ReadonlySet<Verb> = new Set(['ticket.read', 'ticket.write', 'outbox.read']);

/** May the actor do this, in this mailbox where the verb is about mail? `mailbox` is lower-case. */
export function decideAccess(actor: Actor, verb: Verb, mailbox?: string): Verdict {
  if (actor.kind === 'operator') return { allowed: true, foreign: false };
  const own = mailbox !== undefined && actor.mailboxes.includes(mailbox);
  if (actor.role === 'administrator') return { allowed: true, foreign: mailbox !== undefined && !own };
  if (everybodysVerbs.has(verb)) return { allowed: true, foreign: false };
  if (!ownMailboxVerbs.has(verb)) {
    return { allowed: false, because: `${actor.id} is an agent; this needs an administrator` };
  }
  if (own) return { allowed: true, foreign: false };
  return { allowed: false, because: `this is not a mailbox of ${actor.id}` };
}

/** How the actor is written down: the agent's id, or "operator". */
export function actorName(actor: Actor): string {
  return actor.kind === 'agent' ? actor.id : 'operator';
}
