import { decideAccess, seesAll } from '../domain/policy.ts';
import type { Actor } from '../domain/policy.ts';
import { subjectKeys } from '../domain/subject.ts';
import type { Candidate } from '../domain/ticket.ts';
import type { Candidates } from '../store/candidates.ts';
import type { Reader } from '../store/query.ts';
import { ticketTies } from '../store/ticket-ties.ts';
import type { StoredStep } from './stored-decision.ts';

export interface WhoReads {
  readonly actor: Actor;
  /** Mailboxes that track incidents: their agents read every incident. */
  readonly teamMailboxes: readonly string[];
}

/** The tickets among these of which the actor may read all; null: every one. */
export async function readableTickets(
  db: Reader,
  { actor, teamMailboxes }: WhoReads,
  ticketIds: readonly string[],
): Promise<ReadonlySet<string> | null> {
  if (seesAll(actor)) return null;
  const ties = await ticketTies(db, ticketIds, teamMailboxes);
  return new Set(
    [...ties].filter(([, each]) => decideAccess(actor, 'ticket.read', each).allowed).map(([ticketId]) => ticketId),
  );
}

/**
 * Candidates as this actor may know them. Of a ticket whose mail is not for the actor, the thread, our references, who
 * took part and the subject of the opening mail are left out: they would show through scores and reasons. Summary, type
 * and client are everybody's to search; that a person of the actor's own mail is a contact is what matching goes by.
 */
export async function withoutUnreadable(db: Reader, reads: WhoReads, found: Candidates): Promise<Candidates> {
  const readable = await readableTickets(
    db,
    reads,
    found.candidates.map(({ ticketId }) => ticketId),
  );
  if (readable === null) return found;
  const threads = [...found.threads].map(([key, ids]) => [key, ids.filter((id) => readable.has(id))] as const);
  return {
    candidates: found.candidates.map((each) => (readable.has(each.ticketId) ? each : withoutMail(each))),
    threads: new Map(threads),
    given: new Map([...found.given].filter(([, { ticketId }]) => readable.has(ticketId))),
  };
}

function withoutMail(candidate: Candidate): Candidate {
  const summary = subjectKeys(candidate.summary);
  return { ...candidate, participants: [], subjects: summary.exact === '' && summary.base === '' ? [] : [summary] };
}

/** A step as this actor may read it: a thread that leads to mail of others is no thread. */
export function withoutUnreadableThread(step: StoredStep, readable: ReadonlySet<string>): StoredStep {
  if (step.step !== 'match_replies') return step;
  const candidates = step.candidates.filter(({ ticket }) => readable.has(ticket));
  if (candidates.length === step.candidates.length) return step;
  const fits = candidates.filter(({ accepted }) => accepted).map(({ ticket }) => ticket);
  const outcome = fits.length === 0 ? 'it answers no mail that is on a ticket of yours' : `fits ${fits.join(', ')}`;
  return { ...step, outcome, candidates };
}
