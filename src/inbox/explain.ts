import { z } from 'zod';
import { verdictOf } from '../domain/copies.ts';
import type { Decision } from '../domain/decision.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { Person } from '../domain/message.ts';
import { mailboxContexts } from '../filing/mailbox-context.ts';
import { teamMailboxes } from '../filing/organisation.ts';
import { decideStored } from '../filing/waiting-replies.ts';
import { readAudit } from '../store/audit.ts';
import type { AuditLine } from '../store/audit.ts';
import { itemsOfMessage, itemsOfSameId, placementsOf } from '../store/inbox-list.ts';
import type { StoredPlacement } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import type { ItemState } from '../store/schema.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import { requireReading } from './access.ts';
import type { InboxDeps } from './deps.ts';
import { itemsNamed, mayRead, requireItem, requireMail } from './find-mail.ts';
import { mailId, parseMailId } from './mail-id.ts';
import { readableTickets, withoutUnreadableThread } from './readable-tickets.ts';
import { storedDecision } from './stored-decision.ts';
import type { EarlierDecision, ShownDecision, StoredStep } from './stored-decision.ts';

type Verdict = (typeof verdictOf)[keyof typeof verdictOf];

export interface Explanation {
  readonly message: {
    readonly id: string;
    readonly internet_message_id: string | null;
    readonly from: Person | null;
    readonly to: readonly Person[];
    readonly cc: readonly Person[];
    readonly subject: string;
    readonly sent_at: string | null;
    readonly received_at: string;
    readonly conversation_id: string | null;
    readonly sent: boolean;
    /** Of the copy that is shown. */
    readonly verified: Verdict;
    readonly verified_because: string;
  };
  /** Other mail with this internet message id, which is not the same mail. */
  readonly same_id: readonly string[];
  readonly placements: readonly ExplainedPlacement[];
  /** What people did since, oldest first. */
  readonly history: readonly HistoryLine[];
}

export interface ExplainedPlacement {
  /** The mail's id in this mailbox. */
  readonly id: string;
  readonly mailbox: string;
  readonly folder: string;
  readonly removed_at: string | null;
  /** Of this copy. */
  readonly verified: Verdict;
  readonly decision: ShownDecision;
  readonly steps: readonly StoredStep[];
  readonly decided_at: string;
  /** Decisions that a person took back. */
  readonly earlier: readonly EarlierDecision[];
  /** Where the mail is now. */
  readonly state: ItemState;
  readonly reason: string | null;
  readonly ticket: string | null;
  readonly filed_by: string | null;
  /** How it would be decided by today's tickets, for mail that waits. */
  readonly today: ShownDecision | null;
}

export interface HistoryLine {
  readonly at: string;
  readonly id: string;
  readonly who: string;
  readonly verb: string;
  readonly outcome: 'done' | 'refused';
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Why a mail is, or is not, on a ticket, in every mailbox that the actor may read. It is named by our id or by its
 * internet message id, of several mails with that id the most trusted one. Throws `not_found`, `not_allowed`.
 */
export async function explainMail(deps: InboxDeps, name: string): Promise<Explanation> {
  const named = await namedItem(deps, name);
  await requireReading(deps, { mailbox: named.mailbox, command: 'explain', object: mailId(named.id) });
  const mail = await requireMail(deps.store.db, named);
  const items = (await itemsOfMessage(deps.store.db, named.message_id)).filter((item) => mayRead(deps.actor, item));
  const lies = await placementsOf(
    deps.store.db,
    items.map((item) => item.id),
  );
  const placements: ExplainedPlacement[] = [];
  for (const item of items) placements.push(...(await explainItem(deps, item, mail, lies)));
  return {
    message: messageOf(named, mail),
    same_id: await sameId(deps, named),
    placements: await permitted(deps, placements),
    history: await historyOf(deps, items),
  };
}

/** That a mail answers another is told only of tickets whose mail the actor may read. */
async function permitted(
  { store, config, actor }: InboxDeps,
  placements: readonly ExplainedPlacement[],
): Promise<readonly ExplainedPlacement[]> {
  const decided = placements.flatMap((each) => [...each.steps, ...each.earlier.flatMap(({ steps }) => steps)]);
  const named = decided.flatMap(({ candidates }) => candidates.map(({ ticket }) => ticket));
  const today = placements.flatMap((each) => each.today?.ticket ?? []);
  const reads = { actor, teamMailboxes: teamMailboxes(config) };
  const readable = await readableTickets(store.db, reads, [...new Set([...named, ...today])]);
  if (readable === null) return placements;
  const shown = (steps: readonly StoredStep[]) => steps.map((step) => withoutUnreadableThread(step, readable));
  return placements.map((each) => ({
    ...each,
    steps: shown(each.steps),
    earlier: each.earlier.map((earlier) => ({ ...earlier, steps: shown(earlier.steps) })),
    today: each.today?.rule === 'reply' && !readable.has(each.today.ticket ?? '') ? null : each.today,
  }));
}

/** Of each other mail the view of a mailbox that the actor may read. */
async function sameId({ store, actor }: InboxDeps, { message_id: messageId }: Item): Promise<string[]> {
  const ids = new Map<number, string>();
  for (const item of await itemsOfSameId(store.db, messageId)) {
    if (mayRead(actor, item) && !ids.has(item.message_id)) ids.set(item.message_id, mailId(item.id));
  }
  return [...ids.values()];
}

async function namedItem(deps: InboxDeps, name: string): Promise<Item> {
  if (parseMailId(name) !== null) return requireItem(deps, name);
  const [item] = await itemsNamed(deps, name);
  if (item !== undefined) return item;
  throw new IntegratorError('not_found', `there is no mail ${name} in the store`, {
    hint: 'mail under ignore or before import_from is not stored; integrator audit mailboxes compares',
  });
}

function messageOf(item: Item, mail: StoredMail): Explanation['message'] {
  return {
    id: mailId(item.id),
    internet_message_id: mail.internetMessageId,
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    subject: mail.subject,
    sent_at: mail.sentAtMs === null ? null : new Date(mail.sentAtMs).toISOString(),
    received_at: new Date(mail.receivedAtMs).toISOString(),
    conversation_id: mail.conversationId,
    sent: item.sent === 1,
    verified: verdictOf[mail.trust],
    verified_because: mail.verifiedDetail,
  };
}

/** One line per copy in the mailbox; the copies after the first follow its decision. */
async function explainItem(
  deps: InboxDeps,
  item: Item,
  mail: StoredMail,
  lies: readonly StoredPlacement[],
): Promise<ExplainedPlacement[]> {
  const { decision, steps, earlier } = storedDecision(item);
  const own = {
    id: mailId(item.id),
    mailbox: item.mailbox,
    decided_at: new Date(item.decided_at).toISOString(),
    earlier,
    state: item.state,
    reason: item.reason,
    ticket: item.ticket_id,
    filed_by: item.filed_by,
    today: await decisionToday(deps, item, mail),
  };
  const copies = lies.filter((each) => each.itemId === item.id);
  const first = copies.findLast((each) => !each.duplicate) ?? copies[0];
  return copies.map((copy) => ({
    ...own,
    folder: copy.folder,
    removed_at: copy.removedAtMs === null ? null : new Date(copy.removedAtMs).toISOString(),
    verified: verdictOf[copy.trust],
    ...(copy === first ? { decision, steps } : duplicateOf(first, decision)),
  }));
}

function duplicateOf(first: StoredPlacement | undefined, { ticket }: ShownDecision) {
  const outcome = `a further copy of the mail in ${first?.folder ?? 'this mailbox'}, which was decided`;
  return {
    decision: { kind: 'duplicate' as const, ticket, rule: null, reason: null },
    steps: [{ step: 'outcome', outcome, candidates: [] }],
  };
}

async function decisionToday(deps: InboxDeps, item: Item, mail: StoredMail): Promise<ShownDecision | null> {
  const context = mailboxContexts(deps.config).get(item.mailbox);
  if (context === undefined || (item.state !== 'inbox' && item.state !== 'kept')) return null;
  const { decision } = await decideStored(deps.store.db, context, mail, item.sent === 1);
  return shownDecision(decision.decision);
}

function shownDecision(decision: Decision): ShownDecision {
  return {
    kind: decision.kind,
    ticket: decision.kind === 'matched' ? decision.ticketId : null,
    rule: decision.kind === 'matched' ? decision.rule : null,
    reason: 'reason' in decision ? decision.reason : null,
  };
}

const mostHistory = 1000;

async function historyOf({ store }: InboxDeps, items: readonly Item[]): Promise<HistoryLine[]> {
  const lines: AuditLine[] = [];
  for (const item of items) lines.push(...(await readAudit(store.db, { object: mailId(item.id), limit: mostHistory })));
  return lines.sort((one, other) => one.id - other.id).map(historyLine);
}

const detailSchema = z.record(z.string(), z.unknown());

export function historyLine({ at, object, who, verb, outcome, detail }: AuditLine): HistoryLine {
  return {
    at: new Date(at).toISOString(),
    id: object,
    who,
    verb,
    outcome,
    detail: detailSchema.parse(JSON.parse(detail)),
  };
}
