import type { Decision, Step } from '../domain/decision.ts';
import { decisionJson } from '../filing/decision-json.ts';
import { decideStored } from '../filing/waiting-replies.ts';
import { conversationOf } from '../store/conversations.ts';
import type { ConversationMail } from '../store/conversations.ts';
import { noteOfItem, removeCrmNote } from '../store/crm-notes.ts';
import { updateItem } from '../store/items.ts';
import type { Item } from '../store/items.ts';
import { itemsOfMessage } from '../store/inbox-list.ts';
import type { ItemState } from '../store/schema.ts';
import { changeMails, logChange } from './change.ts';
import type { Change, ChangedMail, ChangeReport } from './change.ts';
import type { InboxDeps } from './deps.ts';
import { requireMail } from './find-mail.ts';
import { mailId } from './mail-id.ts';
import { decisionAfter } from './stored-decision.ts';
import { settleOrphaned, takeOffTicket } from './take-off.ts';
import type { TakenScope } from './take-off.ts';

export interface UndoRequest {
  readonly ids: readonly string[];
  /** Everything of the conversation that is on the same ticket, and whatever comes later. */
  readonly conversation: boolean;
  readonly dryRun: boolean;
}

/**
 * Takes back any filing, automatic or by a person, a note or a dismissal. The mail waits again, and is never filed on
 * that ticket again by itself.
 */
export function undoMails(deps: InboxDeps, request: UndoRequest): Promise<ChangeReport> {
  const { ids, dryRun, conversation } = request;
  return changeMails(deps, { ids, dryRun, verb: 'mail.file', command: 'inbox.undo' }, async (change) => {
    const mails: ChangedMail[] = [];
    const done = new Set<number>();
    for (const item of change.items) {
      for (const each of await sameTicket(change, item, conversation)) {
        if (done.has(each.item.id)) continue;
        done.add(each.item.id);
        mails.push(await undo(change, each, conversation ? 'conversation' : 'mail'));
      }
    }
    await settleOrphaned(change);
    return { mails };
  });
}

/** The mail itself, and with `all` the mails of its conversation that are on the same ticket. */
async function sameTicket({ trx }: Change, item: Item, all: boolean): Promise<ConversationMail[]> {
  const mails = await conversationOf(trx, item);
  return mails.filter((each) => {
    if (each.item.id === item.id) return true;
    return all && item.ticket_id !== null && each.item.ticket_id === item.ticket_id;
  });
}

async function undo(change: Change, mail: ConversationMail, scope: TakenScope): Promise<ChangedMail> {
  const { item } = mail;
  const id = mailId(item.id);
  if (item.state === 'dismissed') {
    await updateItem(change.trx, item.id, { state: waitingState(item), filed_by: null });
    await logChange(change, item, { what: 'dismissal' });
    return { id, outcome: 'undone', ticket: null };
  }
  if (item.state !== 'filed') {
    change.notes.push(`${id} is on no ticket: nothing to take back`);
    return { id, outcome: 'unchanged', ticket: null };
  }
  if (item.ticket_id === null) return undoNote(change, item);
  const ticketId = item.ticket_id;
  await takeOffTicket(change, mail, { ticketId, scope });
  await wait(change, item, `took it back from ${ticketId}`);
  await logChange(change, item, { from_ticket: ticketId, ...(scope === 'mail' ? {} : { conversation: true }) });
  return { id, outcome: 'undone', ticket: null, from_ticket: ticketId };
}

async function undoNote(change: Change, item: Item): Promise<ChangedMail> {
  const { trx } = change;
  const note = await noteOfItem(trx, item.note_id);
  const others = await itemsOfMessage(trx, item.message_id);
  const shared = others.some((each) => each.id !== item.id && each.note_id === item.note_id);
  if (item.note_id !== null && !shared) await removeCrmNote(trx, item.note_id);
  await wait(change, item, `took back the CRM note on ${note?.client.name ?? 'a client'}`);
  await logChange(change, item, { what: 'CRM note', client: note?.client.id ?? null });
  return { id: mailId(item.id), outcome: 'undone', ticket: null };
}

/** Sent mail never waits in My Inbox. */
function waitingState(item: Item): Extract<ItemState, 'inbox' | 'kept'> {
  return item.sent === 1 ? 'kept' : 'inbox';
}

/** The mail waits, decided anew by what was just taken away; what was decided before is kept for `explain`. */
async function wait(change: Change, item: Item, what: string): Promise<void> {
  const kind = waitingState(item);
  const decision: Decision = { kind, reason: 'undone' };
  const place = kind === 'kept' ? 'kept with the sent mail' : 'My Inbox';
  const outcome = `${change.filedBy} ${what} → ${place}`;
  const steps: Step[] = [...(await stepsNow(change, item)), { step: 'outcome', outcome, candidates: [] }];
  await updateItem(change.trx, item.id, {
    state: kind,
    reason: 'undone',
    ticket_id: null,
    note_id: null,
    filed_by: null,
    decision_json: decisionAfter(item, decisionJson({ decision, steps, candidates: [] })),
    decided_at: change.nowMs,
  });
}

async function stepsNow(change: Change, item: Item): Promise<readonly Step[]> {
  const context = change.contexts.get(item.mailbox);
  if (context === undefined) return [];
  const mail = await requireMail(change.trx, item);
  const { decision } = await decideStored(change.trx, context, mail, item.sent === 1);
  if (decision.decision.kind === 'matched') {
    change.notes.push(
      `${mailId(item.id)} fits ${decision.decision.ticketId} too: integrator rules apply would file it there`,
    );
  }
  return decision.steps.filter((step) => step.step !== 'outcome');
}
