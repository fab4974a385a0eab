import type { MatchDecision } from '../domain/decision.ts';
import { waitingReplies } from '../store/items.ts';
import type { Item } from '../store/items.ts';
import { inSavepoint } from '../store/savepoint.ts';
import { isTroubleOfStore, storeError } from '../store/store-error.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { storedEnvelopes } from '../store/stored-mails.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';
import { Decider } from './decider.ts';
import { decidingStored } from './deciding.ts';
import type { Deciding } from './deciding.ts';
import { fileItem } from './file-item.ts';
import type { MailboxContext } from './mailbox-context.ts';
import { decisionJson } from './decision-json.ts';

/** An answer that waited and is filed now. */
export interface SettledReply {
  readonly item: Item;
  readonly mail: StoredEnvelope;
  readonly decision: MatchDecision;
}

/** A chain of answers is followed this far at once; a longer one goes on with the next mail of the thread. */
const longestChain = 50;

/**
 * Mail that waits because what it answers was on no ticket yet is decided again once it is: a first import lists the
 * newest mail first, so answers often come before what they answer. Only this mailbox's mail is touched.
 */
export async function settleWaitingReplies(
  trx: StoreWriter,
  context: MailboxContext,
  filedKeys: readonly string[],
  atMs: number,
): Promise<SettledReply[]> {
  const settled: SettledReply[] = [];
  if (!context.rules.matchReplies) return settled;
  let keys = filedKeys;
  for (let round = 0; round < longestChain && keys.length > 0; round += 1) {
    const filed = await settleOnce(trx, context, keys, atMs);
    settled.push(...filed);
    keys = filed.flatMap(({ mail }) => mail.messageKey ?? []);
  }
  return settled;
}

async function settleOnce(
  trx: StoreWriter,
  context: MailboxContext,
  keys: readonly string[],
  atMs: number,
): Promise<SettledReply[]> {
  const items = await waitingReplies(trx, context.key.mailbox, keys);
  const ids = items.map((item) => item.message_id);
  const mails = await storedEnvelopes(trx, ids);
  const filed: SettledReply[] = [];
  for (const item of items) {
    const mail = mails.get(item.message_id);
    const decision = mail === undefined ? null : await settleOne(trx, context, { item, mail, atMs });
    if (mail !== undefined && decision !== null) filed.push({ item, mail, decision });
  }
  return filed;
}

/** null: it cannot be filed and goes on waiting in My Inbox; the mail that has just come is not to blame. */
async function settleOne(
  trx: StoreWriter,
  context: MailboxContext,
  waiting: Pick<DecidedAgain, 'item' | 'mail' | 'atMs'>,
): Promise<MatchDecision | null> {
  try {
    return await inSavepoint(trx, async () => {
      const again = await decideStored(trx, context, waiting.mail, waiting.item.sent === 1);
      return (await fileAgain(trx, context, { ...waiting, ...again })) ? again.decision : null;
    });
  } catch (thrown) {
    const error = storeError(thrown);
    if (isTroubleOfStore(error)) throw error;
    return null;
  }
}

/** Decides one stored mail by today's tickets; writes nothing. */
export async function decideStored(
  trx: StoreReader | StoreWriter,
  context: MailboxContext,
  mail: StoredEnvelope,
  sent: boolean,
): Promise<{ readonly deciding: Deciding; readonly decision: MatchDecision }> {
  const deciding = decidingStored(mail);
  const decider = await Decider.load(trx, context, [deciding], sent);
  return { deciding, decision: await decider.decide(deciding, sent) };
}

interface DecidedAgain {
  readonly item: Item;
  readonly mail: StoredEnvelope;
  readonly deciding: Deciding;
  readonly decision: MatchDecision;
  readonly atMs: number;
}

/** Files a waiting item where its new decision says so; false where it goes on waiting. */
export async function fileAgain(trx: StoreWriter, context: MailboxContext, again: DecidedAgain): Promise<boolean> {
  const { item, mail, deciding, decision, atMs } = again;
  if (decision.decision.kind !== 'matched') return false;
  const { ticketId, rule } = decision.decision;
  await fileItem(trx, context, {
    item,
    mail,
    facts: deciding.facts,
    ticketId,
    opening: false,
    hideChain: context.hideChain,
    filedBy: rule === 'reply' ? 'thread' : 'rule',
    atMs,
    decisionJson: decisionJson(decision, ticketId),
  });
  return true;
}
