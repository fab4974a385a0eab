import { itemsOf } from '../store/items.ts';
import { saveCursor } from '../store/mailboxes.ts';
import { findByIdentity, insertMessages, markRemoved } from '../store/messages.ts';
import type { NewMessage } from '../store/messages.ts';
import { clearSetAside, setAside } from '../store/set-aside.ts';
import type { StoreWriter } from '../store/store.ts';
import { decidePage } from './decide-page.ts';
import { keepOriginals } from './keep-originals.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { messageRows } from './message-rows.ts';
import { knowOwnMail } from './own-mail.ts';
import { noCounts } from './page-counts.ts';
import type { CommittedPage, MailOutcome, PageCounts } from './page-counts.ts';
import type { Page } from './page.ts';
import type { PreparedMail } from './prepared-mail.ts';
import { tieResponses } from './tie-responses.ts';
import { settleWaitingReplies } from './waiting-replies.ts';
import { setAsideAttachments, writeDecided } from './write-decided.ts';

/**
 * The one place where imported mail becomes rows: messages, decisions, actions, tickets, what was set aside and the
 * cursor, all in the caller's transaction. Run again with the same page it changes nothing.
 */
export async function commitPage(trx: StoreWriter, context: MailboxContext, page: Page): Promise<CommittedPage> {
  const counts = noCounts();
  const mails = await knowOwnMail(trx, context, page);
  const outcomes = await commitMails(trx, context, { ...page, mails }, counts);
  const { mailbox } = context.key;
  counts.removed_upstream += await markRemoved(trx, mailbox, page.removed, page.atMs);
  for (const providerId of page.settled) await clearSetAside(trx, { mailbox, providerId, attachmentId: '' });
  for (const item of page.setAside) await setAside(trx, context.key, item, page.atMs);
  counts.failed += page.setAside.length;
  if (page.position !== null) await saveCursor(trx, context.key, page.position);
  return { counts, outcomes };
}

async function commitMails(
  trx: StoreWriter,
  context: MailboxContext,
  page: Page,
  counts: PageCounts,
): Promise<readonly MailOutcome[]> {
  const identities = new Set<string>();
  for (const { identity } of page.mails) identities.add(identity);
  const known = await findByIdentity(trx, [...identities]);
  const mails: PreparedMail[] = [];
  for (const mail of page.mails) if (!known.deleted.has(mail.identity)) mails.push(mail);
  mails.sort(oldestFirst);
  counts.skipped += page.mails.length - mails.length;
  if (mails.length === 0) return [];

  const items = await itemsOf(trx, context.key.mailbox, [...known.stored.values()]);
  const { sentItems } = page.folder;
  const decided = await decidePage(trx, context, { mails, sentItems, stored: known.stored, items, atMs: page.atMs });

  await keepOriginals(trx, known, decided);
  const fresh: NewMessage[] = [];
  for (const { kind, mail } of decided) {
    if (kind === 'new' && !known.stored.has(mail.identity)) fresh.push(messageRows(mail, page.atMs));
  }
  const inserted = await insertMessages(trx, fresh);
  const messageIds = new Map([...known.stored, ...inserted]);
  const outcomes: MailOutcome[] = [];
  const write = { context, page, decided, messageIds, inserted, items, counts, outcomes };
  const filedKeys = await writeDecided(trx, write);
  counts.failed += await setAsideAttachments(trx, context, page, inserted);
  await tieResponses(trx, context, { ...page, mails }, messageIds);
  outcomes.push(...(await settleWaitingReplies(trx, context, filedKeys, page.atMs)));
  return outcomes;
}

const oldestFirst = (a: PreparedMail, b: PreparedMail): number => a.mail.receivedAtMs - b.mail.receivedAtMs;
