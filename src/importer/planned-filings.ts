import type { MailboxConfig } from '../config/schema.ts';
import type { MatchDecision } from '../domain/decision.ts';
import type { ImportedMessage, Person } from '../domain/message.ts';
import type { CommittedPage } from '../filing/committed-page.ts';
import type { Decided, Settled } from '../filing/decide-page.ts';
import type { Page } from '../filing/page.ts';
import { clientsOfTickets } from '../store/clients.ts';
import type { SetAside } from '../store/set-aside.ts';
import type { StoreWriter } from '../store/store.ts';

/** What would become of one mail; the names are those of `filings --json`, where `item` is `message`. */
export interface PlannedFiling {
  readonly id: null;
  readonly at: string;
  /** `kept`: sent mail that is on no ticket; `set_aside`: it cannot be read now, `reason` says why. */
  readonly kind: 'filed' | 'opened' | 'waiting' | 'kept' | 'ignored' | 'set_aside';
  /** null also for a ticket that this run would open: it has no id yet. */
  readonly ticket: string | null;
  /** Of the ticket that this mail, or one before it, would open. */
  readonly ticket_type: string | null;
  readonly client: { readonly id: string; readonly name: string } | null;
  /** Of mail that this mailbox has in the store already. */
  readonly item: number | null;
  readonly mailbox: string;
  readonly agents: readonly string[];
  readonly received_at: string | null;
  readonly from: Person | null;
  readonly subject: string | null;
  readonly internet_message_id: string | null;
  readonly by: 'rule' | 'thread' | null;
  readonly rule: string | null;
  readonly reason: string | null;
}

type Mailbox = Pick<MailboxConfig, 'address' | 'agents'>;
type Fate = Pick<PlannedFiling, 'kind' | 'ticket' | 'ticket_type' | 'by' | 'rule' | 'reason'>;
type Told = Pick<ImportedMessage, 'receivedAtMs' | 'from' | 'subject' | 'internetMessageId'>;

/** Mail by mail, what a run that changes nothing would do. A mail is told once, with what becomes of it in the end. */
export class PlannedFilings {
  readonly #filings = new Map<string, PlannedFiling>();
  /** Ticket → type, of those that would be opened. */
  readonly #opened = new Map<string, string>();

  /** Part of the transaction of the page, in which the tickets are there that it opens. */
  async note(trx: StoreWriter, mailbox: Mailbox, page: Page, committed: CommittedPage): Promise<void> {
    const planned = [...committed.decided.flatMap((each) => this.#ofDecided(each)), ...this.#ofSettled(committed)];
    const clients = await clientsOfTickets(trx, [...new Set(planned.flatMap(({ ticketId }) => ticketId ?? []))]);
    for (const { identity, ticketId, item, mail, fate } of planned) {
      const client = clients.get(ticketId ?? '') ?? null;
      this.#keep(mailbox, page, identity, { ...toldOf(mail), ...fate, client, item });
    }
    for (const { mail } of committed.decided) this.#filings.delete(keyOf(mailbox, mail.mail.providerId));
    for (const aside of page.setAside)
      this.#keep(mailbox, page, aside.providerId, { ...nobody, ...setAsideFate(aside) });
  }

  /** Newest first. */
  list(): PlannedFiling[] {
    const received = ({ received_at: at }: PlannedFiling) => at ?? '';
    return [...this.#filings.values()].toSorted(
      (a, b) => compare(received(b), received(a)) || compare(a.mailbox, b.mailbox),
    );
  }

  #ofDecided(decided: Decided): Planned[] {
    if (decided.kind === 'again') return [];
    const { identity, mail } = decided.mail;
    const item = decided.kind === 'better' ? decided.item.id : null;
    const filing = decided.kind === 'skip' ? null : decided.filing;
    const ticketId = filing !== null && 'ticketId' in filing ? filing.ticketId : null;
    if (filing?.kind === 'opened') this.#opened.set(filing.ticketId, typeOf(decided.decision));
    return [{ identity, ticketId, item, mail, fate: this.#fate(decided.decision, filing) }];
  }

  #ofSettled({ settled }: CommittedPage): Planned[] {
    return settled.flatMap(({ item, mail, decision: { decision } }) => {
      if (decision.kind !== 'matched') return [];
      const { ticketId, rule } = decision;
      const by = rule === 'reply' ? 'thread' : 'rule';
      const fate: Fate = { kind: 'filed', ...this.#ticket(ticketId), by, rule, reason: null };
      return [{ identity: mail.identity, ticketId, item: item.id, mail, fate }];
    });
  }

  #fate({ decision }: MatchDecision, filing: Settled | null): Fate {
    const rule = decision.kind === 'matched' ? decision.rule : null;
    const reason = 'reason' in decision ? decision.reason : null;
    if (filing === null) return { ...noTicket, kind: 'ignored', by: 'rule', rule, reason };
    if (filing.kind !== 'hold') {
      const { kind, ticketId, filedBy } = filing;
      return { kind: kind === 'opened' ? kind : 'filed', ...this.#ticket(ticketId), by: filedBy, rule, reason: null };
    }
    const { state } = filing;
    const kind = state === 'kept' || state === 'ignored' ? state : 'waiting';
    return { ...noTicket, kind, by: 'rule', rule, reason: filing.reason };
  }

  #ticket(ticketId: string): Pick<PlannedFiling, 'ticket' | 'ticket_type'> {
    const type = this.#opened.get(ticketId);
    return type === undefined ? { ticket: ticketId, ticket_type: null } : { ticket: null, ticket_type: type };
  }

  #keep(mailbox: Mailbox, page: Page, name: string, filing: Filing): void {
    const { address, agents } = mailbox;
    const key = keyOf(mailbox, name);
    const known = this.#filings.get(key);
    const item = known === undefined ? filing.item : known.item;
    const row = { id: null, at: iso(page.atMs), ...filing, item, mailbox: address, agents };
    // A part of a long text keeps the whole of it in memory, and a page's text is long: a copy does not.
    this.#filings.set(key, structuredClone(row));
  }
}

interface Planned {
  readonly identity: string;
  readonly ticketId: string | null;
  /** In which the mail is stored already, or was put by this run. */
  readonly item: number | null;
  readonly mail: Told;
  readonly fate: Fate;
}

type Filing = Omit<PlannedFiling, 'id' | 'at' | 'mailbox' | 'agents'>;

const noTicket = { ticket: null, ticket_type: null } as const;
const nobody = { received_at: null, from: null, internet_message_id: null, client: null, item: null } as const;

/** `name`: the mail's identity, or, where that could not be read, the provider's id. */
function keyOf({ address }: Mailbox, name: string): string {
  return JSON.stringify([address, name]);
}

function toldOf({ receivedAtMs, from, subject, internetMessageId }: Told) {
  return { received_at: iso(receivedAtMs), from, subject, internet_message_id: internetMessageId };
}

function setAsideFate({ subject, error }: SetAside): Fate & Pick<PlannedFiling, 'subject'> {
  return { ...noTicket, kind: 'set_aside', by: null, rule: null, reason: error.message, subject };
}

function typeOf({ decision }: MatchDecision): string {
  return decision.kind === 'new_ticket' ? decision.ticketType : '';
}

const iso = (ms: number): string => new Date(ms).toISOString();
const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);
