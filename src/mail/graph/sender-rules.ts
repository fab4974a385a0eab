import { IntegratorError } from '../../domain/errors.ts';
import { neverLeft } from '../../http/retry.ts';
import type { Answer, Refusal } from './answer.ts';
import type { GraphCall } from './call.ts';
import { ChainLink } from './middleware.ts';

/** What sending needs, below a mailbox; nothing else leaves through a sender: no moving, no marks, no other folders. */
const allowed: readonly (readonly [string, RegExp])[] = [
  ['GET', /^\/(?:messages|mailFolders)(?:\/|$)/],
  ['POST', /^\/messages$/],
  ['POST', /^\/messages\/[^/]+\/(?:send|createReply|createReplyAll|attachments|attachments\/createUploadSession)$/],
  ['PATCH', /^\/messages\/[^/]+$/],
  ['DELETE', /^\/messages\/[^/]+$/],
];

export class SendingOnly extends ChainLink {
  readonly #root: URL;

  constructor(root: URL) {
    super();
    this.#root = root;
  }

  async handle(call: GraphCall): Promise<void> {
    const { method, url } = call.request;
    if (!this.#isAllowed(method, url)) {
      throw new IntegratorError('bug', `a ${method} request was refused: it is not part of sending mail`);
    }
    await this.pass(call);
  }

  #isAllowed(method: string, url: string): boolean {
    const path = new URL(url).pathname.slice(this.#root.pathname.length);
    const below = /^users\/[^/]+(\/.*)$/.exec(path)?.[1] ?? '';
    return allowed.some(([each, shape]) => each === method && shape.test(below));
  }
}

/**
 * Stands below the repetition and lets it repeat a write only where the service said that it did nothing: throttled.
 * Mail has no idempotency key; whoever repeated a send after a 504 sent it again each time.
 */
export class NoBlindRepeat extends ChainLink {
  async handle(call: GraphCall): Promise<void> {
    await this.pass(call);
    const { answer } = call;
    if (call.request.method === 'GET' || answer?.kind !== 'refused') return;
    if (answer.status !== 429 && !neverLeft(answer.error)) call.again = undefined;
  }
}

/** Did the write certainly not happen? Only a client error says so; 408, 5xx, silence and nonsense say nothing. */
export function isDefinite(refusal: Refusal): boolean {
  if (refusal.problem !== 'status') return neverLeft(refusal.error);
  return refusal.status >= 400 && refusal.status < 500 && refusal.status !== 408;
}

export function isGone(answer: Answer<unknown>): boolean {
  return answer.kind === 'refused' && answer.status === 404 && answer.code === 'erroritemnotfound';
}
