import type { TokenSource } from '../../auth/token-source.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { Deadline } from '../../http/deadline.ts';
import { retrying } from '../../http/retry.ts';
import { assertSameOrigin } from '../../http/same-origin.ts';
import type { Answer } from './answer.ts';
import type { GraphCall } from './call.ts';

/**
 * Our own chain in the place of the SDK's: reads only → slot and deadline → repetition → host check and token → send.
 * (The SDK's own repeats POST, sends tokens to hosts that merely look right, and sleeps through an abort.)
 */
export abstract class ChainLink {
  #next: ChainLink | undefined;

  /** Ends with `call.answer`, or throws what kept the request from being answered. */
  abstract handle(call: GraphCall): Promise<void>;

  /** Puts this link before another one and gives that one. */
  before(next: ChainLink): ChainLink {
    this.#next = next;
    return next;
  }

  protected pass(call: GraphCall): Promise<void> {
    if (this.#next === undefined) throw new IntegratorError('bug', 'the middleware chain has no end');
    return this.#next.handle(call);
  }
}

/** The first of these links, tied to the others in their order. */
export function chainOf(first: ChainLink, ...others: readonly ChainLink[]): ChainLink {
  let last = first;
  for (const link of others) last = last.before(link);
  return first;
}

/** Nothing but GET leaves through a reader: what cannot be sent cannot mark, move or delete. */
export class ReadsOnly extends ChainLink {
  readonly #onMutation: (method: string) => void;

  constructor(onMutation: (method: string) => void) {
    super();
    this.#onMutation = onMutation;
  }

  async handle(call: GraphCall): Promise<void> {
    const method = call.request.method.toUpperCase();
    if (method !== 'GET') {
      this.#onMutation(method);
      throw new IntegratorError('bug', `a ${method} request was refused: reading a mailbox must not change it`);
    }
    await this.pass(call);
  }
}

/** One request, with all its repetitions, holds one slot of its mailbox and has one deadline, which starts with the slot. */
export class SlotAndDeadline extends ChainLink {
  async handle(call: GraphCall): Promise<void> {
    const { gate, signals, deadlineMs, about } = call.plan;
    const leave = await gate.enter(...signals);
    const deadline = new Deadline(about, deadlineMs, ...signals);
    call.deadline = deadline;
    call.settle = () => {
      deadline.end();
      leave();
    };
    try {
      await this.pass(call);
    } catch (error) {
      call.settle();
      throw error;
    }
    const streaming = call.plan.wanted === 'bytes' && call.answer?.kind === 'ok';
    if (!streaming) call.settle();
  }
}

/** Asks again where that may help. Only reads come here, so that repeating is always safe. */
export class Repetition extends ChainLink {
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    super();
    this.#nowMs = nowMs;
  }

  async handle(call: GraphCall): Promise<void> {
    const deadline = deadlineOf(call);
    const { retries } = call.plan;
    call.answer = await retrying<Answer<unknown>>(
      async () => {
        await this.#untilOpen(call, deadline);
        call.again = undefined;
        await this.pass(call);
        const value = answerOf(call);
        const again = againOf(call);
        return again === undefined ? { kind: 'done', value } : { kind: 'again', value, ...again };
      },
      retries,
      deadline,
    );
  }

  /** Asking while the service wants to be left alone makes it last longer; who cannot wait is told when to come back. */
  async #untilOpen(call: GraphCall, deadline: Deadline): Promise<void> {
    const { gate, about } = call.plan;
    for (let waitMs = gate.opensInMs(); waitMs > 0; waitMs = gate.opensInMs()) {
      if (waitMs >= deadline.remainingMs()) {
        throw new IntegratorError('throttled', `${about} gets too many requests: the service asked for a pause`, {
          retryAtMs: Math.ceil(this.#nowMs() + waitMs),
        });
      }
      await deadline.sleep(waitMs);
    }
  }
}

/** Adds the token after the address was checked; after a 401 exactly once more with a new one. */
export class Authorisation extends ChainLink {
  readonly #tokens: TokenSource;
  readonly #root: URL;

  constructor(tokens: TokenSource, root: URL) {
    super();
    this.#tokens = tokens;
    this.#root = root;
  }

  async handle(call: GraphCall): Promise<void> {
    call.target = assertSameOrigin(call.request.url, this.#root);
    const refused = await this.#attempt(call);
    if (!isUnauthorised(call.answer)) return;
    this.#tokens.invalidate('graph', refused);
    await this.#attempt(call);
  }

  async #attempt(call: GraphCall): Promise<string> {
    const token = await this.#tokens.getToken('graph', deadlineOf(call).signal);
    call.token = token;
    call.credential = this.#tokens.credential;
    await this.pass(call);
    return token;
  }
}

export function deadlineOf(call: GraphCall): Deadline {
  if (call.deadline === undefined) throw new IntegratorError('bug', 'a Graph request without a deadline');
  return call.deadline;
}

/** Throws where the chain ended without one. */
export function answerOf(call: GraphCall | undefined): Answer<unknown> {
  if (call?.answer === undefined) throw new IntegratorError('bug', 'a Graph request without an answer');
  return call.answer;
}

function againOf(call: GraphCall): GraphCall['again'] {
  return call.again;
}

function isUnauthorised(answer: Answer<unknown> | undefined): boolean {
  return answer?.kind === 'refused' && answer.status === 401;
}
