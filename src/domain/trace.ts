import type { StepCandidate, StepName } from './decision.ts';
import type { Found } from './match-input.ts';
import { newestFirst } from './candidate-index.ts';
import type { Ineligible } from './eligibility.ts';
import type { Candidate } from './ticket.ts';

/** More would not be read; accepted ones come first. */
const longestTrace = 20;

/** What was found out about one ticket: whether the mail fits it, and why it may not be matched all the same. */
export interface Verdict {
  readonly candidate: Candidate;
  readonly fits: boolean;
  /** Why it fits or does not. */
  readonly because: string;
  readonly ineligible: Ineligible | null;
}

/** Puts verdicts in order and says in words what came of them. */
export function foundBy(step: StepName, verdicts: readonly Verdict[], nothing: string): Found {
  if (verdicts.length === 0) return { step: { step, outcome: nothing, candidates: [] }, accepted: [], closed: false };
  const sorted = [...verdicts].sort(
    (one, other) => rank(one) - rank(other) || newestFirst(one.candidate, other.candidate),
  );
  const accepted = sorted.filter(isAccepted).map((verdict) => verdict.candidate);
  return {
    step: { step, outcome: outcome(accepted, nothing), candidates: sorted.slice(0, longestTrace).map(stepCandidate) },
    accepted,
    closed: sorted.some((verdict) => verdict.fits && verdict.ineligible?.kind === 'closed'),
  };
}

function outcome(accepted: readonly Candidate[], nothing: string): string {
  const ids = accepted.slice(0, 5).map((candidate) => candidate.ticketId);
  const more = accepted.length > ids.length ? ` and ${accepted.length - ids.length} more` : '';
  return ids.length === 0 ? nothing : `fits ${ids.join(', ')}${more}`;
}

function isAccepted(verdict: Verdict): boolean {
  return verdict.fits && verdict.ineligible === null;
}

function rank(verdict: Verdict): number {
  if (isAccepted(verdict)) return 0;
  return verdict.fits ? 1 : 2;
}

function stepCandidate(verdict: Verdict): StepCandidate {
  const { candidate, fits, because, ineligible } = verdict;
  const reasons = fits && ineligible !== null ? `${because}, but ${ineligible.because}` : because;
  return { ticket: candidate.ticketId, accepted: isAccepted(verdict), because: reasons };
}
