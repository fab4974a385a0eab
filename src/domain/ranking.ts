import { contactBecause, domainBecause, domainMayMatch } from './belonging.ts';
import { domainOf } from './address.ts';
import { candidatesUnder, newestFirst } from './candidate-index.ts';
import type { RankedCandidate } from './decision.ts';
import { ineligible } from './eligibility.ts';
import type { MatchInput } from './match-input.ts';
import { otherParties } from './match-message.ts';
import type { Candidate } from './ticket.ts';

const mostSuggestions = 5;

interface Ranked {
  readonly candidate: Candidate;
  readonly reason: string;
  readonly score: number;
}

/**
 * Tickets a person may want to file this mail on, best first: those that fitted the rules (`accepted`), then whatever
 * shares a thread, a contact, a domain, a client or the subject with it. Tickets of another use and those from which
 * the mail was taken away are left out; closed and excluded ones count half.
 */
export function rankCandidates(input: MatchInput, accepted: readonly Candidate[]): readonly RankedCandidate[] {
  const fitted = new Set(accepted);
  const relations = relationsOf(input);
  const pool = new Set([...accepted, ...relations.flatMap((each) => [...each.candidates])]);
  const ranked = [...pool].flatMap((candidate) => rankOne(candidate, relations, input));
  ranked.sort(
    (one, other) =>
      Number(fitted.has(other.candidate)) - Number(fitted.has(one.candidate)) ||
      other.score - one.score ||
      newestFirst(one.candidate, other.candidate),
  );
  return ranked.slice(0, mostSuggestions).map(({ candidate, reason, score }) => ({
    ticket: candidate.ticketId,
    summary: candidate.summary,
    reason,
    score,
  }));
}

/** What a mail and some tickets have in common, and how much that says (0 to 1). */
interface Relation {
  readonly candidates: ReadonlySet<Candidate>;
  readonly weight: number;
  readonly reason: (candidate: Candidate) => string | null;
}

function relationsOf(input: MatchInput): readonly Relation[] {
  const { message, placement, candidates, rules, behind = [] } = input;
  const parties = otherParties(message, placement);
  const domains = parties.map(domainOf).filter((domain) => domainMayMatch(domain, rules));
  const domainsBehind = behind.map(domainOf).filter((domain) => domainMayMatch(domain, rules));
  const contacts = candidatesUnder(candidates.byAddress, parties);
  const clients = [...(input.clientIds ?? []), ...contacts.flatMap((candidate) => candidate.clientId ?? [])];
  const subject = candidatesUnder(candidates.bySubject.base, [message.subjectKeys.base]);
  const sharesDomain = (each: Candidate) => domainBecause(parties, each, (domain) => domains.includes(domain));
  return [
    relation(ofThread(input), 0.75, () => 'it answers a mail on it'),
    relation(contacts, 0.6, (each) => contactBecause(parties, each)),
    relation(subject, 0.5, () => 'the subject is the same'),
    relation(candidatesUnder(candidates.byParticipant, parties), 0.35, () => 'the other side took part in its mail'),
    relation(candidatesUnder(candidates.byDomain, domains), 0.3, sharesDomain),
    relation(candidatesUnder(candidates.byAddress, behind), 0.4, (each) => byReplyTo(contactBecause(behind, each))),
    relation(candidatesUnder(candidates.byDomain, domainsBehind), 0.2, (each) =>
      byReplyTo(domainBecause(behind, each, (domain) => domainsBehind.includes(domain))),
    ),
    relation(candidatesUnder(candidates.byClient, clients), 0.25, () => 'the client is the same'),
  ];
}

/** Said with it, because the sender may have written there whom he likes. */
function byReplyTo(because: string | null): string | null {
  return because === null ? null : `${because} (by Reply-To)`;
}

function relation(
  candidates: readonly Candidate[],
  weight: number,
  reason: (candidate: Candidate) => string | null,
): Relation {
  return { candidates: new Set(candidates), weight, reason };
}

function ofThread({ message, thread, candidates }: MatchInput): readonly Candidate[] {
  const keys = [...message.inReplyTo, ...message.references];
  return keys.flatMap((key) => thread.get(key) ?? []).flatMap((ticketId) => candidates.byId.get(ticketId) ?? []);
}

function rankOne(candidate: Candidate, relations: readonly Relation[], input: MatchInput): readonly Ranked[] {
  const against = ineligible(candidate, input);
  if (against?.kind === 'taken_away' || against?.kind === 'other_use') return [];
  const shared = relations.filter((each) => each.candidates.has(candidate));
  const likely = 1 - shared.reduce((unlikely, each) => unlikely * (1 - each.weight), 1);
  const reasons = shared.slice(0, 3).flatMap((each) => each.reason(candidate) ?? []);
  const reason = [...reasons, ...(against === null ? [] : [against.because])].join('; ');
  return [{ candidate, reason, score: Math.round((against === null ? likely : likely / 2) * 100) / 100 }];
}
