import { domainOf } from './address.ts';
import { domainMayMatch } from './belonging.ts';
import type { MatchMessage, MatchPlacement } from './match-message.ts';
import { otherParties } from './match-message.ts';
import type { MatchRules } from './rules.ts';
import type { UnitKeys } from './unit.ts';

/**
 * What to look up before a mail is matched; the keys of a page's mails are looked up together. Everything is in the
 * form in which candidates hold it.
 */
export interface KeysNeeded {
  /** Which tickets is mail with these message keys on? */
  readonly messageKeys: readonly string[];
  /** What were these references of ours given for? */
  readonly ourReferences: readonly string[];
  /** Tickets with one of these contact addresses (or units' recipients and members). */
  readonly addresses: readonly string[];
  /** Tickets with one of these contact (or unit) domains; without those that cannot match. */
  readonly domains: readonly string[];
  /** Tickets whose summary or opening subject has this key, of the form `subjectForm`. */
  readonly subjects: readonly string[];
  readonly subjectForm: SubjectForm;
}

/** `normalized` compares subjects without prefixes, `exact` with them. */
export type SubjectForm = 'base' | 'exact';

export function keysNeeded(message: MatchMessage, placement: MatchPlacement, rules: MatchRules): KeysNeeded {
  const parties = otherParties(message, placement);
  const subject = subjectKey(message, rules);
  return {
    messageKeys: distinct([...message.inReplyTo, ...message.references]),
    ourReferences: message.ourReferences,
    addresses: parties,
    domains: distinct(parties.map(domainOf)).filter((domain) => domainMayMatch(domain, rules)),
    subjects: subject === '' ? [] : [subject],
    subjectForm: subjectForm(rules),
  };
}

function distinct(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}

/** Names of the units that own one of the addresses or domains looked for: their incidents are candidates. */
export function unitsNeeded(keys: KeysNeeded, units: readonly UnitKeys[]): readonly string[] {
  if (units.length === 0) return [];
  const addresses = new Set(keys.addresses);
  const domains = new Set(keys.domains);
  return units
    .filter(
      (unit) => unit.addresses.some((each) => addresses.has(each)) || unit.domains.some((each) => domains.has(each)),
    )
    .map((unit) => unit.name);
}

export function subjectForm(rules: MatchRules): SubjectForm {
  return rules.subjectMatch === 'exact' ? 'exact' : 'base';
}

/** '' matches nothing. */
export function subjectKey(message: MatchMessage, rules: MatchRules): string {
  return message.subjectKeys[subjectForm(rules)];
}
