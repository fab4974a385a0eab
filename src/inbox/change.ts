import { actorName } from '../domain/policy.ts';
import type { Verb } from '../domain/policy.ts';
import { IntegratorError } from '../domain/errors.ts';
import { mailboxContexts } from '../filing/mailbox-context.ts';
import type { MailboxContext } from '../filing/mailbox-context.ts';
import { audit } from '../store/audit.ts';
import { itemById } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import { rehearse } from '../store/rehearse.ts';
import type { StoreWriter } from '../store/store.ts';
import { requireAccess } from './access.ts';
import type { InboxDeps } from './deps.ts';
import { requireItem } from './find-mail.ts';
import { mailId } from './mail-id.ts';

export type Outcome = 'filed' | 'noted' | 'dismissed' | 'undone' | 'moved' | 'deleted' | 'unchanged';

export interface ChangedMail {
  readonly id: string;
  readonly outcome: Outcome;
  /** The ticket it is on now. */
  readonly ticket: string | null;
  /** The ticket it was taken from. */
  readonly from_ticket?: string;
}

/** What a command of My Inbox did, or with --dry-run would do. */
export interface ChangeReport {
  readonly dry_run: boolean;
  /** The ticket that mail was put on. */
  readonly ticket: string | null;
  /** The client that a note was put on, or that a new ticket is for. */
  readonly client: { readonly id: string; readonly name: string } | null;
  readonly mails: readonly ChangedMail[];
  /** What else a person should know, in sentences. */
  readonly notes: readonly string[];
}

export interface ChangeRequest {
  readonly ids: readonly string[];
  readonly verb: Verb;
  /** As the audit log names it: "inbox.assign". */
  readonly command: string;
  readonly dryRun: boolean;
}

/** One change of My Inbox under way: everything it does is one transaction. */
export interface Change {
  readonly deps: InboxDeps;
  readonly trx: StoreWriter;
  readonly command: string;
  readonly nowMs: number;
  /** Who files: the agent's id, or "operator". */
  readonly filedBy: string;
  /** As they are now, each once, in the order they were named. */
  readonly items: readonly Item[];
  readonly contexts: ReadonlyMap<string, MailboxContext>;
  readonly notes: string[];
  /** Tickets from which the mail was taken that had opened them. */
  readonly orphaned: Map<string, Item>;
}

/**
 * Runs a change of these mails in one transaction, or rehearses it. Every mail is looked up and allowed first, so that a
 * slip or a refusal changes nothing at all. Throws `usage`, `not_found`, `not_allowed`.
 */
export async function changeMails(
  deps: InboxDeps,
  request: ChangeRequest,
  work: (change: Change) => Promise<Pick<ChangeReport, 'mails'> & Partial<ChangeReport>>,
): Promise<ChangeReport> {
  const { ids, verb, command, dryRun } = request;
  const named = new Map<number, Item>();
  for (const id of ids) {
    const item = await requireItem(deps, id);
    named.set(item.id, item);
  }
  for (const { id, mailbox } of named.values())
    await requireAccess(deps, { verb, mailbox, command, object: mailId(id) });
  const notes: string[] = [];
  const run = async (trx: StoreWriter) => {
    const change: Change = {
      deps,
      trx,
      command,
      nowMs: deps.now(),
      filedBy: actorName(deps.actor),
      items: await currentItems(trx, [...named.keys()]),
      contexts: mailboxContexts(deps.config),
      notes,
      orphaned: new Map(),
    };
    return work(change);
  };
  const done = await (dryRun ? rehearse(deps.store, run) : deps.store.write(run));
  return { ticket: null, client: null, ...done, dry_run: dryRun, notes };
}

async function currentItems(trx: StoreWriter, ids: readonly number[]): Promise<Item[]> {
  const items: Item[] = [];
  for (const id of ids) {
    const item = await itemById(trx, id);
    if (item === undefined) throw new IntegratorError('not_found', `${mailId(id)} was deleted a moment ago`);
    items.push(item);
  }
  return items;
}

/** Writes down what was done to one mail. */
export function logChange(
  { deps, trx, command, nowMs }: Change,
  item: Item,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  return audit(trx, deps.actor, nowMs, {
    verb: command,
    object: mailId(item.id),
    detail: { ...detail, mailbox: item.mailbox },
  });
}

/** Our own addresses, also for mail of a mailbox that is no longer configured. */
export function ownAddresses({ contexts }: Change): Pick<MailboxContext, 'ownAddresses'> {
  const [any] = contexts.values();
  return { ownAddresses: any?.ownAddresses ?? new Set() };
}
