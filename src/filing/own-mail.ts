import { createHash } from 'node:crypto';
import { domainOf } from '../domain/address.ts';
import { unverifiedBecause } from '../domain/gates.ts';
import { subjectKeys } from '../domain/subject.ts';
import { adoptSentCopy, awaitedMails } from '../store/outgoing-mail.ts';
import type { AwaitedMail } from '../store/outgoing-mail.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { headersJson } from './message-rows.ts';
import type { Page } from './page.ts';
import type { PreparedMail } from './prepared-mail.ts';

/** Further from our own time of sending, a copy is not believed to be of that mail: clocks differ, queues wait. */
const nearMs = 600_000;

/**
 * The mails of a page, each with the identity it has here. Copies of mail that went out from here are that mail: the one
 * in Sent Items of the mailbox that sent it, which also tells what the server made of it, and others that nothing speaks
 * against. What claims to be from us and is found forged is never the same as what we sent.
 */
export async function knowOwnMail(
  trx: StoreWriter,
  context: MailboxContext,
  page: Page,
): Promise<readonly PreparedMail[]> {
  const own: PreparedMail[] = [];
  for (const mail of page.mails) if (isOwn(mail, context)) own.push(mail);
  if (own.length === 0) return page.mails;
  const keys = [...new Set(own.flatMap(({ messageKey }) => messageKey ?? []))];
  const awaited = new Map((await awaitedMails(trx, keys)).map((mail) => [`${mail.messageKey}\n${mail.from}`, mail]));
  const mails: PreparedMail[] = [];
  for (const mail of page.mails) {
    const key = `${mail.messageKey ?? ''}\n${mail.facts.from}`;
    const ours = awaited.get(key);
    if (ours !== undefined && page.folder.sentItems && ours.mailbox === context.key.mailbox) {
      await adopt(trx, ours, mail);
      awaited.delete(key);
      mails.push(mail);
    } else mails.push(identified(mail, context, { ours, sentItems: page.folder.sentItems }));
  }
  return mails;
}

/** The same for one mail that is only looked at: what is in Sent Items keeps the identity that it has. */
export async function identifiedIn(
  db: StoreReader,
  context: MailboxContext,
  mail: PreparedMail,
  sentItems: boolean,
): Promise<PreparedMail> {
  const keys = isOwn(mail, context) && mail.messageKey !== null ? [mail.messageKey] : [];
  const ours = (await awaitedMails(db, keys)).find(({ from }) => from === mail.facts.from);
  return identified(mail, context, { ours, sentItems });
}

function identified(
  mail: PreparedMail,
  context: MailboxContext,
  { ours, sentItems }: { readonly ours: AwaitedMail | undefined; readonly sentItems: boolean },
): PreparedMail {
  if (sentItems || !isOwn(mail, context)) return mail;
  if (unverifiedBecause(mail.facts) !== null) return believesAll(context) ? mail : apart(mail);
  return ours !== undefined && isCopyOf(mail, ours) ? { ...mail, identity: ours.identity } : mail;
}

function isOwn({ facts }: PreparedMail, { rules }: MailboxContext): boolean {
  return rules.ownDomains.has(domainOf(facts.from));
}

/** Where the settings say that verification is not to be trusted, as they cannot for incidents. */
function believesAll({ rules }: MailboxContext): boolean {
  return rules.unverifiedSender === 'match' && rules.use !== 'incident';
}

function isCopyOf({ facts, mail }: PreparedMail, ours: AwaitedMail): boolean {
  const near = mail.sentAtMs !== null && ours.sentAtMs !== null && Math.abs(mail.sentAtMs - ours.sentAtMs) <= nearMs;
  return near && facts.subjectKeys.base === subjectKeys(ours.subject).base;
}

/** Whoever got a mail of ours knows all that its identity is made of: the text tells a forged one apart. */
function apart(mail: PreparedMail): PreparedMail {
  const text = mail.mail.body.content.replaceAll('\r\n', '\n').trim();
  const identity = createHash('sha256')
    .update(JSON.stringify(['unverified', mail.identity, text]))
    .digest('hex');
  return { ...mail, identity };
}

async function adopt(trx: StoreWriter, ours: AwaitedMail, { identity, mail }: PreparedMail): Promise<void> {
  await adoptSentCopy(trx, ours.id, {
    identity,
    originalSha256: mail.original?.sha256 ?? null,
    headersJson: mail.headers.length === 0 ? null : headersJson(mail.headers),
    sentAtMs: mail.sentAtMs,
  });
}
