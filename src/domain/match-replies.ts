import { belongsBecause, contactOrDomainBecause } from './belonging.ts';
import { ineligible } from './eligibility.ts';
import type { Found, MatchInput } from './match-input.ts';
import { otherParties } from './match-message.ts';
import type { Verdict } from './trace.ts';
import { foundBy } from './trace.ts';
import { ofUnitBecause } from './unit.ts';

/**
 * The contract's step 5. In-Reply-To first, then References from the right; the first of them that leads to an eligible
 * ticket to which the other party belongs decides. If that mail is on several such tickets, all of them are found.
 * Where none does, our own signed reference may, in mail of an incident's unit.
 */
export function matchReplies(input: MatchInput): Found {
  if (!input.rules.matchReplies) return foundBy('match_replies', [], 'off');
  const keys = answeredKeys(input);
  const byReference = judgeReferences(input);
  if (keys.length === 0 && byReference.length === 0) return foundBy('match_replies', [], 'it answers no mail');
  const verdicts = new Map<string, Verdict>();
  for (const { key, header } of keys) {
    const judged = judge(input, key, header).filter((verdict) => !verdicts.has(verdict.candidate.ticketId));
    for (const verdict of judged) verdicts.set(verdict.candidate.ticketId, verdict);
    if (judged.some(decides)) break;
  }
  if (![...verdicts.values()].some(decides)) addBetter(verdicts, byReference);
  const nothing = verdicts.size === 0 ? 'it answers no mail that is on a ticket' : 'no ticket of this thread fits';
  return foundBy('match_replies', [...verdicts.values()], nothing);
}

function decides({ fits, ineligible: against }: Verdict): boolean {
  return fits && against === null;
}

/** A ticket that the thread did not prove may still be proved by the reference. */
function addBetter(verdicts: Map<string, Verdict>, more: readonly Verdict[]): void {
  for (const verdict of more) {
    const before = verdicts.get(verdict.candidate.ticketId);
    if (before === undefined || (verdict.fits && !before.fits)) verdicts.set(verdict.candidate.ticketId, verdict);
  }
}

/**
 * Our own header is evidence of the thread where no message id is left of it. Whoever saw it can copy it, so that it
 * counts only in mail of the very unit it was given to, and only while that unit is one of the incident's.
 */
function judgeReferences(input: MatchInput): readonly Verdict[] {
  const { message, placement, rules, candidates, given } = input;
  const parties = otherParties(message, placement);
  return message.ourReferences.flatMap((reference) => {
    const found = given?.get(reference);
    const candidate = candidates.byId.get(found?.ticketId ?? '');
    if (found === undefined || candidate === undefined) return [];
    const ofUnit = ofUnitBecause(parties, found.unit);
    const belongs = ofUnit === null ? null : contactOrDomainBecause(parties, candidate, rules);
    const because = `it carries our reference for ${found.unit.name}, ${belongs ?? `but ${strangers(parties)} to it`}`;
    return [{ candidate, fits: belongs !== null, because, ineligible: ineligible(candidate, input) }];
  });
}

interface AnsweredKey {
  readonly key: string;
  readonly header: 'In-Reply-To' | 'References';
}

function answeredKeys({ message }: MatchInput): readonly AnsweredKey[] {
  const direct = message.inReplyTo.map((key): AnsweredKey => ({ key, header: 'In-Reply-To' }));
  const earlier = message.references.toReversed().map((key): AnsweredKey => ({ key, header: 'References' }));
  return [...direct, ...earlier];
}

function judge(input: MatchInput, key: string, header: string): readonly Verdict[] {
  const { message, placement, rules, candidates, thread } = input;
  const parties = otherParties(message, placement);
  return (thread.get(key) ?? []).flatMap((ticketId) => {
    const candidate = candidates.byId.get(ticketId);
    if (candidate === undefined) return [];
    const belongs = belongsBecause(parties, candidate, rules);
    const because = `${header} names a mail on it, ${belongs ?? `but ${strangers(parties)} to it`}`;
    return [{ candidate, fits: belongs !== null, because, ineligible: ineligible(candidate, input) }];
  });
}

function strangers(parties: readonly string[]): string {
  if (parties.length === 0) return 'nobody belongs';
  return parties.length === 1 ? `${parties[0]} does not belong` : 'none of the recipients belongs';
}
