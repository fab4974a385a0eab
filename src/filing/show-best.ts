import { moveParticipants, openingTicketOf } from '../store/actions.ts';
import { loadCopies } from '../store/families.ts';
import { awaitsSentCopy } from '../store/outgoing-mail.ts';
import { keepShorterCopy, replaceMessage } from '../store/replace-message.ts';
import type { StoreWriter } from '../store/store.ts';
import { storedMails } from '../store/stored-mails.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import { findTicketById, setTicket } from '../store/tickets.ts';
import { comparedCopy } from './compared.ts';
import { contentHash, isIdentical } from './copies.ts';
import type { Content } from './copies.ts';
import { participantsOf } from './file-on-ticket.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { messageRows } from './message-rows.ts';
import { detailsText } from './open-ticket.ts';
import type { PageVariant, PlacedMail } from './page-variant.ts';

type Own = Pick<MailboxContext, 'ownAddresses'>;

/** Whether the page's best copy is shown of a mail; mail of ours that waits for its copy in Sent Items stays as we wrote it. */
export function isShown({ stored, replaces }: PageVariant): boolean {
  return stored === null || (replaces && !awaitsSentCopy(stored.family));
}

/** What is stored of a mail once the page is written. */
export function shownContent(variant: PageVariant): Content {
  return variant.stored === null || isShown(variant) ? variant.best.content : variant.stored;
}

/**
 * Stores the page's best copy of a mail in place of the one that is stored: content, headers, people and files, the
 * participants it brought to its tickets, and the details of a ticket that it opened, unless a person changed them.
 * Returns the files of the copy that was shown before.
 */
export async function showBest(trx: StoreWriter, own: Own, { stored, best }: PageVariant): Promise<string[]> {
  if (stored === null) return [];
  const before = (await storedMails(trx, [stored.id])).get(stored.id);
  if (before === undefined) return [];
  const { mailWords } = await import('../content/mail-words.ts');
  const { row, content, attachments } = messageRows(best, 0);
  const { from_name: fromName, from_address: fromAddress, subject } = row;
  const known = stored.trust === 'failed' ? new Map<string, string | null>() : soleFiles(stored.attachments);
  const here = soleFiles(attachments);
  const freed = await replaceMessage(trx, stored.id, {
    message: {
      row: { ...row, people_json: peopleWithBcc(best, before) },
      content,
      attachments: attachments.map((each) =>
        here.has(each.name) ? { ...each, sha256: each.sha256 ?? known.get(each.name) ?? null } : each,
      ),
    },
    formerHash: contentHash(stored),
    words: mailWords({ fromName, fromAddress, subject, body: best.content.body }),
  });
  await moveParticipants(trx, stored.id, participantsOf(best.facts, own));
  await renewDetails(trx, stored.id, { before, best });
  return freed;
}

/** Attachments by their names, without those of which several have one: which of them is meant is not known. */
function soleFiles(attachments: readonly { readonly name: string; readonly sha256?: string | null | undefined }[]) {
  const files = new Map<string, string | null>();
  const several = new Set<string>();
  for (const { name, sha256 } of attachments) {
    if (files.has(name)) several.add(name);
    files.set(name, sha256 ?? null);
  }
  for (const name of several) files.delete(name);
  return files;
}

/** Only the sender's own copy names the people who got a blind copy. */
function peopleWithBcc({ mail, trust }: PlacedMail, before: StoredMail): string {
  const { sender, replyTo, to, cc } = mail;
  const bcc = mail.bcc.length > 0 || trust === 'failed' || before.verified === 'fail' ? mail.bcc : before.bcc;
  return JSON.stringify({ sender, replyTo, to, cc, bcc });
}

async function renewDetails(
  trx: StoreWriter,
  messageId: number,
  { before, best }: { readonly before: StoredMail; readonly best: PlacedMail },
): Promise<void> {
  const ticketId = await openingTicketOf(trx, messageId);
  const ticket = ticketId === null ? undefined : await findTicketById(trx, ticketId);
  if (ticket === undefined || ticket.details !== (await detailsText(before.body))) return;
  await setTicket(trx, ticket.id, { details: await detailsText(best.mail.body) });
}

/** Keeps the shortest text of a mail where a more trusted, longer copy is shown: others may hold that text alone. */
export async function keepShortest(trx: StoreWriter, messageId: number, variant: PageVariant): Promise<void> {
  const shown = shownContent(variant);
  const copies = variant.stored === null ? variant.copies : [...variant.copies, variant.stored];
  const others = copies.filter((copy) => copy.trust === 'unknown' && !isIdentical(copy, shown));
  if (shown.trust !== 'trusted' || others.length === 0) return;
  const { shorter } = await loadCopies(trx, [messageId]);
  const before = shorter.get(messageId);
  if (before !== undefined) others.push({ ...shown, body: before });
  let shortest: Content = shown;
  for (const each of others) {
    if ((await comparedCopy(each)).text().length < (await comparedCopy(shortest)).text().length) shortest = each;
  }
  await keepShorterCopy(trx, messageId, shortest === shown ? null : shortest.body);
}
