import type { MatchDecision } from '../domain/decision.ts';

/**
 * What `explain` prints later; `ticketId` is the ticket the mail came to lie on. Candidates of My Inbox are looked up
 * anew when asked for: tickets change.
 */
export function decisionJson({ decision, steps }: MatchDecision, ticketId: string | null = null): string {
  return JSON.stringify({ decision, steps, ticket: ticketId });
}
