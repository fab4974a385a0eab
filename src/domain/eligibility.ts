import type { MatchInput } from './match-input.ts';
import type { Candidate, Use } from './ticket.ts';

/** Why a ticket may not be matched; `closed` only where nothing else speaks against it. */
export interface Ineligible {
  readonly kind: 'taken_away' | 'other_use' | 'excluded' | 'closed';
  readonly because: string;
}

/** Null for an eligible ticket. */
export function ineligible(candidate: Candidate, { rules, takenAway }: MatchInput): Ineligible | null {
  if (takenAway.has(candidate.ticketId)) {
    return { kind: 'taken_away', because: 'a person took this mail or its conversation away from it' };
  }
  if (candidate.use !== rules.use) {
    const because = `it is ${nameOf[candidate.use]}; this mailbox is matched to ${pluralOf[rules.use]}`;
    return { kind: 'other_use', because };
  }
  if (candidate.excluded) return { kind: 'excluded', because: 'its ticket type is excluded from matching' };
  return candidate.open ? null : { kind: 'closed', because: 'it is closed' };
}

const nameOf: Readonly<Record<Use, string>> = {
  opportunity: 'an opportunity',
  project: 'a project',
  incident: 'an incident',
};

const pluralOf: Readonly<Record<Use, string>> = {
  opportunity: 'opportunities',
  project: 'projects',
  incident: 'incidents',
};
