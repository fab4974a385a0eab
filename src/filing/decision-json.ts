import type { MatchDecision } from '../domain/decision.ts';

/** What `explain` prints later. Candidates of My Inbox are looked up anew when asked for: tickets change. */
export function decisionJson({ decision, steps }: MatchDecision): string {
  return JSON.stringify({ decision, steps });
}
