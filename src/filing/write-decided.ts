import type { MatchDecision } from '../domain/decision.ts';
import { insertItems, insertPlacements, updateItem } from '../store/items.ts';
import type { Item, NewItem, NewPlacement } from '../store/items.ts';
import { setAside } from '../store/set-aside.ts';
import type { StoreWriter } from '../store/store.ts';
import { decisionJson } from './decision-json.ts';
import type { Page } from './page.ts';
import type { Decided, Settled } from './decide-page.ts';
import { fileOnTicket } from './file-on-ticket.ts';
import type { MailboxContext } from './mailbox-context.ts';
import type { MailOutcome, Outcome, PageCounts } from './page-counts.ts';
import { contentHash, isIdentical } from './copies.ts';
import { isShown, shownContent } from './show-best.ts';
import type { PageVariant, PlacedMail } from './page-variant.ts';

export interface PageToWrite {
  readonly context: MailboxContext;
  readonly page: Page;
  readonly decided: readonly Decided[];
  /** Identity → message id, of all mail of the page that is stored by now. */
  readonly messageIds: ReadonlyMap<string, number>;
  /** Of these, the ones this page brought. */
  readonly inserted: ReadonlyMap<string, number>;
  readonly variants: ReadonlyMap<string, PageVariant>;
  /** This mailbox's items from before. */
  readonly items: ReadonlyMap<number, Item>;
  readonly counts: PageCounts;
  readonly outcomes: MailOutcome[];
}

/** Writes items, placements and actions of a decided page; returns the message keys of what is on a ticket now. */
export async function writeDecided(trx: StoreWriter, write: PageToWrite): Promise<string[]> {
  const created = await insertItems(trx, newItems(write));
  await writePlacements(trx, write, created);
  const filed: string[] = [];
  for (const each of write.decided) {
    if (each.kind === 'better') await updateItem(trx, each.item.id, itemRow(write, each.decision, each.filing));
    if (each.kind === 'new' || each.kind === 'better') {
      await writeAction(trx, write, each.mail, each.filing);
      if (each.filing.kind !== 'hold' && each.mail.messageKey !== null) filed.push(each.mail.messageKey);
    }
    count(write, each);
  }
  return filed;
}

function newItems(write: PageToWrite): NewItem[] {
  const { connection, mailbox } = write.context.key;
  const rows: NewItem[] = [];
  for (const each of write.decided) {
    if (each.kind !== 'new') continue;
    const received_at = each.mail.mail.receivedAtMs;
    const message_id = idOf(write, each.mail);
    rows.push({ ...itemRow(write, each.decision, each.filing), message_id, connection, mailbox, received_at });
  }
  return rows;
}

type ItemDecision = Pick<
  NewItem,
  'sent' | 'state' | 'reason' | 'ticket_id' | 'filed_by' | 'decision_json' | 'decided_at'
>;

function itemRow({ page }: PageToWrite, decision: MatchDecision, filing: Settled): ItemDecision {
  const held = filing.kind === 'hold';
  return {
    sent: page.folder.sentItems ? 1 : 0,
    state: held ? filing.state : 'filed',
    reason: held ? filing.reason : null,
    ticket_id: held ? null : filing.ticketId,
    filed_by: held ? null : filing.filedBy,
    decision_json: decisionJson(decision, held ? null : filing.ticketId),
    decided_at: page.atMs,
  };
}

async function writePlacements(
  trx: StoreWriter,
  write: PageToWrite,
  created: ReadonlyMap<number, number>,
): Promise<void> {
  const { mailbox } = write.context.key;
  const { path: folder, id: folder_id } = write.page.folder;
  const seen_at = write.page.atMs;
  const rows: NewPlacement[] = [];
  for (const { kind, mail } of write.decided) {
    const message_id = idOf(write, mail);
    const item_id = created.get(message_id) ?? write.items.get(message_id)?.id;
    if (kind === 'skip' || item_id === undefined) continue;
    rows.push({
      item_id,
      message_id,
      mailbox,
      folder,
      folder_id,
      provider_id: mail.mail.providerId,
      duplicate: kind === 'again' ? 1 : 0,
      seen_at,
      trust: mail.trust,
      content_hash: hashBesideShown(mail, write.variants.get(mail.identity)),
    });
  }
  await insertPlacements(trx, rows);
}

function hashBesideShown({ content }: PlacedMail, variant: PageVariant | undefined): string | null {
  return variant === undefined || isIdentical(content, shownContent(variant)) ? null : contentHash(content);
}

async function writeAction(
  trx: StoreWriter,
  { context, page, messageIds }: PageToWrite,
  prepared: PlacedMail,
  filing: Settled,
): Promise<void> {
  if (filing.kind === 'hold') return;
  const { mail, facts, identity } = prepared;
  await fileOnTicket(trx, context, {
    ticketId: filing.ticketId,
    messageId: messageIds.get(identity) ?? 0,
    facts,
    opening: filing.kind === 'opened',
    sent: page.folder.sentItems,
    atMs: mail.sentAtMs ?? mail.receivedAtMs,
    hideChain: context.hideChain,
    filedBy: filing.filedBy,
    filedAtMs: page.atMs,
  });
}

/** A mail that another mailbox brought first is a duplicate here, whatever becomes of it in this agent's inbox. */
function count(write: PageToWrite, decided: Decided): void {
  const { inserted, counts } = write;
  if (decided.kind === 'skip') {
    counts.skipped += 1;
    return;
  }
  const imported = decided.kind === 'new' && inserted.has(decided.mail.identity);
  if (!imported) counts.duplicates += 1;
  if (decided.kind === 'again') return;
  const outcome = outcomeOf(decided.filing);
  write.outcomes.push({ messageId: idOf(write, decided.mail), outcome, imported });
  if (!imported) return;
  counts.imported += 1;
  counts[outcome] += 1;
}

function outcomeOf(filing: Settled): Outcome {
  if (filing.kind === 'file') return 'matched';
  if (filing.kind === 'opened') return 'new_tickets';
  if (filing.state === 'inbox') return 'to_inbox';
  return filing.state === 'ignored' ? 'ignored' : 'kept';
}

/** Attachments of what is stored that could not be read: the mail is there, they are tried again. */
export async function setAsideAttachments(trx: StoreWriter, write: PageToWrite): Promise<number> {
  const { context, page, decided, variants } = write;
  let failed = 0;
  for (const { kind, mail: copy } of decided) {
    const variant = variants.get(copy.identity);
    if (kind === 'skip' || variant?.best !== copy || !isShown(variant)) continue;
    const { mail } = copy;
    for (const { content, name } of mail.attachments) {
      if (content.kind !== 'failed') continue;
      failed += 1;
      const error = { kind: 'protocol', message: `attachment "${name}": ${content.reason}`, hint: null } as const;
      const { id: folderId, path: folder, sentItems } = page.folder;
      const where = { folder, folderId, sentItems, providerId: mail.providerId, attachmentId: content.providerId };
      const problem = { subject: mail.subject, floorMs: 0, error };
      await setAside(trx, context.key, { ...where, messageId: idOf(write, copy), ...problem }, page.atMs);
    }
  }
  return failed;
}

function idOf({ messageIds }: PageToWrite, mail: PlacedMail): number {
  return messageIds.get(mail.identity) ?? 0;
}
