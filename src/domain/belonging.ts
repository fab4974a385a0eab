import { domainOf, isOwnDomain } from './address.ts';
import { isFreeMail } from './free-mail.ts';
import type { MatchRules } from './rules.ts';
import type { Candidate } from './ticket.ts';

/**
 * Why one of these people belongs to a ticket, as a sentence; null where none does. This is what a reply needs beside
 * its thread, because anybody can name any mail in In-Reply-To.
 */
export function belongsBecause(parties: readonly string[], candidate: Candidate, rules: MatchRules): string | null {
  return (
    contactBecause(parties, candidate) ??
    firstOf(parties, (party) => (candidate.participants.includes(party) ? `${party} took part in its mail` : null)) ??
    sharedDomainBecause(parties, candidate, rules)
  );
}

/** As `belongsBecause`, but having taken part is not enough: the address or the domain must be a contact's or unit's. */
export function contactOrDomainBecause(
  parties: readonly string[],
  candidate: Candidate,
  rules: MatchRules,
): string | null {
  return contactBecause(parties, candidate) ?? sharedDomainBecause(parties, candidate, rules);
}

function sharedDomainBecause(parties: readonly string[], candidate: Candidate, rules: MatchRules): string | null {
  return domainBecause(parties, candidate, (domain) => !isFreeMail(domain) && mayBeShared(domain, rules));
}

/** A contact's address; for an incident that of a recipient or member of one of its business units. */
export function contactBecause(parties: readonly string[], candidate: Candidate): string | null {
  const role = candidate.use === 'incident' ? 'an address of one of its business units' : 'a contact of it';
  return firstOf(parties, (party) => (candidate.addresses.includes(party) ? `${party} is ${role}` : null));
}

/** A contact's or a unit's domain, of the domains that count. */
export function domainBecause(
  parties: readonly string[],
  candidate: Candidate,
  counts: (domain: string) => boolean,
): string | null {
  const whose = candidate.use === 'incident' ? "one of its business units' domains" : "a contact's domain";
  return firstOf(parties, (party) => {
    const domain = domainOf(party);
    return domain !== '' && candidate.domains.includes(domain) && counts(domain) ? `${domain} is ${whose}` : null;
  });
}

/** Own domains are shared by everybody here; only for incidents do they say something. */
export function mayBeShared(domain: string, rules: MatchRules): boolean {
  return rules.use === 'incident' || !isOwnDomain(domain, rules.ownDomains);
}

/** Whether `matching: domain` looks at this domain at all. */
export function domainMayMatch(domain: string, rules: MatchRules): boolean {
  if (domain === '') return false;
  if (rules.freeMailDomains === 'ignore' && isFreeMail(domain)) return false;
  return mayBeShared(domain, rules);
}

function firstOf(parties: readonly string[], because: (party: string) => string | null): string | null {
  for (const party of parties) {
    const found = because(party);
    if (found !== null) return found;
  }
  return null;
}
