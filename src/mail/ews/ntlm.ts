import { IntegratorError } from '../../domain/errors.ts';
import { Gate } from '../../http/gate.ts';
import type { HttpReply, HttpRequest, HttpTransport } from '../../http/transport.ts';
import type { PasswordAsker, PasswordDoor, PasswordGuard } from './password-guard.ts';

export interface NtlmOptions {
  readonly username: string;
  readonly password: string;
  readonly guard: PasswordGuard;
  /** Where to; each connection of ours is one beside it. */
  readonly transport: HttpTransport;
}

/** NTLM (MS-NLMP over HTTP): what is signed in is a connection, so each mailbox has one of its own. */
export class NtlmDoor implements PasswordDoor {
  readonly #options: NtlmOptions;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: NtlmOptions) {
    this.#options = options;
  }

  send(request: HttpRequest, asker: PasswordAsker): Promise<HttpReply> {
    const lane = this.#lanes.get(asker.address) ?? new Lane(this.#options);
    this.#lanes.set(asker.address, lane);
    return lane.send(request, asker.onRequest);
  }
}

type Post = (request: HttpRequest) => Promise<HttpReply>;
type Asked = { readonly answer: string } | { readonly reply: HttpReply };

/** One connection, one request after the other. */
class Lane {
  readonly #options: NtlmOptions;
  readonly #transport: HttpTransport;
  readonly #turn = new Gate(1);
  /** Which of the lane's connections is signed in. */
  #signedIn: number | null = null;

  constructor(options: NtlmOptions) {
    this.#options = options;
    this.#transport = options.transport.single();
  }

  /** Never gives a 401: what the server refuses is thrown. */
  async send(request: HttpRequest, onRequest: () => void): Promise<HttpReply> {
    const leave = await this.#turn.enter(request.signal);
    const post = (one: HttpRequest): Promise<HttpReply> => {
      onRequest();
      return this.#transport.send(one);
    };
    try {
      if (this.#transport.isOpen && this.#transport.opened === this.#signedIn) {
        const reply = await post(request);
        if (reply.status !== 401) return reply;
        await reply.discard();
      }
      return await this.#signInWith(request, post);
    } finally {
      leave();
    }
  }

  /**
   * The request carries the answer to the challenge. A connection lost between the two is no refusal: the server has
   * forgotten its challenge with it, and is asked for another, once.
   */
  async #signInWith(request: HttpRequest, post: Post): Promise<HttpReply> {
    const { guard } = this.#options;
    const leave = await guard.enter(request.signal);
    try {
      for (let last = false; ; last = true) {
        const asked = await this.#challenge(request, post);
        if ('reply' in asked) return asked.reply;
        const at = this.#transport.opened;
        const reply = await post(signed(request, asked.answer));
        const sameConnection = this.#transport.opened === at;
        if (reply.status !== 401) {
          guard.judge(reply);
          this.#signedIn = sameConnection ? at : null;
          return reply;
        }
        await reply.discard();
        if (sameConnection) throw guard.refuse();
        if (last) throw lostBetween();
      }
    } finally {
      leave();
    }
  }

  /** A server in trouble answers with something else, which is for the caller to judge. */
  async #challenge(request: HttpRequest, post: Post): Promise<Asked> {
    const { answerHeader, negotiateHeader } = await import('./ntlm-messages.ts');
    const reply = await post({ ...signed(request, negotiateHeader()), body: '' });
    if (reply.status !== 401) return { reply };
    await reply.discard();
    const offered = reply.header('www-authenticate') ?? '';
    const answer = answerHeader(offered, this.#options);
    if (answer !== null) return { answer };
    const names = [...offered.matchAll(/(?:^|,)\s*([A-Za-z]+)(?=[\s,]|$)(?!\s*=)/g)].map(([, name]) => name);
    throw new IntegratorError('config', `Exchange does not offer NTLM, but ${names.join(', ') || 'nothing'}`, {
      hint: 'Set auth: of the connection to what the server offers, or allow Windows authentication for its EWS.',
    });
  }
}

function lostBetween(): IntegratorError {
  return new IntegratorError('protocol', 'the connection to Exchange was closed in the middle of an NTLM sign-in', {
    hint: 'NTLM needs a connection that stays open; a proxy or load balancer between may not keep it. Try auth: basic.',
  });
}

function signed(request: HttpRequest, authorization: string): HttpRequest {
  return { ...request, headers: { ...request.headers, authorization } };
}
