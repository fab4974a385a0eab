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

/**
 * On mail, which lies in a mailbox: read, file (assign, new, note, move, undo), dismiss, delete, send. On a ticket: read
 * (details, contacts, actions) and write (set, close, reopen). The rest is about neither: `ticket.pick` is to list,
 * search and name tickets, `ticket.open` to add new ones.
 */
export type Verb =
  | 'mail.read'
  | 'mail.file'
  | 'mail.dismiss'
  | 'mail.delete'
  | 'mail.send'
  | 'ticket.pick'
  | 'ticket.open'
  | 'ticket.read'
  | 'ticket.write'
  | 'client.read'
  | 'client.write'
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

/** How agents come to have to do with a ticket. */
export interface TicketTies {
  /** The agent who owns it. */
  readonly owner: string | null;
  /** Mailboxes whose mail is on it; of an incident also those of its team. Lower-case. */
  readonly mailboxes: readonly string[];
}

const ownMailboxVerbs: ReadonlySet<Verb> = new Set(['mail.read', 'mail.file', 'mail.dismiss', 'mail.send']);
const ownTicketVerbs: ReadonlySet<Verb> = new Set(['ticket.read', 'ticket.write']);
const everybodysVerbs: ReadonlySet<Verb> = new Set([
  'ticket.pick',
  'ticket.open',
  'client.read',
  'client.write',
  'outbox.read',
]);

/** May the actor do this, with the mail of this mailbox (lower-case) or on this ticket where the verb is about one? */
export function decideAccess(actor: Actor, verb: Verb, about?: string | TicketTies): Verdict {
  if (actor.kind === 'operator') return { allowed: true, foreign: false };
  const own = about !== undefined && isOwn(actor, about);
  if (actor.role === 'administrator') return { allowed: true, foreign: !own && holdsMail(about) };
  if (everybodysVerbs.has(verb)) return { allowed: true, foreign: false };
  const aboutTicket = ownTicketVerbs.has(verb);
  if (!aboutTicket && !ownMailboxVerbs.has(verb)) {
    return { allowed: false, because: `${actor.id} is an agent; this needs an administrator` };
  }
  if (own && aboutTicket === (typeof about === 'object')) return { allowed: true, foreign: false };
  if (!aboutTicket) return { allowed: false, because: `this is not a mailbox of ${actor.id}` };
  return { allowed: false, because: `${actor.id} neither owns it nor has mail on it` };
}

/** The operator and administrators: nothing is withheld from them. */
export function seesAll(actor: Actor): boolean {
  return actor.kind === 'operator' || actor.role === 'administrator';
}

function isOwn({ id, mailboxes }: Extract<Actor, { kind: 'agent' }>, about: string | TicketTies): boolean {
  if (typeof about === 'string') return mailboxes.includes(about);
  return about.owner === id || about.mailboxes.some((mailbox) => mailboxes.includes(mailbox));
}

function holdsMail(about: string | TicketTies | undefined): boolean {
  return typeof about === 'string' || (about !== undefined && about.mailboxes.length > 0);
}

/** How the actor is written down: the agent's id, or "operator". */
export function actorName(actor: Actor): string {
  return actor.kind === 'agent' ? actor.id : 'operator';
}
