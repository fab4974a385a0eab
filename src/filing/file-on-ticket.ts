import type { MatchMessage } from '../domain/match-message.ts';
import { addMailAction } from '../store/actions.ts';
import type { StoreWriter } from '../store/store.ts';
import type { MailboxContext } from './mailbox-context.ts';

export interface MailAction {
  readonly ticketId: string;
  readonly messageId: number;
  readonly facts: MatchMessage;
  readonly opening: boolean;
  /** The agent sent it. */
  readonly sent: boolean;
  readonly atMs: number;
  readonly hideChain: boolean;
  /** rule, thread, an agent or operator. */
  readonly filedBy: string;
  readonly filedAtMs: number;
}

/** The one way a mail becomes an action; false where it is one of that ticket already. An opening action keeps its chain. */
export function fileOnTicket(
  trx: StoreWriter,
  own: Pick<MailboxContext, 'ownAddresses'>,
  action: MailAction,
): Promise<boolean> {
  return addMailAction(trx, {
    ticketId: action.ticketId,
    messageId: action.messageId,
    opening: action.opening,
    direction: action.sent ? 'out' : 'in',
    atMs: action.atMs,
    chainHidden: action.hideChain && !action.opening,
    filedBy: action.filedBy,
    filedAtMs: action.filedAtMs,
    participants: participantsOf(action.facts, own),
  });
}

/** The people of a mail without ourselves. */
export function participantsOf(
  { from, to, cc }: MatchMessage,
  { ownAddresses }: Pick<MailboxContext, 'ownAddresses'>,
): string[] {
  return [from, ...to, ...cc].filter((address) => address !== '' && !ownAddresses.has(address));
}
