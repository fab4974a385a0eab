import { unverifiedBecause } from '../domain/gates.ts';
import { mailResponse } from '../domain/returned-mail.ts';
import type { NewMailResponse } from '../store/mail-responses.ts';
import { addMailResponses, touchTicketsOfSent } from '../store/mail-responses.ts';
import type { StoreWriter } from '../store/store.ts';
import type { MailboxContext } from './mailbox-context.ts';
import type { Page } from './page.ts';
import type { PlacedMail } from './page-variant.ts';

/**
 * Bounces of, and automatic replies to, our own mail are tied to it, whatever the settings do with them; in whichever
 * order the two are read.
 */
export async function tieResponses(
  trx: StoreWriter,
  context: MailboxContext,
  page: Omit<Page, 'mails'> & { readonly mails: readonly PlacedMail[] },
  messageIds: ReadonlyMap<string, number>,
): Promise<void> {
  if (page.folder.sentItems) return;
  const { mailbox } = context.key;
  const responses: NewMailResponse[] = [];
  for (const mail of page.mails) responses.push(...responseRows(mail, mailbox, messageIds.get(mail.identity) ?? null));
  const bounced = await addMailResponses(trx, responses);
  await touchTicketsOfSent(trx, mailbox, bounced, page.atMs);
}

/** What the receiving server found forged tells nothing. */
function responseRows(prepared: PlacedMail, mailbox: string, messageId: number | null): NewMailResponse[] {
  const { mail, facts, identity, reports } = prepared;
  // Many a server sends its reports without a From.
  const nameless = facts.authentication.fromFault?.kind === 'missing' && facts.doubled.length === 0;
  const automatic = facts.automatic ?? facts.automaticBySubject;
  if (automatic === null || (unverifiedBecause(facts) !== null && !nameless)) return [];
  const response = mailResponse(mail, reports);
  if (response === null) return [];
  const { kind, recipient, reason } = response;
  const about = { mailbox, kind, identity, message_id: messageId, at: mail.receivedAtMs, recipient, reason };
  return response.keys.map((key) => ({ ...about, message_key: key }));
}
