import type { MatchDecision } from '../domain/decision.ts';
import type { Item } from '../store/items.ts';
import { openingTicketOf } from '../store/actions.ts';
import type { StoreWriter } from '../store/store.ts';
import { Decider } from './decider.ts';
import type { Deciding } from './deciding.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { detailsText, openTicket } from './open-ticket.ts';
import { planFiling } from './plan.ts';
import type { Filing } from './plan.ts';
import type { PreparedMail } from './prepared-mail.ts';

/** A filing whose ticket exists: what is left is to write it down. */
export type Settled =
  | Exclude<Filing, { kind: 'open' | 'skip' }>
  | { readonly kind: 'opened'; readonly ticketId: string; readonly filedBy: 'rule' };

export type Decided =
  | { readonly kind: 'skip'; readonly mail: PreparedMail }
  /** A further copy of a mail that this mailbox has decided already. */
  | { readonly kind: 'again'; readonly mail: PreparedMail }
  | { readonly kind: 'new'; readonly mail: PreparedMail; readonly decision: MatchDecision; readonly filing: Settled }
  /** A copy from the other direction (sent, received) that decides what the first copy left open. */
  | {
      readonly kind: 'better';
      readonly mail: PreparedMail;
      readonly item: Item;
      readonly decision: MatchDecision;
      readonly filing: Settled;
    };

export interface PageToDecide {
  readonly mails: readonly PreparedMail[];
  readonly sentItems: boolean;
  /** Identity → message id of mail that is stored. */
  readonly stored: ReadonlyMap<string, number>;
  /** This mailbox's items, by message id. */
  readonly items: ReadonlyMap<number, Item>;
  readonly atMs: number;
}

/** Decides the mails of a page one after another, oldest first; tickets are opened on the way. */
export async function decidePage(trx: StoreWriter, context: MailboxContext, page: PageToDecide): Promise<Decided[]> {
  const decider = await Decider.load(trx, context, page.mails.map(decidingOf), page.sentItems);
  const settle = new Settler(trx, context, page);
  const seen = new Set<string>();
  const decided: Decided[] = [];
  for (const mail of page.mails) {
    const item = page.items.get(page.stored.get(mail.identity) ?? 0);
    if (seen.has(mail.identity) || (item !== undefined && !mayBetter(item, page.sentItems))) {
      decided.push({ kind: 'again', mail });
      continue;
    }
    seen.add(mail.identity);
    const deciding = decidingOf(mail);
    const decision = await decider.decide(deciding, page.sentItems);
    const filing = await settle.settle(mail, decision);
    if (filing !== null && 'ticketId' in filing) decider.filed(deciding, filing.ticketId, filing.kind === 'opened');
    decided.push(resultOf(mail, item, decision, filing));
  }
  return decided;
}

export function decidingOf({ facts, identity, messageKey, mail }: PreparedMail): Deciding {
  return { facts, identity, messageKey, conversationId: mail.conversationId };
}

/** Only a copy of the other direction tells something new, and only while nobody filed or dismissed the mail. */
function mayBetter(item: Item, sentItems: boolean): boolean {
  const untouched = item.filed_by === null && (item.state === 'inbox' || item.state === 'kept');
  return untouched && (item.sent === 1) !== sentItems;
}

function resultOf(
  mail: PreparedMail,
  item: Item | undefined,
  decision: MatchDecision,
  filing: Settled | null,
): Decided {
  if (filing === null) return item === undefined ? { kind: 'skip', mail } : { kind: 'again', mail };
  if (item === undefined) return { kind: 'new', mail, decision, filing };
  const decides = filing.kind !== 'hold' || (item.state === 'kept' && filing.state === 'inbox');
  return decides ? { kind: 'better', mail, item, decision, filing } : { kind: 'again', mail };
}

/** Turns a decision into a filing whose ticket exists. */
class Settler {
  readonly #trx: StoreWriter;
  readonly #context: MailboxContext;
  readonly #page: PageToDecide;

  constructor(trx: StoreWriter, context: MailboxContext, page: PageToDecide) {
    this.#trx = trx;
    this.#context = context;
    this.#page = page;
  }

  /** null: not to be stored at all. */
  async settle(mail: PreparedMail, decision: MatchDecision): Promise<Settled | null> {
    const filing = planFiling(decision.decision);
    if (filing.kind === 'skip') return null;
    if (filing.kind !== 'open') return filing;
    // The same mail in another mailbox opened a ticket already: it is one mail, so it is one ticket.
    const stored = this.#page.stored.get(mail.identity);
    const before = stored === undefined ? null : await openingTicketOf(this.#trx, stored);
    if (before !== null) return { kind: 'file', ticketId: before, filedBy: 'rule' };
    return { kind: 'opened', ticketId: await this.#open(mail, filing.ticketType), filedBy: 'rule' };
  }

  async #open({ mail }: PreparedMail, type: string): Promise<string> {
    return openTicket(this.#trx, {
      use: this.#context.rules.use,
      type,
      subject: mail.subject,
      details: await detailsText(mail.body),
      from: mail.from,
      ownDomains: this.#context.rules.ownDomains,
      atMs: this.#page.atMs,
    });
  }
}
