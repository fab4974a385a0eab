import { domainOf, isOwnDomain } from './address.ts';
import { isFreeMail } from './free-mail.ts';
import type { MatchMessage, MatchPlacement } from './match-message.ts';
import { otherParties } from './match-message.ts';
import type { MatchRules } from './rules.ts';

/**
 * What to look up before a mail is matched; the keys of a page's mails are looked up together. Everything is in the
 * form in which candidates hold it.
 */
export interface KeysNeeded {
  /** Which tickets is mail with these internet message ids on? */
  readonly messageIds: readonly string[];
  /** Tickets with one of these contact addresses (or units' recipients and members). */
  readonly addresses: readonly string[];
  /** Tickets with one of these contact (or unit) domains. */
  readonly domains: readonly string[];
  /** Tickets whose summary or opening subject has this key: `base` or `exact`, see `subjectForm`. */
  readonly subjects: readonly string[];
  readonly subjectForm: 'base' | 'exact';
}

export function keysNeeded(message: MatchMessage, placement: MatchPlacement, rules: MatchRules): KeysNeeded {
  const parties = otherParties(message, placement);
  const subject = subjectKey(message, rules);
  return {
    messageIds: [...new Set([...message.inReplyTo, ...message.references])],
    addresses: parties,
    domains: [...new Set(parties.map(domainOf))].filter((domain) => domainMayMatch(domain, rules)),
    subjects: subject === '' ? [] : [subject],
    subjectForm: subjectForm(rules),
  };
}

export function subjectForm(rules: MatchRules): 'base' | 'exact' {
  return rules.subjectMatch === 'exact' ? 'exact' : 'base';
}

export function subjectKey(message: MatchMessage, rules: MatchRules): string {
  return message.subjectKeys[subjectForm(rules)];
}

/** Own domains match for incidents only, free-mail domains only where the connection says so. */
export function domainMayMatch(domain: string, rules: MatchRules): boolean {
  if (domain === '') return false;
  if (rules.freeMailDomains === 'ignore' && isFreeMail(domain)) return false;
  return rules.use === 'incident' || !isOwnDomain(domain, rules.ownDomains);
}
