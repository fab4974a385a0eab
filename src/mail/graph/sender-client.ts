import { setMaxListeners } from 'node:events';
import { Client, ResponseType } from '@microsoft/microsoft-graph-client';
import type { CredentialInUse } from '../../auth/credential-in-use.ts';
import type { TokenSource } from '../../auth/token-source.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { Gate } from '../../http/gate.ts';
import type { HttpTransport } from '../../http/transport.ts';
import type { Tried } from '../sender.ts';
import { type Answer, expectOk } from './answer.ts';
import type { CallPlan } from './call.ts';
import type { GraphLimits } from './limits.ts';
import { answerOf, Authorisation, chainOf, Repetition, SlotAndDeadline } from './middleware.ts';
import { Handed, IntoOurChain } from './sdk.ts';
import { Send } from './send.ts';
import { isDefinite, NoBlindRepeat, SendingOnly } from './sender-rules.ts';

export interface SenderClientOptions {
  readonly root: URL;
  readonly tokens: TokenSource;
  readonly transport: HttpTransport;
  readonly limits: GraphLimits;
  readonly nowMs: () => number;
}

export interface GraphWrite {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** Below the version: "/users/…". */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly accepts: readonly number[];
  /** False where the status is the whole answer. */
  readonly answers: boolean;
}

/** Where a request belongs: for errors, and for the one slot of its mailbox. */
export interface Sending {
  readonly about: string;
  readonly mailbox: string;
  readonly signal: AbortSignal;
}

/**
 * Microsoft Graph for sending: a chain of its own, beside the reader's, that lets nothing through but what sending
 * needs. One request at a time per mailbox: with the reader's three these are the four that Exchange allows.
 */
export class GraphSenderClient {
  readonly #options: SenderClientOptions;
  readonly #sdk: Client;
  readonly #gates = new Map<string, Gate>();
  readonly #closing = new AbortController();

  constructor(options: SenderClientOptions) {
    // Every request under way listens to the one signal.
    setMaxListeners(0, this.#closing.signal);
    this.#options = options;
    const chain = chainOf(
      new SendingOnly(options.root),
      new SlotAndDeadline(),
      new Repetition(options.nowMs),
      new NoBlindRepeat(),
      new Authorisation(options.tokens, options.root),
      new Send(options.transport, options.nowMs),
    );
    this.#sdk = Client.initWithMiddleware({
      baseUrl: new URL('..', options.root).href,
      defaultVersion: options.root.pathname.split('/').at(-2) ?? '',
      middleware: new IntoOurChain(chain),
    });
  }

  get credential(): CredentialInUse | undefined {
    return this.#options.tokens.credential;
  }

  close(): void {
    this.#closing.abort(new IntegratorError('unreachable', 'the connection was closed meanwhile', { code: 'stopped' }));
  }

  /** JSON, unchecked; throws what a reader would throw. */
  async read(path: string, sending: Sending): Promise<Answer<unknown>> {
    const { answer } = await this.#send('GET', { path, accepts: [200], answers: true }, sending);
    return answer;
  }

  async readOk(path: string, sending: Sending): Promise<unknown> {
    return expectOk(await this.read(path, sending));
  }

  /** A write, at most once. Throws only where the caller's signal or a bug ended it. */
  async write(write: GraphWrite, sending: Sending): Promise<Tried<unknown>> {
    const { answer } = await this.#send(write.method, write, sending);
    if (answer.kind === 'ok') return { kind: 'done', value: answer.value };
    return { kind: isDefinite(answer) ? 'refused' : 'unsure', error: answer.error };
  }

  async #send(
    method: GraphWrite['method'] | 'GET',
    what: Omit<GraphWrite, 'method'>,
    sending: Sending,
  ): Promise<{ readonly answer: Answer<unknown> }> {
    const handed = new Handed(this.#planOf(what, sending));
    try {
      const request = this.#sdk
        .api(what.path)
        .headers({ Accept: 'application/json' })
        .responseType(ResponseType.RAW)
        .middlewareOptions([handed]);
      await dispatch(request, method, what.body ?? {});
    } catch (error) {
      const failure: unknown = handed.failure ?? error;
      const refusal = unaskedRefusal(failure, sending.signal);
      if (refusal === null) throw failure;
      return { answer: refusal };
    }
    return { answer: answerOf(handed.call) };
  }

  #planOf(what: Omit<GraphWrite, 'method'>, { about, mailbox, signal }: Sending): CallPlan {
    const { limits } = this.#options;
    return {
      about,
      wanted: what.answers ? 'json' : 'nothing',
      accepts: what.accepts,
      maxBytes: limits.messageBytes,
      deadlineMs: limits.deadlineMs,
      retries: limits.retries,
      gatewayAttempts: limits.retries.attempts,
      gate: this.#gateOf(mailbox),
      signals: [signal, this.#closing.signal],
      onRequest: () => undefined,
    };
  }

  #gateOf(mailbox: string): Gate {
    const gate = this.#gates.get(mailbox) ?? new Gate(1);
    this.#gates.set(mailbox, gate);
    return gate;
  }
}

type Request = ReturnType<Client['api']>;

async function dispatch(request: Request, method: GraphWrite['method'] | 'GET', body: object): Promise<void> {
  switch (method) {
    case 'GET':
      await request.get();
      return;
    case 'POST':
      await request.post(body);
      return;
    case 'PATCH':
      await request.patch(body);
      return;
    case 'DELETE':
      await request.delete();
  }
}

/**
 * What is thrown before a request leaves (no token, a pause that outlasts the deadline) is a refusal: nothing happened.
 * A deadline can pass only while waiting here, since one that passes on the network is an answer already.
 */
function unaskedRefusal(failure: unknown, signal: AbortSignal): Answer<unknown> | null {
  if (signal.aborted || !(failure instanceof IntegratorError) || failure.kind === 'bug') return null;
  if (failure.code === 'stopped') return null;
  if (failure.kind === 'protocol') {
    return { kind: 'refused', problem: 'garbled', status: 0, code: '', error: failure };
  }
  return { kind: 'refused', problem: 'status', status: 429, code: '', error: failure };
}
