import { domainOf, ownDomains } from '../../src/domain/address.ts';
import { candidateIndex } from '../../src/domain/candidate-index.ts';
import type { GivenReference } from '../../src/domain/given-reference.ts';
import type { MatchInput } from '../../src/domain/match-input.ts';
import type { MatchPlacement } from '../../src/domain/match-message.ts';
import { matchMessage } from '../../src/domain/match-message.ts';
import type { MatchRules } from '../../src/domain/rules.ts';
import { subjectKeys } from '../../src/domain/subject.ts';
import type { Candidate } from '../../src/domain/ticket.ts';
import type { Written } from './mail.ts';
import { mail } from './mail.ts';

/** The defaults of the contract, for ann@contoso.test. */
export const defaults: MatchRules = {
  emailMatching: true,
  use: 'opportunity',
  matching: 'address_and_subject',
  subjectMatch: 'normalized',
  matchReplies: true,
  unmatched: { kind: 'inbox' },
  ambiguous: 'inbox',
  unverifiedSender: 'inbox',
  automaticMail: 'inbox',
  calendarMail: 'inbox',
  listMail: 'match',
  ignore: { senders: [], internal: false, sensitivity: [] },
  freeMailDomains: 'ignore',
  ownDomains: ownDomains(['ann@contoso.test', 'marcus@contoso.test'], ['contoso-group.test']),
};

export interface TicketNotes {
  readonly id?: string;
  readonly use?: Candidate['use'];
  readonly summary?: string;
  readonly openingSubject?: string;
  readonly open?: boolean;
  readonly excluded?: boolean;
  readonly clientId?: string;
  readonly createdAtMs?: number;
  /** Contacts; for an incident its units' recipients and members. */
  readonly addresses?: readonly string[];
  /** For an incident its units' domains; else those of the addresses. */
  readonly domains?: readonly string[];
  readonly participants?: readonly string[];
}

export function ticket(notes: TicketNotes = {}): Candidate {
  const addresses = notes.addresses ?? ['paula@acme.example'];
  const summary = notes.summary ?? 'Offer';
  const subjects = [summary, ...(notes.openingSubject === undefined ? [] : [notes.openingSubject])];
  return {
    ticketId: notes.id ?? 'OPP-1',
    summary,
    use: notes.use ?? 'opportunity',
    open: notes.open ?? true,
    excluded: notes.excluded ?? false,
    clientId: notes.clientId ?? null,
    createdAtMs: notes.createdAtMs ?? 1000,
    subjects: subjects.map(subjectKeys),
    addresses,
    domains: notes.domains ?? (notes.use === 'incident' ? [] : addresses.map(domainOf)),
    participants: notes.participants ?? [],
  };
}

export interface Situation {
  readonly mail?: Written;
  readonly sent?: boolean;
  readonly placement?: Partial<MatchPlacement>;
  readonly rules?: Partial<MatchRules>;
  readonly tickets?: readonly Candidate[];
  /** Message key → tickets that mail is on. */
  readonly thread?: Readonly<Record<string, readonly string[]>>;
  /** Message keys of mail sent by us. */
  readonly sentByUs?: readonly string[];
  /** Reference of ours → what it was given for. */
  readonly given?: Readonly<Record<string, GivenReference>>;
  readonly takenAway?: readonly string[];
  readonly clientIds?: readonly string[];
}

export function input(situation: Situation): MatchInput {
  return {
    message: matchMessage(
      mail(situation.sent === true ? { from: 'ann@contoso.test', ...situation.mail } : situation.mail),
    ),
    placement: {
      sentItems: situation.sent ?? false,
      mailbox: 'ann@contoso.test',
      agents: ['ann.archer@contoso.test'],
      ...situation.placement,
    },
    rules: { ...defaults, ...situation.rules },
    candidates: candidateIndex(situation.tickets ?? [ticket()]),
    thread: new Map(Object.entries(situation.thread ?? {})),
    sentByUs: new Set(situation.sentByUs),
    given: new Map(Object.entries(situation.given ?? {})),
    takenAway: new Set(situation.takenAway),
    clientIds: situation.clientIds ?? [],
  };
}
