import { domainOf } from './address.ts';
import { contactBecause, domainBecause, domainMayMatch, mayBeShared } from './belonging.ts';
import { candidatesUnder } from './candidate-index.ts';
import { ineligible } from './eligibility.ts';
import { subjectForm, subjectKey } from './keys-needed.ts';
import type { Found, MatchInput } from './match-input.ts';
import { otherParties } from './match-message.ts';
import type { Candidate } from './ticket.ts';
import type { Verdict } from './trace.ts';
import { foundBy } from './trace.ts';

/** The contract's step 6: address and subject, or domain. */
export function matchByType(input: MatchInput): Found {
  return input.rules.matching === 'domain' ? matchDomain(input) : matchAddressAndSubject(input);
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
  return rules.matching === 'domain' ? byDomain : contactBecause(parties, candidate);
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
    if (!domainMayMatch(domain, rules)) return `${domain} is a free-mail domain`;
    return `no open ticket has a contact at ${domain}`;
  });
  return reasons.join(', ');
}

function short(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/gu, ' ').trim();
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}
