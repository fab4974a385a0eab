import { hash } from 'node:crypto';
import { unproven } from '../domain/authentication.ts';
import { unverifiedBecause } from '../domain/gates.ts';
import { contentIdentity, familyOf } from '../domain/identity.ts';
import { matchMessage } from '../domain/match-message.ts';
import type { MatchMessage } from '../domain/match-message.ts';
import { messageKey } from '../domain/message-id.ts';
import type { ImportedMessage } from '../domain/message.ts';
import { domainNames } from '../mail/address.ts';

/** A mail with everything computed that does not need the store, so that the transaction stays short. */
export interface PreparedMail {
  readonly mail: ImportedMessage;
  readonly facts: MatchMessage;
  /** SHA-256 (hex) of what all copies have in common that could be of this mail. */
  readonly family: string;
  /** Families in which version 0.1.0 may have stored it. */
  readonly olderFamilies: readonly string[];
  readonly messageKey: string | null;
  /** Of a bounce: the texts of its attached reports. */
  readonly reports: readonly string[];
}

export interface PrepareOptions {
  /** See MailboxContext; a verified sender is unknown without. */
  readonly verifiesSenders?: boolean;
}

export function prepareMail(mail: ImportedMessage, options: PrepareOptions = {}): PreparedMail {
  const { verifiesSenders = false } = options;
  const read = matchMessage(mail, domainNames);
  const facts = verifiesSenders ? read : { ...read, authentication: unproven(read.authentication) };
  const family = hash('sha256', familyOf(mail, facts.subjectKeys.base));
  return {
    mail,
    facts,
    family,
    olderFamilies: olderFamilies(mail, facts, family),
    messageKey: messageKey(mail.internetMessageId),
    reports: [],
  };
}

/**
 * Mail without an id was known by its content; what claimed to be an own mail and was found forged by its text beside
 * what it claimed.
 */
function olderFamilies(mail: ImportedMessage, facts: MatchMessage, family: string): string[] {
  const before = messageKey(mail.internetMessageId) === null ? hash('sha256', contentIdentity(mail)) : family;
  const forged = unverifiedBecause(facts) === null ? [] : [hash('sha256', forgedIdentity(mail, before))];
  return before === family ? forged : [before, ...forged];
}

function forgedIdentity({ body }: ImportedMessage, identity: string): string {
  return JSON.stringify(['unverified', identity, body.content.replaceAll('\r\n', '\n').trim()]);
}

/** The order in which the mails of a page are decided, so that answers find what they answer. */
export const oldestFirst = (a: PreparedMail, b: PreparedMail): number => a.mail.receivedAtMs - b.mail.receivedAtMs;
