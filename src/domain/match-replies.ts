import { belongsBecause } from './belonging.ts';
import { ineligible } from './eligibility.ts';
import type { Found, MatchInput } from './match-input.ts';
import { otherParties } from './match-message.ts';
import type { Verdict } from './trace.ts';
import { foundBy } from './trace.ts';

/**
 * The contract's step 5. In-Reply-To first, then References from the right; the first of them that leads to an eligible
 * ticket to which the other party belongs decides. If that mail is on several such tickets, all of them are found.
 */
export function matchReplies(input: MatchInput): Found {
  if (!input.rules.matchReplies) return foundBy('match_replies', [], 'off');
  const keys = answeredKeys(input);
  if (keys.length === 0) return foundBy('match_replies', [], 'it answers no mail');
  const verdicts = new Map<string, Verdict>();
  for (const { key, header } of keys) {
    const judged = judge(input, key, header).filter((verdict) => !verdicts.has(verdict.candidate.ticketId));
    for (const verdict of judged) verdicts.set(verdict.candidate.ticketId, verdict);
    if (judged.some((verdict) => verdict.fits && verdict.ineligible === null)) break;
  }
  const nothing = verdicts.size === 0 ? 'it answers no mail that is on a ticket' : 'no ticket of this thread fits';
  return foundBy('match_replies', [...verdicts.values()], nothing);
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
