import type { MatchDecision } from '../domain/decision.ts';
import type { Item } from '../store/items.ts';
import { openingTicketOf } from '../store/actions.ts';
import type { StoreWriter } from '../store/store.ts';
import { Decider } from './decider.ts';
import type { Deciding } from './deciding.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { detailsText, openTicket } from './open-ticket.ts';
import type { NamedMail } from './message-rows.ts';
import { planFiling } from './plan.ts';
import type { Filing } from './plan.ts';
import type { PageVariant, PlacedMail } from './page-variant.ts';

/** A filing whose ticket exists: what is left is to write it down. */
export type Settled =
  | Exclude<Filing, { kind: 'open' | 'skip' }>
  | { readonly kind: 'opened'; readonly ticketId: string; readonly filedBy: 'rule' };

export type Decided =
  | { readonly kind: 'skip'; readonly mail: PlacedMail; readonly decision: MatchDecision }
  /** A further copy of a mail that this mailbox has decided already. */
  | { readonly kind: 'again'; readonly mail: PlacedMail }
  | { readonly kind: 'new'; readonly mail: PlacedMail; readonly decision: MatchDecision; readonly filing: Settled }
  /** A copy from the other direction (sent, received), or a more trusted one, that decides what the first left open. */
  | {
      readonly kind: 'better';
      readonly mail: PlacedMail;
      readonly item: Item;
      readonly decision: MatchDecision;
      readonly filing: Settled;
    };

export interface PageToDecide {
  readonly mails: readonly PlacedMail[];
  /** By identity. */
  readonly variants: ReadonlyMap<string, PageVariant>;
  readonly sentItems: boolean;
  /** This mailbox's items, by message id. */
  readonly items: ReadonlyMap<number, Item>;
  readonly atMs: number;
}

/** Decides the mails of a page one after another, oldest first; tickets are opened on the way. */
export async function decidePage(trx: StoreWriter, context: MailboxContext, page: PageToDecide): Promise<Decided[]> {
  const decider = await Decider.load(trx, context, page.mails.map(decidingOf), page.sentItems);
  const settle = new Settler(trx, context, page);
  const decided: Decided[] = [];
  for (const mail of page.mails) {
    const variant = page.variants.get(mail.identity);
    const item = page.items.get(variant?.stored?.id ?? 0);
    if (mail !== variant?.best || (item !== undefined && !mayBetter(item, mail, page.sentItems))) {
      decided.push({ kind: 'again', mail });
      continue;
    }
    const deciding = decidingOf(mail);
    const decision = await decider.decide(deciding, page.sentItems);
    const filing = await settle.settle(mail, decision);
    if (filing !== null && 'ticketId' in filing) decider.filed(deciding, filing.ticketId, filing.kind === 'opened');
    decided.push(resultOf(mail, item, decision, filing));
  }
  return decided;
}

export function decidingOf({ facts, identity, messageKey, mail }: NamedMail): Deciding {
  return { facts, identity, messageKey, conversationId: mail.conversationId };
}

/**
 * Only a copy of the other direction, or any where the first was found forged, tells something new, and only while nobody
 * filed or dismissed the mail. One that is found forged itself tells nothing.
 */
function mayBetter(item: Item, mail: PlacedMail, sentItems: boolean): boolean {
  const untouched = item.filed_by === null && (item.state === 'inbox' || item.state === 'kept');
  return untouched && mail.trust !== 'failed' && ((item.sent === 1) !== sentItems || isCleared(item));
}

/** By a copy that is not found forged. */
function isCleared(item: Item): boolean {
  return item.reason === 'unverified_sender';
}

function resultOf(mail: PlacedMail, item: Item | undefined, decision: MatchDecision, filing: Settled | null): Decided {
  if (filing === null) return item === undefined ? { kind: 'skip', mail, decision } : { kind: 'again', mail };
  if (item === undefined) return { kind: 'new', mail, decision, filing };
  const decides = filing.kind !== 'hold' || (item.state === 'kept' && filing.state === 'inbox') || isCleared(item);
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
  async settle(mail: PlacedMail, decision: MatchDecision): Promise<Settled | null> {
    const filing = planFiling(decision.decision);
    if (filing.kind === 'skip') return null;
    if (filing.kind !== 'open') return filing;
    // The same mail in another mailbox opened a ticket already: it is one mail, so it is one ticket.
    const stored = this.#page.variants.get(mail.identity)?.stored ?? null;
    const before = stored === null ? null : await openingTicketOf(this.#trx, stored.id);
    if (before !== null) return { kind: 'file', ticketId: before, filedBy: 'rule' };
    return { kind: 'opened', ticketId: await this.#open(mail, filing.ticketType), filedBy: 'rule' };
  }

  async #open({ mail }: PlacedMail, type: string): Promise<string> {
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
