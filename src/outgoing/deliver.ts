import type { Config } from '../config/schema.ts';
import { messageKey } from '../domain/message-id.ts';
import { IntegratorError, toErrorReport, toIntegratorError } from '../domain/errors.ts';
import type { Draft, FoundMail, MailSender, OutgoingFile, Tried } from '../mail/sender.ts';
import { audit } from '../store/audit.ts';
import { type ClaimedRow, claimOutboxRow, outboxRow, type OutboxRow, saveOutboxRow } from '../store/outbox.ts';
import type { Presence, Whereabouts } from '../store/presence.ts';
import type { Store, StoreWriter } from '../store/store.ts';
import { draftAnswer } from './answered-mail.ts';
import { clearDrafts, diversion, keptDraft, lookFor } from './drafts.ts';
import { type MailJob, mailJobSchema } from './mail-job.ts';
import { type RateLimit, waitToSend } from './rate-limit.ts';
import { recordSent } from './record-sent.ts';
import { type Looks, lookForAccepted } from './sent-copy.ts';
import { givenUp, mayPass, mostAttempts, nextTryMs, unsureOf } from './try-again.ts';

export interface DeliverDeps extends Looks {
  readonly store: Store;
  readonly config: Config;
  readonly senderOf: (job: MailJob) => Promise<MailSender>;
  readonly now: () => number;
  /** After so long without a sign of life another process may take a row over; longer than any one request. */
  readonly leaseMs: number;
  /** Tells which deliverers still run, so that nobody waits for the lease of one that does not. */
  readonly presence?: Presence | undefined;
  /** Nobody waits for the outcome: what a sign-in or a changed configuration would mend is tried again later. */
  readonly patient?: boolean | undefined;
  /** Told before a wait for the mailbox's turn under `outgoing.max_per_minute`, with the epoch ms it lasts until. */
  readonly onWait?: ((mailbox: string, untilMs: number) => void) | undefined;
}

export const usualLooksMs: readonly number[] = [1_000, 3_000, 8_000, 15_000];
export const usualLeaseMs = 300_000;

export type Delivery =
  | { readonly state: 'done' }
  /** It has not been sent; a later attempt may help, or (dead) a person must. */
  | { readonly state: 'pending' | 'dead'; readonly error: IntegratorError }
  | { readonly state: 'unsure'; readonly error: IntegratorError }
  /** Another process has it, or it is gone. */
  | { readonly state: 'elsewhere' };

/**
 * Brings one mail of the outbox as far as it comes. The draft is the token: it is written down before it is spent, and
 * from then on the mail is only looked for, or that very draft spent again while it still lies in Drafts. Stopped at
 * any instant and called again, it sends the mail once.
 */
export async function deliverMail(id: number, deps: DeliverDeps, signal: AbortSignal): Promise<Delivery> {
  await waitForTurn(id, deps, signal);
  const heldBy = deps.presence?.name() ?? null;
  const claim = { nowMs: deps.now(), leaseMs: deps.leaseMs, heldBy, whereabouts: whereaboutsFor(deps) };
  const row = await deps.store.write((trx) => claimOutboxRow(trx, id, claim));
  if (row === null) return { state: 'elsewhere' };
  const job = mailJobSchema.parse(JSON.parse(row.payload_json));
  const delivery = new MailDelivery(row, job, deps, signal);
  try {
    return await delivery.run().catch((thrown: unknown) => {
      if (thrown instanceof TakenOver) throw thrown;
      if (signal.aborted) return delivery.stopped(thrown);
      return delivery.interrupted(toIntegratorError(thrown));
    });
  } catch (thrown) {
    if (thrown instanceof TakenOver) return delivery.leave();
    throw thrown;
  }
}

export function whereaboutsFor({ presence }: Pick<DeliverDeps, 'presence'>): (name: string) => Whereabouts {
  return (name) => presence?.of(name) ?? 'unknown';
}

/** Before the row is taken, so that nobody waits with a row in hand. What was spent before is only looked for. */
async function waitForTurn(id: number, deps: DeliverDeps, signal: AbortSignal): Promise<void> {
  const row = await outboxRow(deps.store.db, id);
  if (row === undefined || row.state === 'done') return;
  const { step, mailbox } = mailJobSchema.parse(JSON.parse(row.payload_json));
  if (step !== 'new') return;
  await waitToSend(limitOf(deps), mailbox, signal);
}

function limitOf(deps: DeliverDeps): RateLimit {
  return { ...deps, mostPerMinute: deps.config.outgoing.max_per_minute };
}

/** One of our own errors: a store wraps all others. */
class TakenOver extends IntegratorError {
  constructor() {
    super('busy', 'another process has taken this mail over');
  }
}

interface Standing {
  readonly state: OutboxRow['state'];
  readonly job: Partial<MailJob>;
  readonly error: IntegratorError | null;
  readonly nextAtMs?: number | null;
  readonly ref?: string | null;
}

class MailDelivery {
  readonly #row: ClaimedRow;
  readonly #deps: DeliverDeps;
  readonly #signal: AbortSignal;
  #job: MailJob;
  /** Where this attempt may have left a draft. */
  #making: { readonly sender: MailSender; readonly draft: Draft | null } | null = null;

  constructor(row: ClaimedRow, job: MailJob, deps: DeliverDeps, signal: AbortSignal) {
    this.#row = row;
    this.#job = job;
    this.#deps = deps;
    this.#signal = signal;
  }

  async run(): Promise<Delivery> {
    const sender = await this.#deps.senderOf(this.#job);
    if (this.#job.step === 'submitting') return this.#resolve(sender);
    if (this.#row.attempts > 1) {
      const { sent } = await clearDrafts(sender, this.#job.mark, this.#signal);
      if (sent !== null) return this.#found(sent);
    }
    const made = await this.#prepare(sender);
    if (made.kind !== 'done') return this.#notSent(made);
    await this.#save('sending', { step: 'submitting', draft: keptDraft(made.value) }, null);
    return this.#spend(sender, made.value, { doubtful: false });
  }

  /** Nothing can have been sent before `submitting`; afterwards only looking tells. */
  async interrupted(error: IntegratorError): Promise<Delivery> {
    return this.#job.step === 'submitting' ? this.#unsure(error) : this.#notSent({ kind: 'unsure', error });
  }

  /** Asked to stop: whoever comes next may take it up at once. Throws where nothing can have been sent. */
  async stopped(thrown: unknown): Promise<Delivery> {
    const nowMs = this.#deps.now();
    if (this.#job.step === 'submitting') return this.#unsure(thrown instanceof IntegratorError ? thrown : null, nowMs);
    await this.#save('pending', {}, toIntegratorError(thrown), nowMs);
    throw thrown;
  }

  /** Somebody else has the mail, and drafts of their own: only the one that nobody else knows of goes. */
  async leave(): Promise<Delivery> {
    const { step, mark } = this.#job;
    const { sender, draft } = this.#making ?? {};
    if (step === 'new' && draft) await sender?.remove(draft.id, mark, this.#signal).catch(() => undefined);
    return { state: 'elsewhere' };
  }

  /** The draft, with its attachments. */
  async #prepare(sender: MailSender): Promise<Tried<Draft>> {
    this.#making = { sender, draft: null };
    const made = await this.#makeDraft(sender);
    // A draft that was refused is not there; one for a reply is made in several steps.
    if (made.kind === 'refused' && this.#job.reply === null) this.#making = null;
    if (made.kind !== 'done') return made;
    this.#making = { sender, draft: made.value };
    const error = diversion(this.#job, made.value);
    if (error !== null) return { kind: 'refused', error };
    for (const file of this.#job.files) {
      const attached = await sender.attach(made.value, this.#open(file), this.#signal);
      if (attached.kind !== 'done') return attached;
    }
    return made;
  }

  /** `doubtful`: an earlier send of this very draft may still be carried out. */
  async #spend(sender: MailSender, draft: Draft, { doubtful }: { readonly doubtful: boolean }): Promise<Delivery> {
    const sent = await sender.send(draft, this.#signal);
    if (sent.kind === 'done') return this.#accepted(sender);
    // A draft that is not there any more was spent, by an attempt whose answer never came.
    if (sent.kind === 'unsure' || sent.error.kind === 'not_found') {
      return doubtful ? this.#unsure(sent.error) : this.#resolve(sender, sent.error);
    }
    return doubtful ? this.#takeBack(sender, draft, sent.error) : this.#notSent(sent);
  }

  /** Services have been seen to accept a mail and to leave it where it was. */
  async #accepted(sender: MailSender): Promise<Delivery> {
    const seen = await lookForAccepted(sender, this.#job, this.#deps, this.#signal);
    if (seen.kind === 'sent') return this.#done(seen.internetMessageId);
    return this.#unsure(new IntegratorError('protocol', 'the service accepted it, but it still lies in Drafts'));
  }

  /** Looks until the mail shows in Sent Items. A draft that lies in Drafts after all looks was not spent. */
  async #resolve(sender: MailSender, because: IntegratorError | null = null): Promise<Delivery> {
    let found: readonly FoundMail[] = [];
    for (const waitMs of [...this.#deps.looksMs, null]) {
      found = await lookFor(sender, this.#job, this.#signal);
      const sent = found.find(({ isDraft }) => !isDraft);
      if (sent !== undefined) return this.#found(sent);
      if (waitMs !== null) await this.#deps.sleep(waitMs, this.#signal);
    }
    const waiting = found.find(({ isDraft, place, id }) => isDraft && place === 'drafts' && id === this.#job.draft?.id);
    if (waiting !== undefined && this.#job.draft !== null) return this.#spendAgain(sender, this.#job.draft);
    return this.#unsure(because);
  }

  async #spendAgain(sender: MailSender, draft: Draft): Promise<Delivery> {
    await waitToSend(limitOf(this.#deps), this.#job.mailbox, this.#signal);
    await this.#save('sending', {}, null);
    return this.#spend(sender, draft, { doubtful: true });
  }

  /** Only a draft that is seen to lie in Deleted Items can no longer be spent by the send before. */
  async #takeBack(sender: MailSender, draft: Draft, refused: IntegratorError): Promise<Delivery> {
    const { removed } = await clearDrafts(sender, this.#job.mark, this.#signal);
    const found = await lookFor(sender, this.#job, this.#signal);
    const sent = found.find(({ isDraft }) => !isDraft);
    if (sent !== undefined) return this.#found(sent);
    const isDeleted = found.some(
      ({ place, internetMessageId }) => place === 'deleted' && internetMessageId === draft.internetMessageId,
    );
    return removed.has(draft.id) && isDeleted
      ? this.#notSent({ kind: 'refused', error: refused })
      : this.#unsure(refused);
  }

  async #makeDraft(sender: MailSender): Promise<Tried<Draft>> {
    const { mark, from, to, cc, bcc, subject, body, reply, headers = [] } = this.#job;
    if (reply !== null) return draftAnswer(sender, { ...this.#job, reply }, this.#signal);
    return sender.createDraft({ mark, from, to, cc, bcc, subject, body, headers }, this.#signal);
  }

  /** What a failure left in Drafts; the next attempt would clear it too. Gives the copy of a mail that was sent after all. */
  async #tidy(): Promise<FoundMail | null> {
    if (this.#making === null) return null;
    // Throws where somebody took the mail over, who has drafts of their own there.
    await this.#save('sending', {}, null);
    const cleared = await clearDrafts(this.#making.sender, this.#job.mark, this.#signal).catch(() => null);
    return cleared?.sent ?? null;
  }

  #found({ id, internetMessageId, conversationId }: FoundMail): Promise<Delivery> {
    const { subject } = this.#job;
    const draft = this.#job.draft ?? { id, internetMessageId, conversationId, subject, to: [], cc: [] };
    this.#job = { ...this.#job, draft };
    return this.#done(internetMessageId);
  }

  /** `foundId`: the message id of the copy, where the draft had none yet. */
  async #done(foundId: string | null = null): Promise<Delivery> {
    const { store, now, config } = this.#deps;
    const { ticketId, draft, mailbox, agent, unixUser, action } = this.#job;
    const internetMessageId = draft?.internetMessageId ?? foundId;
    const sent = draft === null ? {} : { draft: { ...draft, internetMessageId } };
    await store.write(async (trx) => {
      await this.#saveIn(trx, { state: 'done', job: sent, error: null, ref: internetMessageId });
      await recordSent(trx, this.#job, config, now());
      const actor = { kind: 'operator', unixUser } as const;
      const detail = { mailbox, agent, ticket: ticketId, outbox: this.#row.id };
      await audit(trx, actor, now(), { verb: 'mail.sent', object: ticketId ?? action, detail });
    });
    return { state: 'done' };
  }

  async #notSent({ error }: Exclude<Tried<unknown>, { kind: 'done' }>): Promise<Delivery> {
    const sent = await this.#tidy();
    if (sent !== null) return this.#found(sent);
    const { id, attempts } = this.#row;
    const passing = mayPass(error, this.#deps.patient === true);
    const state = passing && attempts < mostAttempts ? 'pending' : 'dead';
    const told = passing && state === 'dead' ? givenUp(id, attempts, error) : error;
    await this.#save(state, { step: 'new', draft: null }, told);
    return { state, error: told };
  }

  async #unsure(because: IntegratorError | null, nextAtMs?: number): Promise<Delivery> {
    const error = unsureOf(this.#row.id, this.#job, because);
    await this.#save('unsure', {}, error, nextAtMs);
    return { state: 'unsure', error };
  }

  async #save(
    state: OutboxRow['state'],
    job: Partial<MailJob>,
    error: IntegratorError | null,
    nextAtMs: number | null = error?.retryAtMs ?? null,
  ): Promise<void> {
    await this.#deps.store.write((trx) => this.#saveIn(trx, { state, job, error, nextAtMs }));
  }

  async #saveIn(trx: StoreWriter, { state, job, error, nextAtMs, ref }: Standing): Promise<void> {
    const changed = { ...this.#job, ...job };
    const nowMs = this.#deps.now();
    const change = {
      state,
      payload: changed,
      nextAtMs: nextAtMs ?? nextTryMs(this.#row.attempts, nowMs),
      messageKey: messageKey(changed.draft?.internetMessageId ?? null),
      error: error === null ? null : toErrorReport(error),
      ...(ref === undefined ? {} : { ref }),
    };
    if (!(await saveOutboxRow(trx, this.#row, change, nowMs))) throw new TakenOver();
    this.#job = changed;
  }

  #open({ name, contentType, size, sha256 }: MailJob['files'][number]): OutgoingFile {
    return { name, contentType, size, bytes: () => this.#deps.store.files.read(sha256) };
  }
}
