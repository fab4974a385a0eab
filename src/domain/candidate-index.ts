import type { Candidate } from './ticket.ts';

/** Tickets found for a page of mail, by every key a mail can have; made once for a page. */
export interface CandidateIndex {
  readonly byId: ReadonlyMap<string, Candidate>;
  readonly byAddress: ReadonlyMap<string, readonly Candidate[]>;
  readonly byDomain: ReadonlyMap<string, readonly Candidate[]>;
  readonly byParticipant: ReadonlyMap<string, readonly Candidate[]>;
  /** By `exact` and by `base` key of the summary and the opening subject. */
  readonly bySubject: Readonly<Record<'exact' | 'base', ReadonlyMap<string, readonly Candidate[]>>>;
}

/** The same ticket given twice counts once, the later one. */
export function candidateIndex(candidates: Iterable<Candidate>): CandidateIndex {
  const byId = new Map<string, Candidate>();
  for (const candidate of candidates) byId.set(candidate.ticketId, candidate);
  const all = [...byId.values()];
  return {
    byId,
    byAddress: grouped(all, (candidate) => candidate.addresses),
    byDomain: grouped(all, (candidate) => candidate.domains),
    byParticipant: grouped(all, (candidate) => candidate.participants),
    bySubject: {
      exact: grouped(all, (candidate) => candidate.subjects.map((keys) => keys.exact)),
      base: grouped(all, (candidate) => candidate.subjects.map((keys) => keys.base)),
    },
  };
}

function grouped(
  candidates: readonly Candidate[],
  keysOf: (candidate: Candidate) => readonly string[],
): ReadonlyMap<string, readonly Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    for (const key of new Set(keysOf(candidate))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [candidate]);
      else group.push(candidate);
    }
  }
  groups.delete('');
  return groups;
}
