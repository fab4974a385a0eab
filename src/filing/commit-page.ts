import { domainOf } from '../domain/address.ts';
import { itemsOf } from '../store/items.ts';
import { saveCursor } from '../store/mailboxes.ts';
import { findByIdentity, insertMessages, markRemoved } from '../store/messages.ts';
import { adoptCopies } from '../store/outgoing-mail.ts';
import type { SeenCopy } from '../store/outgoing-mail.ts';
import { clearSetAside, setAside } from '../store/set-aside.ts';
import type { StoreWriter } from '../store/store.ts';
import { decidePage } from './decide-page.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { headersJson, messageRows } from './message-rows.ts';
import { noCounts } from './page-counts.ts';
import type { PageCounts } from './page-counts.ts';
import type { Page } from './page.ts';
import { tieResponses } from './tie-responses.ts';
import { settleWaitingReplies } from './waiting-replies.ts';
import { setAsideAttachments, writeDecided } from './write-decided.ts';

/**
 * The one place where imported mail becomes rows: messages, decisions, actions, tickets, what was set aside and the
 * cursor, all in the caller's transaction. Run again with the same page it changes nothing.
 */
export async function commitPage(trx: StoreWriter, context: MailboxContext, page: Page): Promise<PageCounts> {
  const counts = noCounts();
  await commitMails(trx, context, page, counts);
  const { mailbox } = context.key;
  counts.removed_upstream += await markRemoved(trx, mailbox, page.removed, page.atMs);
  for (const providerId of page.settled) await clearSetAside(trx, { mailbox, providerId, attachmentId: '' });
  for (const item of page.setAside) await setAside(trx, context.key, item, page.atMs);
  counts.failed += page.setAside.length;
  if (page.position !== null) await saveCursor(trx, context.key, page.position);
  return counts;
}

async function commitMails(trx: StoreWriter, context: MailboxContext, page: Page, counts: PageCounts): Promise<void> {
  await adoptCopies(trx, ofOurs(context, page));
  const identities = [...new Set(page.mails.map((mail) => mail.identity))];
  const known = await findByIdentity(trx, identities);
  const mails = page.mails
    .filter((mail) => !known.deleted.has(mail.identity))
    .toSorted((a, b) => a.mail.receivedAtMs - b.mail.receivedAtMs);
  counts.skipped += page.mails.length - mails.length;
  if (mails.length === 0) return;

  const items = await itemsOf(trx, context.key.mailbox, [...known.stored.values()]);
  const { sentItems } = page.folder;
  const decided = await decidePage(trx, context, { mails, sentItems, stored: known.stored, items, atMs: page.atMs });

  const fresh = decided.filter(({ kind, mail }) => kind === 'new' && !known.stored.has(mail.identity));
  const inserted = await insertMessages(
    trx,
    fresh.map(({ mail }) => messageRows(mail, page.atMs)),
  );
  const messageIds = new Map([...known.stored, ...inserted]);
  const filedKeys = await writeDecided(trx, { context, page, decided, messageIds, inserted, items, counts });
  counts.failed += await setAsideAttachments(trx, context, page, inserted);
  await tieResponses(trx, context, { ...page, mails }, messageIds);
  await settleWaitingReplies(trx, context, filedKeys, page.atMs);
}

/** Copies that may be of mail which went out from here. */
function ofOurs({ rules }: MailboxContext, { mails, folder }: Page): SeenCopy[] {
  return mails
    .filter(({ facts }) => rules.ownDomains.has(domainOf(facts.from)))
    .map(({ identity, messageKey, facts, mail }) => ({
      identity,
      messageKey,
      from: facts.from,
      sent: folder.sentItems
        ? {
            originalSha256: mail.original?.sha256 ?? null,
            headersJson: headersJson(mail.headers),
            sentAtMs: mail.sentAtMs,
          }
        : null,
    }));
}
