import type { Actor } from '../../domain/policy.ts';
import type { Config } from '../../config/schema.ts';
import { withheldMails } from '../../incidents/team.ts';
import type { Store } from '../../store/store.ts';
import type { TicketRow } from '../../store/tickets.ts';
import type { TicketView } from '../../tickets/ticket-view.ts';
import { count } from '../format.ts';

export interface PermittedView {
  readonly view: TicketView & { readonly hidden_mails: number };
  /** What a person is told of the rest; null where there is none. */
  readonly note: string | null;
}

/** A ticket without the mail that the actor may not read, and without details that are the text of such a mail. */
export async function permittedView(
  access: { readonly store: Store; readonly config: Config; readonly actor: Actor },
  ticket: TicketRow,
  view: TicketView,
): Promise<PermittedView> {
  const { actions, opening, mailboxes } = await withheldMails({ ...access, now: Date.now }, ticket);
  const permitted = {
    ...view,
    ...(opening ? { details: '' } : {}),
    actions: view.actions.filter(({ id }) => !actions.has(Number(id))),
    hidden_mails: actions.size,
  };
  if (actions.size === 0) return { view: permitted, note: null };
  const whose = mailboxes.length === 0 ? 'the team' : `the agents of ${mailboxes.join(', ')}`;
  return { view: permitted, note: `${count(actions.size, 'mail')} not shown: only ${whose} may read what is theirs` };
}
