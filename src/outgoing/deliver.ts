import type { Config } from '../config/schema.ts';
import { IntegratorError, toErrorReport, toIntegratorError } from '../domain/errors.ts';
import type { Draft, FoundMail, MailSender, OutgoingFile, Tried } from '../mail/sender.ts';
import { audit } from '../store/audit.ts';
import { type ClaimedRow, claimOutboxRow, outboxRow, type OutboxRow, saveOutboxRow } from '../store/outbox.ts';
import type { Store } from '../store/store.ts';
import { type MailJob, mailJobSchema } from './mail-job.ts';
import { waitToSend } from './rate-limit.ts';
import { recordSent } from './record-sent.ts';

export interface DeliverDeps {
  readonly store: Store;
  readonly config: Config;
  readonly senderOf: (job: MailJob) => Promise<MailSender>;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Waits between looks for a mail of unknown fate; milliseconds. */
  readonly looksMs: readonly number[];
  /** After so long without a sign of life another process may take a row over; longer than any one request. */
  readonly leaseMs: number;
  /** Told before a wait for the mailbox's turn under `outgoing.max_per_minute`, with the epoch ms it lasts until. */
  readonly onWait?: ((mailbox: string, untilMs: number) => void) | undefined;
}

export const usualLooksMs: readonly number[] = [1_000, 3_000, 8_000, 15_000];
export const usualLeaseMs = 300_000;
const tryAgainMs = 60_000;

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
  const row = await deps.store.write((trx) => claimOutboxRow(trx, id, deps.now(), deps.leaseMs));
  if (row === null) return { state: 'elsewhere' };
  const job = mailJobSchema.parse(JSON.parse(row.payload_json));
  const delivery = new MailDelivery(row, job, deps, signal);
  try {
    return await delivery.run();
  } catch (thrown) {
    if (thrown instanceof TakenOver) return { state: 'elsewhere' };
    if (signal.aborted) throw thrown;
    return delivery.interrupted(toIntegratorError(thrown));
  }
}

/** Before the row is taken, so that nobody waits with a row in hand. What was spent before is only looked for. */
async function waitForTurn(id: number, deps: DeliverDeps, signal: AbortSignal): Promise<void> {
  const row = await outboxRow(deps.store.db, id);
  if (row === undefined || row.state === 'done') return;
  const { step, mailbox } = mailJobSchema.parse(JSON.parse(row.payload_json));
  if (step !== 'new') return;
  const mostPerMinute = deps.config.outgoing.max_per_minute;
  await waitToSend({ ...deps, mostPerMinute }, mailbox, signal);
}

class TakenOver extends Error {}

class MailDelivery {
  readonly #row: ClaimedRow;
  readonly #deps: DeliverDeps;
  readonly #signal: AbortSignal;
  #job: MailJob;

  constructor(row: ClaimedRow, job: MailJob, deps: DeliverDeps, signal: AbortSignal) {
    this.#row = row;
    this.#job = job;
    this.#deps = deps;
    this.#signal = signal;
  }

  async run(): Promise<Delivery> {
    const sender = await this.#deps.senderOf(this.#job);
    if (this.#job.step === 'submitting') return this.#resolve(sender);
    if (this.#row.attempts > 1) await this.#clearDrafts(sender);
    const made = await this.#makeDraft(sender);
    if (made.kind !== 'done') return this.#notSent(made);
    for (const file of this.#job.files) {
      const attached = await sender.attach(made.value, this.#open(file), this.#signal);
      if (attached.kind === 'done') continue;
      await this.#clearDrafts(sender);
      return this.#notSent(attached);
    }
    await this.#save('sending', { step: 'submitting', draft: keptDraft(made.value) }, null);
    return this.#spend(sender, made.value);
  }

  /** Nothing can have been sent before `submitting`; afterwards only looking tells. */
  async interrupted(error: IntegratorError): Promise<Delivery> {
    return this.#job.step === 'submitting' ? this.#unsure(error) : this.#notSent({ kind: 'unsure', error });
  }

  async #spend(sender: MailSender, draft: Draft): Promise<Delivery> {
    const sent = await sender.send(draft, this.#signal);
    if (sent.kind === 'done') return this.#done();
    // A draft that is not there any more was spent, by an attempt whose answer never came.
    if (sent.kind === 'unsure' || sent.error.kind === 'not_found') return this.#resolve(sender);
    await this.#clearDrafts(sender);
    return this.#notSent(sent);
  }

  /** Looks until the mail shows in Sent Items. A draft that lies in Drafts after all looks was not spent. */
  async #resolve(sender: MailSender): Promise<Delivery> {
    let found: readonly FoundMail[] = [];
    for (const waitMs of this.#deps.looksMs) {
      found = await this.#look(sender);
      if (found.some(({ isDraft }) => !isDraft)) return this.#done();
      await this.#deps.sleep(waitMs, this.#signal);
    }
    found = await this.#look(sender);
    if (found.some(({ isDraft }) => !isDraft)) return this.#done();
    const waiting = found.find(({ isDraft, place, id }) => isDraft && place === 'drafts' && id === this.#job.draft?.id);
    if (waiting !== undefined && this.#job.draft !== null) return this.#spendAgain(sender, this.#job.draft);
    return this.#unsure(
      new IntegratorError('unreachable', `it is not known whether ${quoted(this.#job.subject)} was sent`, {
        code: 'unsure',
        hint: this.#checkByHand(),
      }),
    );
  }

  async #spendAgain(sender: MailSender, draft: Draft): Promise<Delivery> {
    await this.#save('sending', {}, null);
    const sent = await sender.send(draft, this.#signal);
    if (sent.kind === 'done') return this.#done();
    if (sent.kind === 'unsure' || sent.error.kind === 'not_found') return this.#unsure(sent.error);
    await this.#clearDrafts(sender);
    return this.#notSent(sent);
  }

  async #look(sender: MailSender): Promise<readonly FoundMail[]> {
    const { mark, draft } = this.#job;
    const marked = await sender.find({ mark }, this.#signal);
    const internetMessageId = draft?.internetMessageId ?? null;
    if (internetMessageId === null || marked.some(({ isDraft }) => !isDraft)) return marked;
    return [...marked, ...(await sender.find({ internetMessageId }, this.#signal))];
  }

  async #makeDraft(sender: MailSender): Promise<Tried<Draft>> {
    const { mark, from, to, cc, bcc, subject, body, reply, headers = [] } = this.#job;
    if (reply === null) return sender.createDraft({ mark, from, to, cc, bcc, subject, body, headers }, this.#signal);
    const answer = { mark, from, to: reply.to, all: reply.all, html: body.content, cc, headers };
    return sender.createReply(answer, this.#signal);
  }

  /** Drafts of attempts before, and those that a refused send leaves behind. Sent mail is not touched. */
  async #clearDrafts(sender: MailSender): Promise<void> {
    for (const { id, isDraft, place } of await sender.find({ mark: this.#job.mark }, this.#signal)) {
      if (isDraft && place !== 'deleted') await sender.remove(id, this.#job.mark, this.#signal);
    }
  }

  async #done(): Promise<Delivery> {
    const { store, now, config } = this.#deps;
    const { ticketId, draft, mailbox, agent, unixUser, action } = this.#job;
    await store.write(async (trx) => {
      await this.#saveIn(trx, 'done', {}, null, draft?.internetMessageId ?? null);
      await recordSent(trx, this.#job, config, now());
      const actor = { kind: 'operator', unixUser } as const;
      const detail = { mailbox, agent, ticket: ticketId, outbox: this.#row.id };
      await audit(trx, actor, now(), { verb: 'mail.sent', object: ticketId ?? action, detail });
    });
    return { state: 'done' };
  }

  async #notSent({ error }: Exclude<Tried<unknown>, { kind: 'done' }>): Promise<Delivery> {
    const later = error.kind === 'throttled' || error.kind === 'unreachable' || error.kind === 'busy';
    const state = later ? 'pending' : 'dead';
    await this.#save(state, { step: 'new', draft: null }, error);
    return { state, error };
  }

  async #unsure(error: IntegratorError): Promise<Delivery> {
    await this.#save('unsure', {}, error);
    return { state: 'unsure', error };
  }

  async #save(state: OutboxRow['state'], change: Partial<MailJob>, error: IntegratorError | null): Promise<void> {
    await this.#deps.store.write((trx) => this.#saveIn(trx, state, change, error, undefined));
  }

  async #saveIn(
    ...[trx, state, change, error, ref]: [
      Parameters<typeof saveOutboxRow>[0],
      OutboxRow['state'],
      Partial<MailJob>,
      IntegratorError | null,
      string | null | undefined,
    ]
  ): Promise<void> {
    const job = { ...this.#job, ...change };
    const nowMs = this.#deps.now();
    const nextAtMs = error?.retryAtMs ?? nowMs + tryAgainMs;
    const report = error === null ? null : toErrorReport(error);
    const row = { state, payload: job, nextAtMs, error: report, ...(ref === undefined ? {} : { ref }) };
    if (!(await saveOutboxRow(trx, this.#row, row, nowMs))) throw new TakenOver();
    this.#job = job;
  }

  #open({ name, contentType, size, sha256 }: MailJob['files'][number]): OutgoingFile {
    return { name, contentType, size, bytes: () => this.#deps.store.files.read(sha256) };
  }

  #checkByHand(): string {
    const { mailbox, to, subject } = this.#job;
    const whom = to.map(({ address }) => address).join(', ');
    return `look into Sent Items and Drafts of ${mailbox} for ${quoted(subject)} to ${whom}: if it was sent, or will not be, "integrator outbox drop ${this.#row.id}"; "integrator outbox retry ${this.#row.id}" looks again and never sends twice`;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function keptDraft({ id, internetMessageId, conversationId, subject, to, cc }: Draft): NonNullable<MailJob['draft']> {
  return { id, internetMessageId, conversationId, subject, to: [...to], cc: [...cc] };
}
