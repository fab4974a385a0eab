import { actorName } from '../../domain/policy.ts';
import { addNote } from '../../store/actions.ts';
import { audit } from '../../store/audit.ts';
import type { TicketRow } from '../../store/tickets.ts';
import { changesOf, freeText, requireChangeable } from './edit.ts';
import type { Edit, Edited } from './edit.ts';

/**
 * Adds a note to a ticket. A closed one takes notes too, and stays closed. The audit log names the action, and not what
 * it says. Throws `usage` for an empty note, and `not_allowed` where the actor may not change the ticket.
 */
export async function noteTicket(edit: Edit, ticket: TicketRow, written: string): Promise<Edited> {
  await requireChangeable(edit, ticket.id);
  const text = freeText('the note', written);
  const { trx, actor, nowMs } = edit;
  const added = await addNote(trx, { ticketId: ticket.id, text, filedBy: actorName(actor), atMs: nowMs });
  const action = String(added);
  await audit(trx, actor, nowMs, { verb: 'ticket.note', object: ticket.id, detail: { action } });
  return { id: ticket.id, outcome: 'updated', changes: changesOf({ note: [null, text] }), action };
}
