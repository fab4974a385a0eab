import type { CandidateIndex } from './candidate-index.ts';
import type { MatchDecision } from './decision.ts';
import type { MatchMessage, MatchPlacement } from './match-message.ts';
import type { MatchRules } from './rules.ts';

export interface MatchInput {
  readonly message: MatchMessage;
  readonly placement: MatchPlacement;
  readonly rules: MatchRules;
  /**
   * Must hold every ticket that has one of the mail's addresses *and* its subject, with `matching: domain` or for
   * incidents every one of its domains, and every ticket named in `thread`. More of them (the same address, domain or
   * subject alone; closed, excluded, of another use) make the trace and the suggestions better; the newest 50 of a key
   * are plenty.
   */
  readonly candidates: CandidateIndex;
  /** On which tickets mail with these internet message ids is. */
  readonly thread: ReadonlyMap<string, readonly string[]>;
  /** Tickets from which a person took this mail or its conversation away. */
  readonly takenAway: ReadonlySet<string>;
}

/** Decides one placement of a mail by the contract's steps; every step that ran is in the result. */
export function match(input: MatchInput): MatchDecision {
  void input;
  return { decision: { kind: 'inbox', reason: 'unmatched' }, steps: [], candidates: [] };
}
