import type { Candidate } from './ticket.ts';

type Groups = ReadonlyMap<string, readonly Candidate[]>;

/** The tickets found for a page of mail, by every key a mail can have; made once for the page. */
export interface CandidateIndex {
  readonly byId: ReadonlyMap<string, Candidate>;
  readonly byAddress: Groups;
  readonly byDomain: Groups;
  readonly byParticipant: Groups;
  readonly byClient: Groups;
  /** By key of the summary and of the opening subject. */
  readonly bySubject: Readonly<Record<'exact' | 'base', Groups>>;
}

/** Of a ticket given twice, the later one counts. */
export function candidateIndex(candidates: Iterable<Candidate>): CandidateIndex {
  const byId = new Map<string, Candidate>();
  for (const candidate of candidates) byId.set(candidate.ticketId, candidate);
  const all = [...byId.values()].sort(newestFirst);
  return {
    byId,
    byAddress: grouped(all, (candidate) => candidate.addresses),
    byDomain: grouped(all, (candidate) => candidate.domains),
    byParticipant: grouped(all, (candidate) => candidate.participants),
    byClient: grouped(all, (candidate) => (candidate.clientId === null ? [] : [candidate.clientId])),
    bySubject: {
      exact: grouped(all, (candidate) => candidate.subjects.map((keys) => keys.exact)),
      base: grouped(all, (candidate) => candidate.subjects.map((keys) => keys.base)),
    },
  };
}

/** The ticket created last; of two created at the same instant the one with the higher id (OPP-10 after OPP-9). */
export function newestFirst(one: Candidate, other: Candidate): number {
  return other.createdAtMs - one.createdAtMs || compareIds(other.ticketId, one.ticketId);
}

function compareIds(one: string, other: string): number {
  const [prefix, number] = idParts(one);
  const [otherPrefix, otherNumber] = idParts(other);
  if (prefix !== otherPrefix) return prefix < otherPrefix ? -1 : 1;
  if (number.length !== otherNumber.length) return number.length - otherNumber.length;
  return number === otherNumber ? 0 : number < otherNumber ? -1 : 1;
}

function idParts(id: string): readonly [prefix: string, number: string] {
  const digits = /\d*$/u.exec(id)?.[0] ?? '';
  return [id.slice(0, id.length - digits.length), digits.replace(/^0+/u, '')];
}

/** The candidates under any of these keys, each once. */
export function candidatesUnder(groups: Groups, keys: Iterable<string>): readonly Candidate[] {
  const found = new Set<Candidate>();
  for (const key of keys) for (const candidate of groups.get(key) ?? []) found.add(candidate);
  return [...found];
}

function grouped(candidates: readonly Candidate[], keysOf: (candidate: Candidate) => readonly string[]): Groups {
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
