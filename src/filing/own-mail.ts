import { domainOf } from '../domain/address.ts';
import { isSameMail, trustOf } from '../domain/copies.ts';
import { unverifiedBecause } from '../domain/gates.ts';
import { subjectKeys } from '../domain/subject.ts';
import { loadFamilies } from '../store/families.ts';
import { adoptSentCopy, awaitedMails } from '../store/outgoing-mail.ts';
import type { AwaitedMail } from '../store/outgoing-mail.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { comparedCopy } from './compared.ts';
import { contentOf } from './copies.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { headersJson } from './message-rows.ts';
import type { Page } from './page.ts';
import type { PreparedMail } from './prepared-mail.ts';

/** Further from our own time of sending, a copy is not believed to be of that mail: clocks differ, queues wait. */
const nearMs = 600_000;

/** A message that went out from here. */
export interface OwnMessage {
  readonly id: number;
  readonly family: string;
}

export type OwnMail = Map<PreparedMail, OwnMessage>;

/**
 * The mails of a page that are copies of mail that went out from here, whatever Date the server gave it: the one in Sent
 * Items of the mailbox that sent it, which also tells what the server made of it, and others that are the same mail.
 * What claims to be from us and is found forged is told apart like any other copy.
 */
export async function knowOwnMail(
  trx: StoreWriter,
  context: MailboxContext,
  page: Pick<Page, 'folder' | 'mails'>,
): Promise<OwnMail> {
  const own: OwnMail = new Map();
  const mails = page.mails.filter((mail) => isOwn(mail, context));
  if (mails.length === 0) return own;
  const keys = [...new Set(mails.flatMap(({ messageKey }) => messageKey ?? []))];
  const awaited = new Map((await awaitedMails(trx, keys)).map((mail) => [`${mail.messageKey}\n${mail.from}`, mail]));
  for (const mail of mails) {
    const key = `${mail.messageKey ?? ''}\n${mail.facts.from}`;
    const ours = awaited.get(key);
    if (ours === undefined) continue;
    if (page.folder.sentItems && ours.mailbox === context.key.mailbox) {
      own.set(mail, await adopt(trx, ours, mail));
      awaited.delete(key);
    } else if (!page.folder.sentItems && (await isCopyOf(trx, mail, ours))) own.set(mail, ours);
  }
  return own;
}

/** The same for one mail that is only looked at. */
export async function ownMessageOf(
  db: StoreReader,
  context: MailboxContext,
  mail: PreparedMail,
  sentItems: boolean,
): Promise<OwnMail> {
  const keys = isOwn(mail, context) && mail.messageKey !== null ? [mail.messageKey] : [];
  const ours = (await awaitedMails(db, keys)).find(({ from }) => from === mail.facts.from);
  const isCopy = ours !== undefined && !sentItems && (await isCopyOf(db, mail, ours));
  return isCopy ? new Map([[mail, ours]]) : new Map();
}

function isOwn({ facts }: PreparedMail, { rules }: MailboxContext): boolean {
  return rules.ownDomains.has(domainOf(facts.from));
}

/** Near in time and the same mail by its content: the Date that the server gave it is not known yet. */
async function isCopyOf(db: StoreReader | StoreWriter, { facts, mail }: PreparedMail, ours: AwaitedMail) {
  if (unverifiedBecause(facts) !== null) return false;
  const near = mail.sentAtMs !== null && ours.sentAtMs !== null && Math.abs(mail.sentAtMs - ours.sentAtMs) <= nearMs;
  if (!near || facts.subjectKeys.base !== subjectKeys(ours.subject).base) return false;
  const written = (await loadFamilies(db, [ours.family])).variants.get(ours.family)?.find(({ id }) => id === ours.id);
  if (written === undefined) return false;
  return isSameMail(await comparedCopy(contentOf(mail, trustOf(facts, false))), await comparedCopy(written));
}

async function adopt(trx: StoreWriter, ours: AwaitedMail, { family, mail }: PreparedMail): Promise<OwnMessage> {
  await adoptSentCopy(trx, ours.id, {
    family,
    originalSha256: mail.original?.sha256 ?? null,
    headersJson: mail.headers.length === 0 ? null : headersJson(mail.headers),
    sentAtMs: mail.sentAtMs,
  });
  return { id: ours.id, family };
}
