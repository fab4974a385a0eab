import type { CandidateIndex } from './candidate-index.ts';
import type { Step } from './decision.ts';
import type { GivenReference } from './given-reference.ts';
import type { MatchMessage, MatchPlacement } from './match-message.ts';
import type { MatchRules } from './rules.ts';
import type { Candidate } from './ticket.ts';

export interface MatchInput {
  readonly message: MatchMessage;
  readonly placement: MatchPlacement;
  readonly rules: MatchRules;
  /**
   * Must hold every eligible ticket that has one of the mail's addresses *and* its subject; with `matching: domain` and
   * for incidents the newest 50 eligible ones of each domain; and every ticket named in `thread`. More of them (the same
   * address, domain, subject or client alone; closed ones, excluded ones, of another use) make the trace and the
   * suggestions better.
   */
  readonly candidates: CandidateIndex;
  /** Message key → tickets that mail is on. */
  readonly thread: ReadonlyMap<string, readonly string[]>;
  /** Message keys out of In-Reply-To and References of mail that was sent by us, as far as it matters. */
  readonly sentByUs?: ReadonlySet<string>;
  /** Reference of ours → for what it was given; only those that we did give. */
  readonly given?: ReadonlyMap<string, GivenReference>;
  /** Tickets from which a person took this mail or its conversation away. */
  readonly takenAway: ReadonlySet<string>;
  /** Who may stand behind the sender, by a Reply-To that anybody can write: their tickets are suggested, never matched. */
  readonly behind?: readonly string[];
  /** Clients to which the other party belongs, where known: their tickets are suggested. */
  readonly clientIds?: readonly string[];
}

/** What a step that looks for tickets found. */
export interface Found {
  readonly step: Step;
  /** Eligible and fitting. */
  readonly accepted: readonly Candidate[];
  /** Some ticket would have fitted, were it not closed. */
  readonly closed: boolean;
}
