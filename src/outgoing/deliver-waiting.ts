import pLimit from 'p-limit';
import { toIntegratorError } from '../domain/errors.ts';
import { isInHand, type OutboxRow, waitingOutboxRows } from '../store/outbox.ts';
import { type DeliverDeps, type Delivery, deliverMail, whereaboutsFor } from './deliver.ts';
import { mailJobSchema, mailKind } from './mail-job.ts';
import { failsForAll, mostAttempts } from './try-again.ts';

export interface WaitingOptions {
  /** Mailboxes that send at a time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Only mail that goes out through this connection, or from this mailbox. */
  readonly connection?: string | undefined;
  readonly mailbox?: string | undefined;
  /** Told of every mail that was tried. */
  readonly onDelivery?: ((outcome: WaitingOutcome) => void) | undefined;
}

export interface WaitingOutcome {
  /** The number in the outbox. */
  readonly id: number;
  readonly mailbox: string;
  readonly delivery: Exclude<Delivery, { state: 'elsewhere' }>;
}

/** How many mails came to stand so in this round. */
export type WaitingCounts = Record<WaitingOutcome['delivery']['state'], number>;

interface WaitingMail {
  readonly id: number;
  readonly connection: string;
  readonly mailbox: string;
}

/**
 * Takes up the mail of the outbox that waits: what is due again, what a process that is gone had in hand, and, to look
 * for it again, what is unsure. Mailboxes go side by side, the mail of one in order; what fails stops nothing else.
 */
export async function deliverWaiting(deps: DeliverDeps, options: WaitingOptions): Promise<WaitingCounts> {
  const counts: WaitingCounts = { done: 0, pending: 0, unsure: 0, dead: 0 };
  const { connection, mailbox } = options;
  const mails = (await waitingMails(deps)).filter(
    (mail) =>
      (connection === undefined || mail.connection === connection) &&
      (mailbox === undefined || mail.mailbox === mailbox),
  );
  const limit = pLimit(options.concurrency);
  const told = (outcome: WaitingOutcome): void => {
    counts[outcome.delivery.state] += 1;
    options.onDelivery?.(outcome);
  };
  const mailboxes = new Set(mails.map((mail) => mail.mailbox));
  await Promise.all(
    [...mailboxes].map((each) =>
      limit(() =>
        deliverInOrder(
          mails.filter((mail) => mail.mailbox === each),
          deps,
          { signal: options.signal, told },
        ),
      ),
    ),
  );
  return counts;
}

async function waitingMails(deps: DeliverDeps): Promise<WaitingMail[]> {
  const rows = await waitingOutboxRows(deps.store.db, mailKind, deps.now());
  return rows.filter((row) => isFree(row, deps)).flatMap(waitingMail);
}

/** A row that cannot be read, by an older version after a newer one, is left as it is. */
function waitingMail({ id, payload_json: payload }: OutboxRow): WaitingMail[] {
  const job = mailJobSchema.safeParse(JSON.parse(payload));
  return job.success ? [{ id, connection: job.data.connection, mailbox: job.data.mailbox }] : [];
}

function isFree(row: OutboxRow, deps: DeliverDeps): boolean {
  const { leaseMs } = deps;
  const nowMs = deps.now();
  switch (row.state) {
    case 'sending':
      return !isInHand(row, { nowMs, leaseMs, whereabouts: whereaboutsFor(deps) });
    case 'pending':
      // Whoever put it there is about to deliver it.
      if (row.held_by === null) return row.attempts > 0 || row.created_at <= nowMs - leaseMs;
      return !isInHand(row, { nowMs, leaseMs, whereabouts: whereaboutsFor(deps) });
    case 'unsure':
      return row.attempts < mostAttempts;
    case 'done':
    case 'dead':
      return false;
  }
}

async function deliverInOrder(
  mails: readonly WaitingMail[],
  deps: DeliverDeps,
  { signal, told }: { readonly signal: AbortSignal; readonly told: (outcome: WaitingOutcome) => void },
): Promise<void> {
  for (const { id, mailbox } of mails) {
    if (signal.aborted) return;
    const delivery = await deliverMail(id, { ...deps, patient: true }, signal).catch((thrown: unknown) =>
      signal.aborted ? null : ({ state: 'pending', error: toIntegratorError(thrown) } as const),
    );
    if (delivery === null) return;
    if (delivery.state === 'elsewhere') continue;
    told({ id, mailbox, delivery });
    if ('error' in delivery && failsForAll(delivery.error)) return;
  }
}
