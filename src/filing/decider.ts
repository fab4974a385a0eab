import { candidateIndex } from '../domain/candidate-index.ts';
import type { CandidateIndex } from '../domain/candidate-index.ts';
import type { GivenReference } from '../domain/given-reference.ts';
import { keysNeeded, unitsNeeded } from '../domain/keys-needed.ts';
import { match } from '../domain/match.ts';
import type { MatchDecision } from '../domain/decision.ts';
import type { Candidate } from '../domain/ticket.ts';
import { candidatesById, loadCandidates } from '../store/candidates.ts';
import type { CandidateKeys } from '../store/candidates.ts';
import { keysSentByUs } from '../store/outgoing-mail.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { loadTakenAway } from '../store/taken-away.ts';
import type { TakenAwayKeys } from '../store/taken-away.ts';
import { placementOf, takenAwayKeys } from './deciding.ts';
import type { Deciding } from './deciding.ts';
import type { MailboxContext } from './mailbox-context.ts';

/**
 * Decides mails one after another against what was looked up for all of them at once. What one decision changes (a
 * ticket opened, a mail filed) is told to it, so that the next mail of the page sees it.
 */
export class Decider {
  readonly #trx: StoreReader | StoreWriter;
  readonly #context: MailboxContext;
  readonly #threads: Map<string, readonly string[]>;
  readonly #given: Found['given'];
  readonly #sentByUs: ReadonlySet<string>;
  readonly #takenAway: (keys: TakenAwayKeys) => ReadonlySet<string>;
  /** Tickets that changed since they were looked up. */
  readonly #changed = new Set<string>();
  #opened = false;
  #index: CandidateIndex;

  private constructor(trx: StoreReader | StoreWriter, context: MailboxContext, found: Found) {
    this.#trx = trx;
    this.#context = context;
    this.#index = candidateIndex(found.candidates);
    this.#threads = new Map(found.threads);
    this.#given = found.given;
    this.#sentByUs = found.sentByUs;
    this.#takenAway = found.takenAway;
  }

  static async load(
    trx: StoreReader | StoreWriter,
    context: MailboxContext,
    mails: readonly Deciding[],
    sentItems: boolean,
  ): Promise<Decider> {
    const keys = candidateKeys(mails, context, sentItems);
    const candidates = await loadCandidates(trx, keys, context.candidates);
    const takenAway = await loadTakenAway(trx, mails.map(takenAwayKeys));
    const sentByUs = await keysSentByUs(trx, mails.flatMap(keysToTell));
    return new Decider(trx, context, { ...candidates, takenAway, sentByUs });
  }

  async decide(mail: Deciding, sentItems: boolean): Promise<MatchDecision> {
    const ids = [...mail.facts.inReplyTo, ...mail.facts.references];
    const thread = ids.map((id) => [id, this.#threads.get(id) ?? []] as const);
    const answered = thread.flatMap(([, tickets]) => tickets);
    if (this.#opened || answered.some((ticket) => this.#changed.has(ticket))) await this.#refresh();
    return match({
      message: mail.facts,
      placement: placementOf(this.#context, sentItems),
      rules: this.#context.rules,
      candidates: this.#index,
      thread: new Map(thread.filter(([, tickets]) => tickets.length > 0)),
      sentByUs: this.#sentByUs,
      given: this.#given,
      takenAway: this.#takenAway(takenAwayKeys(mail)),
    });
  }

  /** A mail was filed (or opened the ticket): later mail of the page may answer it, the ticket has new participants. */
  filed(mail: Deciding, ticketId: string, opened: boolean): void {
    this.#changed.add(ticketId);
    this.#opened ||= opened;
    if (mail.messageKey === null) return;
    const before = this.#threads.get(mail.messageKey) ?? [];
    if (!before.includes(ticketId)) this.#threads.set(mail.messageKey, [...before, ticketId]);
  }

  async #refresh(): Promise<void> {
    const fresh = await candidatesById(this.#trx, [...this.#changed], this.#context.candidates);
    this.#index = candidateIndex([...this.#index.byId.values(), ...fresh]);
    this.#changed.clear();
    this.#opened = false;
  }
}

interface Found {
  readonly candidates: readonly Candidate[];
  readonly threads: ReadonlyMap<string, readonly string[]>;
  readonly given: ReadonlyMap<string, GivenReference>;
  readonly sentByUs: ReadonlySet<string>;
  readonly takenAway: (keys: TakenAwayKeys) => ReadonlySet<string>;
}

/** Whether they are of mail of ours tells an automatic reply that nothing but its subject shows. */
function keysToTell({ facts }: Deciding): readonly string[] {
  const matters = facts.automatic === null && facts.automaticBySubject !== null;
  return matters ? [...facts.inReplyTo, ...facts.references] : [];
}

function candidateKeys(mails: readonly Deciding[], context: MailboxContext, sentItems: boolean): CandidateKeys {
  const placement = placementOf(context, sentItems);
  const addresses = new Set<string>();
  const domains = new Set<string>();
  const subjects = new Set<string>();
  const messageKeys = new Set<string>();
  const ourReferences = new Set<string>();
  const units = new Set<string>();
  for (const { facts } of mails) {
    const needed = keysNeeded(facts, placement, context.rules);
    addAll(addresses, needed.addresses);
    if (context.rules.matching === 'domain') addAll(domains, needed.domains);
    if (facts.subjectKeys.base !== '') subjects.add(facts.subjectKeys.base);
    addAll(messageKeys, needed.messageKeys);
    addAll(ourReferences, needed.ourReferences);
    addAll(units, unitsNeeded(needed, context.candidates.units));
  }
  return {
    addresses: [...addresses],
    domains: [...domains],
    subjects: [...subjects],
    messageKeys: [...messageKeys],
    ourReferences: [...ourReferences],
    units: [...units],
  };
}

function addAll(set: Set<string>, values: readonly string[]): void {
  for (const value of values) set.add(value);
}
