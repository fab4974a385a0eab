import type { RankedCandidate } from '../domain/decision.ts';
import type { Person } from '../domain/message.ts';
import { requireReading } from './access.ts';
import { contactToOffer } from './contact-to-offer.ts';
import type { InboxDeps } from './deps.ts';
import { requireItem, requireMail } from './find-mail.ts';
import { mailId } from './mail-id.ts';
import { askingFor, suggestFor } from './suggest.ts';
import type { SuggestedClient } from './suggest-client.ts';

export interface MailSuggestions {
  readonly id: string;
  readonly subject: string;
  readonly suggested_client: SuggestedClient | null;
  /** Whom to write to instead of a no-reply sender; an offer only. */
  readonly offered_contact: Person | null;
  readonly candidates: readonly RankedCandidate[];
}

/** The suggested client and candidate tickets of one mail, best first, by today's tickets. */
export async function suggestMail(deps: InboxDeps, id: string): Promise<MailSuggestions> {
  const item = await requireItem(deps, id);
  const object = mailId(item.id);
  await requireReading(deps, { mailbox: item.mailbox, command: 'inbox.suggest', object });
  const mail = await requireMail(deps.store.db, item);
  const suggestions = await suggestFor(deps.store.db, askingFor(deps), [{ item, mail }]);
  const { client, candidates } = suggestions(item.id);
  const offered_contact = await contactToOffer(deps, id);
  return { id: object, subject: mail.subject, suggested_client: client, offered_contact, candidates };
}
