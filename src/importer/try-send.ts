import { randomUUID } from 'node:crypto';
import { IntegratorError } from '../domain/errors.ts';
import type { FoundMail, MailSender, Tried } from '../mail/sender.ts';
import type { SendAs } from './test-mailboxes.ts';

export interface TrySendDeps {
  readonly sender: MailSender;
  /** Waits between looks for the copies; milliseconds. */
  readonly waitsMs: readonly number[];
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Together about a minute: copies come late when the service is busy. */
export const usualWaitsMs: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

const subject = 'integrator test mail (removed by itself)';
const text =
  'Sent by "integrator test-mailboxes --send" from this mailbox to itself. It is removed again; if you can read it, delete it.';
const refusedCodes = new Set(['errorsendasdenied', 'erroraccessdenied']);

/**
 * Sends a marked mail from a mailbox to itself, the way all mail goes out, looks at the copy in Sent Items for who
 * sent it, and takes away what it made. Throws what kept it from being tried or from being seen.
 */
export async function trySend(address: string, deps: TrySendDeps, signal: AbortSignal): Promise<SendAs> {
  const trial = new Trial(address, deps, signal);
  try {
    return await trial.run();
  } finally {
    await trial.cleanUp();
  }
}

class Trial {
  readonly #made: { readonly mark: string; internetMessageId: string | null } = {
    mark: randomUUID(),
    internetMessageId: null,
  };
  readonly #address: string;
  readonly #deps: TrySendDeps;
  readonly #signal: AbortSignal;
  /** Mails that must have come about. */
  #expected = 0;

  constructor(address: string, deps: TrySendDeps, signal: AbortSignal) {
    this.#address = address;
    this.#deps = deps;
    this.#signal = signal;
  }

  async run(): Promise<SendAs> {
    const { sender } = this.#deps;
    const self = { name: '', address: this.#address };
    const body = { kind: 'text', content: text } as const;
    const mail = { mark: this.#made.mark, from: self, to: [self], cc: [], bcc: [], subject, body };
    const made = await sender.createDraft(mail, this.#signal);
    if (made.kind !== 'done') return deniedOrThrow(made);
    this.#expected = 1;
    this.#made.internetMessageId = made.value.internetMessageId;
    const sent = await sender.send(made.value, this.#signal);
    if (sent.kind === 'refused') return deniedOrThrow(sent);
    this.#expected = 2;
    const copy = await sentCopy(this.#made, this.#deps, this.#signal);
    if (copy === null) throw notSeen(this.#address, sent);
    return copy.sender === copy.from && copy.from === this.#address ? 'ok' : 'on_behalf';
  }

  /** Where it was stopped, there is still a time of its own for this; that it fails must not hide what was found. */
  async cleanUp(): Promise<void> {
    const signal = this.#signal.aborted ? AbortSignal.timeout(10_000) : this.#signal;
    await cleanUp(this.#made, this.#expected, this.#deps, signal).catch(() => undefined);
  }
}

function deniedOrThrow(tried: Exclude<Tried<unknown>, { kind: 'done' }>): SendAs {
  const code = tried.error.code?.toLowerCase() ?? '';
  if (tried.kind === 'refused' && refusedCodes.has(code)) return 'denied';
  throw tried.error;
}

function notSeen(address: string, sent: Tried<null>): IntegratorError {
  if (sent.kind === 'unsure') return sent.error;
  return new IntegratorError('protocol', `the test mail of ${address} was accepted, but no copy came to Sent Items`, {
    code: 'no_sent_copy',
    hint: 'Look into Sent Items of the mailbox and of the service account: a tenant can be set to keep copies elsewhere (MessageCopyForSentAsEnabled).',
  });
}

async function sentCopy(
  made: Made,
  { sender, waitsMs, sleep }: TrySendDeps,
  signal: AbortSignal,
): Promise<FoundMail | null> {
  for (const waitMs of waitsMs) {
    await sleep(waitMs, signal);
    const found = await ours(sender, made, signal);
    const copy = found.find(({ place }) => place === 'sent_items');
    if (copy !== undefined) return copy;
  }
  return null;
}

interface Made {
  readonly mark: string;
  readonly internetMessageId: string | null;
}

/** By the mark, which stays on our side, and by the id, which the copy received has too. */
async function ours(sender: MailSender, made: Made, signal: AbortSignal): Promise<readonly FoundMail[]> {
  const marked = await sender.find({ mark: made.mark }, signal);
  if (made.internetMessageId === null) return marked;
  const sameId = await sender.find({ internetMessageId: made.internetMessageId }, signal);
  return [...marked, ...sameId.filter(({ id }) => !marked.some((one) => one.id === id))];
}

/** Looks until the two copies of a sent mail (or the one draft) came and were taken away, or a few times. */
async function cleanUp(made: Made, expected: number, deps: TrySendDeps, signal: AbortSignal): Promise<void> {
  const { sender, waitsMs, sleep } = deps;
  let removed = 0;
  for (const waitMs of [0, ...waitsMs.slice(0, 4)]) {
    await sleep(waitMs, signal);
    const found = await ours(sender, made, signal);
    for (const { id, place } of found) {
      if (place === 'deleted') continue;
      const tried = await sender.remove(id, made.mark, signal);
      if (tried.kind === 'done') removed += 1;
    }
    if (removed >= expected) return;
  }
}
