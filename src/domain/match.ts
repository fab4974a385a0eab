import { domainOf, isOwnDomain } from './address.ts';
import { newestFirst } from './candidate-index.ts';
import type { Decision, InboxReason, MatchDecision, MatchRule, Step } from './decision.ts';
import { gates, unverifiedBecause, waiting, waitingPlace } from './gates.ts';
import { matchByType } from './match-by-type.ts';
import type { Found, MatchInput } from './match-input.ts';
import type { MatchMessage } from './match-message.ts';
import { matchReplies } from './match-replies.ts';
import { rankCandidates } from './ranking.ts';
import type { Candidate } from './ticket.ts';

/**
 * Decides one placement of a mail: the first step that decides ends it. Every step that ran is in the result, the
 * deciding one last. What is not matched and not ignored carries suggestions.
 */
export function match(given: MatchInput): MatchDecision {
  const input = { ...given, message: withAutomatic(given) };
  const steps: Step[] = [];
  for (const gate of gates) {
    const { step, decision } = gate(input);
    steps.push(step);
    if (decision !== null) return decided(input, decision, steps, []);
  }
  const replies = matchReplies(input);
  steps.push(replies.step);
  if (replies.accepted.length > 0) return settle(input, 'reply', steps, [replies]);
  const typed = matchByType(input);
  steps.push(typed.step);
  return settle(input, input.rules.matching, steps, [replies, typed]);
}

/** "Automatic reply: …" in answer to mail that is on a ticket or was sent by us is automatic, whatever its headers. */
function withAutomatic({ message, thread, sentByUs }: MatchInput): MatchMessage {
  if (message.automatic !== null || message.automaticBySubject === null) return message;
  const answersOurs = [...message.inReplyTo, ...message.references].some(
    (key) => thread.has(key) || sentByUs?.has(key) === true,
  );
  return answersOurs ? { ...message, automatic: message.automaticBySubject } : message;
}

/** The contract's step 7. */
function settle(input: MatchInput, rule: MatchRule, steps: readonly Step[], found: readonly Found[]): MatchDecision {
  const accepted = found.flatMap((each) => each.accepted);
  const [decision, outcome] = settled(input, rule, accepted) ?? unmatched(input, found);
  return decided(input, decision, [...steps, { step: 'outcome', outcome, candidates: [] }], accepted);
}

type Settled = readonly [decision: Decision, outcome: string];

function settled({ rules, placement }: MatchInput, rule: MatchRule, accepted: readonly Candidate[]): Settled | null {
  const [newest] = [...accepted].sort(newestFirst);
  if (newest === undefined) return null;
  const matched: Decision = { kind: 'matched', ticketId: newest.ticketId, rule };
  if (accepted.length === 1) return [matched, `one ticket fits → ${newest.ticketId}`];
  if (rules.ambiguous === 'newest') return [matched, `${accepted.length} tickets fit; the newest → ${newest.ticketId}`];
  return [waiting('ambiguous', placement), `${accepted.length} tickets fit${waitingPlace(placement)}`];
}

function unmatched(input: MatchInput, found: readonly Found[]): Settled {
  const { rules, placement } = input;
  const [reason, because] = unmatchedReason(input, found);
  if (rules.unmatched.kind === 'inbox' || placement.sentItems || reason === 'undone') {
    return [waiting(reason, placement), `${because}${waitingPlace(placement)}`];
  }
  const against = opensNoTicket(input);
  if (against === null) {
    const { ticketType } = rules.unmatched;
    return [{ kind: 'new_ticket', ticketType }, `${because} → new ticket of type ${ticketType}`];
  }
  return [waiting(against[0] ?? reason, placement), `${because}, and ${against[1]} opens no ticket → My Inbox`];
}

function unmatchedReason({ takenAway }: MatchInput, found: readonly Found[]): readonly [InboxReason, string] {
  if (takenAway.size > 0) return ['undone', 'no other ticket fits than one it was taken away from'];
  if (found.some((each) => each.closed)) return ['ticket_closed', 'only a closed ticket fits'];
  return ['unmatched', 'no ticket fits'];
}

/** Mail that must not open a ticket, with the reason to wait where that is another one than having no ticket. */
function opensNoTicket({ message, rules }: MatchInput): readonly [InboxReason | null, string] | null {
  if (message.automatic !== null) return ['automatic', 'automatic mail'];
  if (message.meeting) return ['calendar', 'meeting mail'];
  if (message.list !== null) return [null, `list mail (${message.list})`];
  if (unverifiedBecause(message) !== null) return ['unverified_sender', 'mail of an unverified sender'];
  if (message.from === '') return [null, 'mail without a sender'];
  const own = isOwnDomain(domainOf(message.from), rules.ownDomains);
  return own ? [null, 'mail from an own domain'] : null;
}

function decided(
  input: MatchInput,
  decision: Decision,
  steps: readonly Step[],
  accepted: readonly Candidate[],
): MatchDecision {
  const waits = decision.kind === 'inbox' || decision.kind === 'kept';
  return {
    decision,
    steps,
    // Ranked when asked for: an import keeps the decision and its steps only.
    get candidates() {
      return waits ? rankCandidates(input, accepted) : [];
    },
  };
}
