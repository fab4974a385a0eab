import { hash } from 'node:crypto';
import { unproven } from '../domain/authentication.ts';
import { identityOf } from '../domain/identity.ts';
import { matchMessage } from '../domain/match-message.ts';
import type { MatchMessage } from '../domain/match-message.ts';
import { messageKey } from '../domain/message-id.ts';
import type { ImportedMessage } from '../domain/message.ts';
import { domainNames } from '../mail/address.ts';

/** A mail with everything computed that does not need the store, so that the transaction stays short. */
export interface PreparedMail {
  readonly mail: ImportedMessage;
  readonly facts: MatchMessage;
  /** SHA-256 (hex) of what makes it the same mail. */
  readonly identity: string;
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
  return {
    mail,
    facts,
    identity: hash('sha256', identityOf(mail, facts.subjectKeys.base)),
    messageKey: messageKey(mail.internetMessageId),
    reports: [],
  };
}
