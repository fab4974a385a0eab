import type { MatchMessage } from '../domain/match-message.ts';
import { updateItem } from '../store/items.ts';
import type { Item } from '../store/items.ts';
import type { StoreWriter } from '../store/store.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';
import { fileOnTicket } from './file-on-ticket.ts';
import type { MailboxContext } from './mailbox-context.ts';

export interface ItemFiling {
  readonly item: Item;
  readonly mail: StoredEnvelope;
  readonly facts: MatchMessage;
  readonly ticketId: string;
  /** The mail opened the ticket. */
  readonly opening: boolean;
  readonly hideChain: boolean;
  /** rule, thread, an agent or operator. */
  readonly filedBy: string;
  readonly atMs: number;
  /** Where the mail was decided anew; a person's filing leaves the decision as it is. */
  readonly decisionJson?: string;
}

/** Files a stored mail of one mailbox on a ticket; false where the ticket has it already, from another mailbox. */
export async function fileItem(
  trx: StoreWriter,
  context: Pick<MailboxContext, 'ownAddresses'>,
  filing: ItemFiling,
): Promise<boolean> {
  const { item, mail, ticketId, filedBy, atMs, decisionJson } = filing;
  await updateItem(trx, item.id, {
    state: 'filed',
    reason: null,
    ticket_id: ticketId,
    note_id: null,
    filed_by: filedBy,
    ...(decisionJson === undefined ? {} : { decision_json: decisionJson, decided_at: atMs }),
  });
  return fileOnTicket(trx, context, {
    ticketId,
    messageId: mail.id,
    facts: filing.facts,
    opening: filing.opening,
    sent: item.sent === 1,
    atMs: mail.sentAtMs ?? mail.receivedAtMs,
    hideChain: filing.hideChain,
    filedBy,
    filedAtMs: atMs,
  });
}
