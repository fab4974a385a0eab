import type { Person } from '../domain/message.ts';
import { organisationOf } from '../filing/organisation.ts';
import { findContactByAddress } from '../store/contacts.ts';
import { requireAccess } from './access.ts';
import type { InboxDeps } from './deps.ts';
import { requireItem, requireMail } from './find-mail.ts';
import { mailId } from './mail-id.ts';
import { offeredContact } from './other-party.ts';

/**
 * The Reply-To that a person may take as the contact instead of a sender who takes no replies or passes the mail on;
 * null where there is none to offer.
 */
export async function contactToOffer(deps: InboxDeps, id: string): Promise<Person | null> {
  const item = await requireItem(deps, id);
  const object = mailId(item.id);
  await requireAccess(deps, { verb: 'mail.file', mailbox: item.mailbox, command: 'inbox.new', object });
  const mail = await requireMail(deps.store.db, item);
  const known = mail.from === null ? undefined : await findContactByAddress(deps.store.db, mail.from.address);
  const own = organisationOf(deps.config).ownDomains;
  return known === undefined ? offeredContact(item, mail, own) : null;
}
