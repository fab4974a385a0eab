import type { Authentication } from '../domain/authentication.ts';
import { unproven } from '../domain/authentication.ts';
import { matchMessage } from '../domain/match-message.ts';
import type { MatchMessage, MatchPlacement } from '../domain/match-message.ts';
import { domainNames } from '../mail/address.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';
import type { TakenAwayKeys } from '../store/taken-away.ts';
import type { MailboxContext } from './mailbox-context.ts';

/** A mail to be decided: what matching reads, and how it is named in what people took away. */
export interface Deciding {
  readonly facts: MatchMessage;
  readonly identity: string;
  readonly messageKey: string | null;
  readonly conversationId: string | null;
}

export function decidingStored(mail: StoredEnvelope): Deciding {
  const { identity, messageKey, conversationId } = mail;
  const read = matchMessage(mail, domainNames);
  return { facts: { ...read, authentication: known(mail, read) }, identity, messageKey, conversationId };
}

/** Read again from its headers; what only the arriving mail showed was written down when it was stored. */
function known({ verified, verifiedDetail }: StoredEnvelope, { authentication }: MatchMessage): Authentication {
  if (verified === 'pass' || authentication.verdict === 'fail') return authentication;
  return verified === 'fail' ? { verdict: 'fail', because: verifiedDetail } : unproven(authentication);
}

export function takenAwayKeys(mail: Deciding): TakenAwayKeys {
  const own = mail.messageKey === null ? [] : [mail.messageKey];
  return { identity: mail.identity, conversation: mail.conversationId, thread: [...own, ...threadKeys(mail.facts)] };
}

/** A copy in Sent Items, or any other, of this mailbox. */
export function placementOf(context: MailboxContext, sentItems: boolean): MatchPlacement {
  return { sentItems, mailbox: context.key.mailbox, agents: context.agents };
}

/** The mails this one answers or refers to: In-Reply-To, then References from the right. */
export function threadKeys(facts: MatchMessage): string[] {
  if (facts.inReplyTo.length === 0 && facts.references.length === 0) return [];
  return [...new Set([...facts.inReplyTo, ...facts.references.toReversed()])];
}
