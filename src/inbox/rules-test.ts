import type { Config } from '../config/schema.ts';
import type { Decision, MatchDecision } from '../domain/decision.ts';
import type { Person } from '../domain/message.ts';
import { Decider } from '../filing/decider.ts';
import { mailboxContexts } from '../filing/mailbox-context.ts';
import type { MailboxContext } from '../filing/mailbox-context.ts';
import { storedMailboxes } from '../store/item-pages.ts';
import type { ItemState } from '../store/schema.ts';
import { closedAmong } from '../store/ticket-states.ts';
import { requireAccess } from './access.ts';
import type { InboxDeps } from './deps.ts';
import { mailId } from './mail-id.ts';
import { storedPages } from './stored-pages.ts';
import type { StoredItem } from './stored-pages.ts';

/** What would change for a mail. */
export type DifferenceKind = 'newly_matched' | 'moved' | 'stopped' | 'would_open' | 'would_ignore';

export interface Difference {
  readonly id: string;
  readonly mailbox: string;
  readonly from: Person | null;
  readonly subject: string;
  readonly before: string;
  readonly after: string;
  readonly because: string;
}

export interface RulesReport {
  /** Mails that were decided again. */
  readonly decided: number;
  readonly counts: Readonly<Record<DifferenceKind | 'unchanged', number>>;
  /** Left alone, with the reason. */
  readonly not_judged: {
    /** A person filed or dismissed them; rules never touch that. */
    readonly by_people: number;
    /** They are on tickets that are closed by now: no rule would match them. */
    readonly on_closed_tickets: number;
    /** Of mailboxes that the configuration does not have. */
    readonly not_configured: number;
  };
  readonly examples: Readonly<Record<DifferenceKind, readonly Difference[]>>;
}

export interface TestRequest {
  /** The configuration to try; null: today's tickets under the present one. */
  readonly other: Config | null;
  readonly sinceMs: number;
  /** So many of each kind. */
  readonly examples: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (decided: number) => void;
}

const kinds: readonly DifferenceKind[] = ['newly_matched', 'moved', 'stopped', 'would_open', 'would_ignore'];

/**
 * Decides stored mail again and says what would be different; writes nothing. With another configuration both are asked
 * about today's tickets, so that every difference is the rules' doing; without, it is what `rules apply` would file.
 */
export async function testRules(deps: InboxDeps, request: TestRequest): Promise<RulesReport> {
  await requireAccess(deps, { verb: 'rules.apply', command: 'rules.test', object: 'rules' });
  const trial = new Trial(deps, request);
  const present = mailboxContexts(deps.config);
  const other = request.other === null ? present : mailboxContexts(request.other);
  for (const mailbox of await storedMailboxes(deps.store.db)) {
    const [before, after] = [present.get(mailbox), other.get(mailbox)];
    for (const sent of [true, false]) await trial.judgeMailbox(mailbox, sent, before, after);
  }
  return trial.report();
}

/** What rules may decide; without another configuration only what waits, as `rules apply` does. */
const everything: readonly ItemState[] = ['inbox', 'kept', 'filed', 'ignored', 'dismissed'];
const waitingOnly: readonly ItemState[] = ['inbox', 'kept'];

class Trial {
  readonly #deps: InboxDeps;
  readonly #request: TestRequest;
  readonly #counts: Record<DifferenceKind | 'unchanged', number> = {
    newly_matched: 0,
    moved: 0,
    stopped: 0,
    would_open: 0,
    would_ignore: 0,
    unchanged: 0,
  };
  readonly #examples: Record<DifferenceKind, Difference[]> = {
    newly_matched: [],
    moved: [],
    stopped: [],
    would_open: [],
    would_ignore: [],
  };
  readonly #notJudged = { by_people: 0, on_closed_tickets: 0, not_configured: 0 };
  #decided = 0;

  constructor(deps: InboxDeps, request: TestRequest) {
    this.#deps = deps;
    this.#request = request;
  }

  async judgeMailbox(
    mailbox: string,
    sent: boolean,
    before: MailboxContext | undefined,
    after: MailboxContext | undefined,
  ): Promise<void> {
    const { db } = this.#deps.store;
    const { other, sinceMs, signal, onProgress } = this.#request;
    const states = other === null ? waitingOnly : everything;
    for await (const page of storedPages(db, { mailbox, sent, states, sinceMs })) {
      signal.throwIfAborted();
      if (before === undefined || after === undefined) {
        this.#notJudged.not_configured += page.length;
        continue;
      }
      await this.#judgePage(await this.#judged(page), { sent, before, after });
      onProgress?.(this.#decided);
    }
  }

  async #judged(page: readonly StoredItem[]): Promise<StoredItem[]> {
    const tickets = page.flatMap(({ item }) => item.ticket_id ?? []);
    const closed = await closedAmong(this.#deps.store.db, tickets);
    return page.filter(({ item }) => {
      const byRule = item.filed_by === null || item.filed_by === 'rule' || item.filed_by === 'thread';
      if (!byRule) this.#notJudged.by_people += 1;
      else if (item.ticket_id !== null && closed.has(item.ticket_id)) this.#notJudged.on_closed_tickets += 1;
      else return true;
      return false;
    });
  }

  async #judgePage(
    page: readonly StoredItem[],
    {
      sent,
      before,
      after,
    }: { readonly sent: boolean; readonly before: MailboxContext; readonly after: MailboxContext },
  ): Promise<void> {
    const { db } = this.#deps.store;
    const mails = page.map((each) => each.deciding);
    const now = this.#request.other === null ? null : await Decider.load(db, before, mails, sent);
    const then = await Decider.load(db, after, mails, sent);
    for (const each of page) {
      const was = now === null ? waits(sent) : (await now.decide(each.deciding, sent)).decision;
      this.#note(each, was, await then.decide(each.deciding, sent));
    }
  }

  #note({ item, mail }: StoredItem, was: Decision, will: MatchDecision): void {
    this.#decided += 1;
    const kind = differenceOf(was, will.decision);
    this.#counts[kind ?? 'unchanged'] += 1;
    if (kind === null || this.#examples[kind].length >= this.#request.examples) return;
    this.#examples[kind].push({
      id: mailId(item.id),
      mailbox: item.mailbox,
      from: mail.from,
      subject: mail.subject,
      before: inShort(was),
      after: inShort(will.decision),
      because: becauseOf(will),
    });
  }

  report(): RulesReport {
    return { decided: this.#decided, counts: this.#counts, not_judged: this.#notJudged, examples: this.#examples };
  }
}

export { kinds as differenceKinds };

function waits(sent: boolean): Decision {
  return sent ? { kind: 'kept', reason: 'unmatched' } : { kind: 'inbox', reason: 'unmatched' };
}

function differenceOf(was: Decision, will: Decision): DifferenceKind | null {
  if (will.kind === 'matched') {
    if (was.kind !== 'matched') return 'newly_matched';
    return was.ticketId === will.ticketId ? null : 'moved';
  }
  if (was.kind === will.kind) return null;
  if (will.kind === 'new_ticket') return 'would_open';
  if (was.kind === 'matched') return 'stopped';
  return will.kind === 'ignored' ? 'would_ignore' : null;
}

/** OPP-12, or what became of it instead. */
function inShort(decision: Decision): string {
  switch (decision.kind) {
    case 'matched':
      return decision.ticketId;
    case 'new_ticket':
      return `a new ticket of type ${decision.ticketType}`;
    case 'inbox':
    case 'kept':
    case 'ignored':
      return `${decision.kind}: ${decision.reason}`;
  }
}

/** What decided: the accepted candidate's reason, else the last step's sentence. */
function becauseOf({ decision, steps }: MatchDecision): string {
  const ticket = decision.kind === 'matched' ? decision.ticketId : null;
  const accepted = steps.flatMap((step) => step.candidates).find((each) => each.accepted && each.ticket === ticket);
  return accepted?.because ?? steps.at(-1)?.outcome ?? '';
}
