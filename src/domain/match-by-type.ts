import { domainOf } from './address.ts';
import { contactBecause, domainBecause, domainMayMatch, mayBeShared } from './belonging.ts';
import { candidatesUnder } from './candidate-index.ts';
import { ineligible } from './eligibility.ts';
import { isFreeMail } from './free-mail.ts';
import { subjectForm, subjectKey } from './keys-needed.ts';
import type { Found, MatchInput } from './match-input.ts';
import { otherParties } from './match-message.ts';
import type { Candidate } from './ticket.ts';
import type { Verdict } from './trace.ts';
import { foundBy } from './trace.ts';

/** The contract's step 6: address and subject, domain, or address. */
export function matchByType(input: MatchInput): Found {
  switch (input.rules.matching) {
    case 'address_and_subject':
      return matchAddressAndSubject(input);
    case 'domain':
      return matchDomain(input);
    case 'address':
      return matchAddress(input);
  }
}

function matchAddressAndSubject(input: MatchInput): Found {
  const key = subjectKey(input.message, input.rules);
  const form = subjectForm(input.rules);
  const parties = otherParties(input.message, input.placement);
  const related = new Set([...ofParties(input, parties), ...candidatesUnder(input.candidates.bySubject[form], [key])]);
  const verdicts = [...related].map((candidate): Verdict => {
    const address = partyBecause(input, parties, candidate);
    const subject = key !== '' && candidate.subjects.some((keys) => keys[form] === key);
    const because = sentence(address, subject, input, candidate);
    return { candidate, fits: address !== null && subject, because, ineligible: ineligible(candidate, input) };
  });
  return foundBy('address_and_subject', verdicts, nothingFound(parties, key));
}

function sentence(address: string | null, subject: boolean, { message }: MatchInput, candidate: Candidate): string {
  if (address === null) return 'the subject is the same, but none of its addresses is';
  if (subject) return `${address}, and the subject is the same`;
  return `${address}, but the subject differs: “${short(message.subject)}” is not “${short(candidate.summary)}”`;
}

function nothingFound(parties: readonly string[], key: string): string {
  if (parties.length === 0) return 'it has no address to go by';
  return key === '' ? 'an empty subject never matches' : 'no ticket has this address and this subject';
}

/** The address alone; where several open tickets have it, those whose subject fits too. */
function matchAddress(input: MatchInput): Found {
  const key = subjectKey(input.message, input.rules);
  const form = subjectForm(input.rules);
  const parties = otherParties(input.message, input.placement);
  const found = ofParties(input, parties).map((candidate) => ({
    candidate,
    address: partyBecause(input, parties, candidate),
    subject: key !== '' && candidate.subjects.some((keys) => keys[form] === key),
    ineligible: ineligible(candidate, input),
  }));
  const eligible = found.filter(({ address, ineligible: against }) => address !== null && against === null);
  const bySubject = eligible.length > 1 && eligible.some(({ subject }) => subject);
  const verdicts = found.map(({ candidate, address, subject, ineligible: against }): Verdict => {
    const fits = address !== null && (subject || !bySubject);
    const words = address ?? 'none of its addresses is a contact of it';
    const more = subject ? ', and the subject is the same' : bySubject ? ', but the subject of another one fits' : '';
    return { candidate, fits, because: `${words}${more}`, ineligible: against };
  });
  return foundBy(
    'address',
    verdicts,
    parties.length === 0 ? 'it has no address to go by' : 'no ticket has this address',
  );
}

function matchDomain(input: MatchInput): Found {
  const parties = otherParties(input.message, input.placement);
  const refused = refusal(input, parties);
  const verdicts = ofParties(input, parties).map((candidate): Verdict => {
    const because = partyBecause(input, parties, candidate);
    return { candidate, fits: because !== null, because: because ?? refused, ineligible: ineligible(candidate, input) };
  });
  return foundBy('domain', verdicts, verdicts.length === 0 ? refused : 'no ticket fits');
}

/** Business units are meant as a whole: their addresses and domains count alike, whatever the matching type. */
function partyBecause({ rules }: MatchInput, parties: readonly string[], candidate: Candidate): string | null {
  const byDomain = domainBecause(parties, candidate, (domain) => domainMayMatch(domain, rules));
  if (candidate.use === 'incident') return contactBecause(parties, candidate) ?? byDomain;
  if (rules.matching !== 'domain') return contactBecause(parties, candidate);
  // At a free-mail provider an address is a person, and its domain nobody.
  const people = parties.filter((party) => isFreeMail(domainOf(party)) && mayBeShared(domainOf(party), rules));
  return byDomain ?? contactBecause(people, candidate);
}

/** Every ticket with one of the addresses, and, where domains count, with one of the domains. */
function ofParties({ candidates, rules }: MatchInput, parties: readonly string[]): readonly Candidate[] {
  const byAddress = candidatesUnder(candidates.byAddress, parties);
  if (rules.matching !== 'domain' && rules.use !== 'incident') return byAddress;
  return [...new Set([...byAddress, ...candidatesUnder(candidates.byDomain, parties.map(domainOf))])];
}

function refusal({ rules }: MatchInput, parties: readonly string[]): string {
  if (parties.length === 0) return 'it has no address to go by';
  const domains = [...new Set(parties.map(domainOf))];
  const reasons = domains.slice(0, 5).map((domain) => {
    if (!mayBeShared(domain, rules)) return `${domain} is an own domain`;
    if (!domainMayMatch(domain, rules)) return `${domain} is a free-mail domain, and no contact has this address`;
    return `no open ticket has a contact at ${domain}`;
  });
  return reasons.join(', ');
}

function short(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/gu, ' ').trim();
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}
