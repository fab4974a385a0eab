import { Decider } from '../filing/decider.ts';
import { mailboxContexts } from '../filing/mailbox-context.ts';
import type { MailboxContext } from '../filing/mailbox-context.ts';
import { fileAgain } from '../filing/waiting-replies.ts';
import { audit } from '../store/audit.ts';
import type { Item } from '../store/items.ts';
import { itemById } from '../store/inbox-list.ts';
import { rehearse } from '../store/rehearse.ts';
import type { StoreWriter } from '../store/store.ts';
import { requireAccess } from './access.ts';
import type { InboxDeps } from './deps.ts';
import { mailId } from './mail-id.ts';
import { readyToDecide, storedPages } from './stored-pages.ts';

export interface Applied {
  readonly id: string;
  readonly mailbox: string;
  readonly subject: string;
  readonly ticket: string;
  readonly rule: string;
}

export interface ApplyReport {
  readonly dry_run: boolean;
  /** Mail that waited and was looked at. */
  readonly looked_at: number;
  readonly filed: readonly Applied[];
}

export interface ApplyRequest {
  readonly sinceMs: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * Files what waits in My Inbox (and sent mail that was kept) and fits one of today's tickets. What a person took away
 * from a ticket, or dismissed, stays as it is; no ticket is opened. With `dryRun` each page is judged by what is stored now.
 */
export async function applyRules(deps: InboxDeps, request: ApplyRequest): Promise<ApplyReport> {
  await requireAccess(deps, { verb: 'rules.apply', command: 'rules.apply', object: 'rules' });
  const filed: Applied[] = [];
  let lookedAt = 0;
  for (const context of mailboxContexts(deps.config).values()) {
    for (const sent of [true, false]) {
      const asked = {
        mailbox: context.key.mailbox,
        sent,
        states: ['inbox', 'kept'] as const,
        sinceMs: request.sinceMs,
      };
      for await (const page of storedPages(deps.store.db, asked)) {
        request.signal.throwIfAborted();
        lookedAt += page.length;
        const ids = page.map(({ item }) => item.id);
        const work = (trx: StoreWriter) => applyPage(trx, deps, { context, sent, ids });
        filed.push(...(await (request.dryRun ? rehearse(deps.store, work) : deps.store.write(work))));
      }
    }
  }
  return { dry_run: request.dryRun, looked_at: lookedAt, filed };
}

interface PageToApply {
  readonly context: MailboxContext;
  readonly sent: boolean;
  readonly ids: readonly number[];
}

async function applyPage(trx: StoreWriter, deps: InboxDeps, { context, sent, ids }: PageToApply): Promise<Applied[]> {
  const page = await readyToDecide(trx, await stillWaiting(trx, ids));
  const decider = await Decider.load(
    trx,
    context,
    page.map((each) => each.deciding),
    sent,
  );
  const filed: Applied[] = [];
  const atMs = deps.now();
  for (const { item, mail, deciding } of page) {
    const decision = await decider.decide(deciding, sent);
    if (!(await fileAgain(trx, context, { item, mail, deciding, decision, atMs }))) continue;
    if (decision.decision.kind !== 'matched') continue;
    const { ticketId: ticket, rule } = decision.decision;
    decider.filed(deciding, ticket, false);
    const id = mailId(item.id);
    await audit(trx, deps.actor, atMs, {
      verb: 'rules.apply',
      object: id,
      detail: { ticket, rule, mailbox: item.mailbox },
    });
    filed.push({ id, mailbox: item.mailbox, subject: mail.subject, ticket, rule });
  }
  return filed;
}

/** Somebody may have filed one in between. */
async function stillWaiting(trx: StoreWriter, ids: readonly number[]): Promise<Item[]> {
  const items: Item[] = [];
  for (const id of ids) {
    const item = await itemById(trx, id);
    if (item?.state === 'inbox' || item?.state === 'kept') items.push(item);
  }
  return items;
}
