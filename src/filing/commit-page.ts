import { itemsOf } from '../store/items.ts';
import { lockFamilies } from '../store/families.ts';
import { saveCursor } from '../store/mailboxes.ts';
import { insertMessages, markRemoved } from '../store/messages.ts';
import type { NewMessage } from '../store/messages.ts';
import { clearSetAside, setAside } from '../store/set-aside.ts';
import type { StoreWriter } from '../store/store.ts';
import type { CommittedPage } from './committed-page.ts';
import { decidePage } from './decide-page.ts';
import type { Decided } from './decide-page.ts';
import { keepOriginals } from './keep-originals.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { messageRows } from './message-rows.ts';
import { knowOwnMail } from './own-mail.ts';
import { noCounts } from './page-counts.ts';
import type { MailOutcome, PageCounts } from './page-counts.ts';
import type { Page } from './page.ts';
import { oldestFirst } from './prepared-mail.ts';
import type { PreparedMail } from './prepared-mail.ts';
import { isShown, keepShortest, showBest } from './show-best.ts';
import { tellApart } from './tell-apart.ts';
import type { PageVariant } from './page-variant.ts';
import { tieResponses } from './tie-responses.ts';
import { settleWaitingReplies } from './waiting-replies.ts';
import { setAsideAttachments, writeDecided } from './write-decided.ts';

/**
 * The one place where imported mail becomes rows: messages, decisions, actions, tickets, what was set aside and the
 * cursor, all in the caller's transaction. Run again with the same page it changes nothing.
 */
export async function commitPage(trx: StoreWriter, context: MailboxContext, page: Page): Promise<CommittedPage> {
  const counts = noCounts();
  const mails = page.mails.length === 0 ? noMails : await commitMails(trx, context, page, counts);
  const { mailbox } = context.key;
  counts.removed_upstream += await markRemoved(trx, mailbox, page.removed, page.atMs);
  for (const providerId of page.settled) await clearSetAside(trx, { mailbox, providerId, attachmentId: '' });
  for (const item of page.setAside) await setAside(trx, context.key, item, page.atMs);
  counts.failed += page.setAside.length;
  if (page.position !== null) await saveCursor(trx, context.key, page.position);
  return { counts, ...mails };
}

type CommittedMails = Omit<CommittedPage, 'counts'>;

const noMails: CommittedMails = { outcomes: [], freed: [], decided: [], settled: [] };

async function commitMails(
  trx: StoreWriter,
  context: MailboxContext,
  page: Page,
  counts: PageCounts,
): Promise<CommittedMails> {
  await lockFamilies(trx, familiesOf(page.mails));
  const own = await knowOwnMail(trx, context, page);
  const { sentItems } = page.folder;
  const { mailbox } = context.key;
  const { mails, variants, deleted } = await tellApart(trx, {
    mails: page.mails.toSorted(oldestFirst),
    mailbox,
    sentItems,
    own,
  });
  counts.skipped += deleted.length;
  if (mails.length === 0) return noMails;

  const items = await itemsOf(trx, mailbox, storedIds(variants));
  const decided = await decidePage(trx, context, { mails, variants, sentItems, items, atMs: page.atMs });

  await keepOriginals(trx, variants, decided);
  const inserted = await insertMessages(trx, newMessages(variants, decided, page.atMs));
  const messageIds = new Map(inserted);
  for (const [identity, { stored }] of variants) if (stored !== null) messageIds.set(identity, stored.id);
  const outcomes: MailOutcome[] = [];
  const write = { context, page, decided, messageIds, variants, inserted, items, counts, outcomes };
  const freed = await settleContents(trx, context, { variants, decided, messageIds });
  const filedKeys = await writeDecided(trx, write);
  counts.failed += await setAsideAttachments(trx, write);
  await tieResponses(trx, context, { ...page, mails }, messageIds);
  const settled = await settleWaitingReplies(trx, context, filedKeys, page.atMs);
  for (const { mail } of settled) outcomes.push({ messageId: mail.id, outcome: 'matched', imported: false });
  return { outcomes, freed, decided, settled };
}

function familiesOf(mails: readonly PreparedMail[]): string[] {
  const families: string[] = [];
  for (const { family, olderFamilies } of mails) families.push(family, ...olderFamilies);
  return families;
}

function storedIds(variants: ReadonlyMap<string, PageVariant>): number[] {
  const ids: number[] = [];
  for (const { stored } of variants.values()) if (stored !== null) ids.push(stored.id);
  return ids;
}

/** Mail that no mailbox brought before, each with the best copy of the page. */
function newMessages(
  variants: ReadonlyMap<string, PageVariant>,
  decided: readonly Decided[],
  atMs: number,
): NewMessage[] {
  const fresh: NewMessage[] = [];
  for (const { kind, mail } of decided) {
    if (kind === 'new' && variants.get(mail.identity)?.stored === null) fresh.push(messageRows(mail, atMs));
  }
  return fresh;
}

/**
 * What is shown of mail that another copy came of. Copies that are not to be stored change nothing. Returns the files of
 * what is shown no longer.
 */
async function settleContents(
  trx: StoreWriter,
  context: MailboxContext,
  { variants, decided, messageIds }: Settling,
): Promise<string[]> {
  const freed: string[] = [];
  for (const { kind, mail } of decided) {
    const variant = variants.get(mail.identity);
    const messageId = messageIds.get(mail.identity);
    if (kind === 'skip' || variant === undefined || variant.best !== mail || messageId === undefined) continue;
    if (variant.stored !== null && isShown(variant)) freed.push(...(await showBest(trx, context, variant)));
    await keepShortest(trx, messageId, variant);
  }
  return freed;
}

interface Settling {
  readonly variants: ReadonlyMap<string, PageVariant>;
  readonly decided: readonly Decided[];
  readonly messageIds: ReadonlyMap<string, number>;
}
