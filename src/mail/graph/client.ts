import { setMaxListeners } from 'node:events';
import type { TokenSource } from '../../auth/token-source.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { Gate } from '../../http/gate.ts';
import { assertSameOrigin } from '../../http/same-origin.ts';
import type { HttpTransport } from '../../http/transport.ts';
import type { Answer } from './answer.ts';
import { type ByteStream, type CallPlan, GraphCall } from './call.ts';
import { type GraphLimits, slotsPerMailbox } from './limits.ts';
import {
  answerOf,
  Authorisation,
  type ChainLink,
  chainOf,
  ReadsOnly,
  Repetition,
  SlotAndDeadline,
} from './middleware.ts';
import { Send } from './send.ts';

export interface ClientOptions {
  /** The API's root with its version, ending in "/". */
  readonly root: URL;
  readonly tokens: TokenSource;
  readonly transport: HttpTransport;
  readonly limits: GraphLimits;
  readonly nowMs: () => number;
  readonly onMutation: (method: string) => void;
}

/** One read: a path below the version ("/users/…", query included and encoded) or a link the service gave. */
export interface GraphRead {
  readonly path?: string;
  readonly link?: string;
  /** Page size asked for by the Prefer header. */
  readonly pageSize?: number;
  readonly maxBytes?: number;
  /** See ChangesOptions.beforePage. */
  readonly beforeUnpacking?: (() => Promise<void>) | undefined;
  /** The answer is to come as it is: what is in it is packed already. */
  readonly unpacked?: boolean;
  /** How many 504s in a row end the request, where that is fewer than usual. */
  readonly gatewayAttempts?: number;
  /** Attempts in all, where that is fewer than usual; a pause the service asks for is waited for all the same. */
  readonly attempts?: number;
}

/** Who asks: a mailbox's name for errors, its gate, the caller's signal, and who counts. */
export interface Asker {
  readonly about: string;
  readonly gate: Gate;
  readonly signal: AbortSignal;
  readonly onRequest: () => void;
}

/** Microsoft Graph for one connection. Reads only, and straight through our own chain: the SDK would cost an import 4 %. */
export class GraphClient {
  readonly limits: GraphLimits;
  readonly #chain: ChainLink;
  readonly #transport: HttpTransport;
  readonly #root: URL;
  readonly #gates = new Map<string, Gate>();
  readonly #closing = new AbortController();

  constructor(options: ClientOptions) {
    // Every request under way or waiting for its turn listens to the one signal.
    setMaxListeners(0, this.#closing.signal);
    this.limits = options.limits;
    this.#root = options.root;
    this.#transport = options.transport;
    this.#chain = chainOf(
      new ReadsOnly(options.onMutation),
      new SlotAndDeadline(),
      new Repetition(options.nowMs),
      new Authorisation(options.tokens, options.root),
      new Send(options.transport, options.nowMs),
    );
  }

  /** Ends every request and wait under way; none is begun after it. */
  close(): void {
    this.#closing.abort(new IntegratorError('unreachable', 'the connection was closed meanwhile', { code: 'stopped' }));
  }

  serverTimeMs(): number | null {
    return this.#transport.serverTimeMs();
  }

  /** The gate of a mailbox, shared by all its readers. */
  gateOf(user: string): Gate {
    const gate = this.#gates.get(user) ?? new Gate(slotsPerMailbox);
    this.#gates.set(user, gate);
    return gate;
  }

  /** Throws `protocol` for a link that would not be followed. */
  checkLink(link: string): void {
    assertSameOrigin(link, this.#root);
  }

  mayFollow(link: string): boolean {
    try {
      this.checkLink(link);
      return true;
    } catch {
      return false;
    }
  }

  /** JSON, parsed but not yet checked. */
  async getJson(read: GraphRead, asker: Asker): Promise<Answer<unknown>> {
    const { messageBytes, deadlineMs } = this.limits;
    const maxBytes = read.maxBytes ?? messageBytes;
    return await this.#send(read, { ...this.#planOf(read, asker), wanted: 'json', maxBytes, deadlineMs });
  }

  /** Bytes as they are, to be streamed. The caller must `release` them. */
  async getBytes(read: GraphRead, asker: Asker): Promise<Answer<ByteStream>> {
    const { originalBytes: maxBytes, streamDeadlineMs: deadlineMs } = this.limits;
    const answer = await this.#send(read, { ...this.#planOf(read, asker), wanted: 'bytes', maxBytes, deadlineMs });
    return answer.kind === 'ok' ? { kind: 'ok', value: asByteStream(answer.value) } : answer;
  }

  #planOf(read: GraphRead, asker: Asker): Omit<CallPlan, 'wanted' | 'maxBytes' | 'deadlineMs'> {
    const { about, gate, signal, onRequest } = asker;
    const retries = { ...this.limits.retries, attempts: read.attempts ?? this.limits.retries.attempts };
    const { beforeUnpacking, gatewayAttempts = retries.attempts } = read;
    const signals = [signal, this.#closing.signal];
    return { about, gate, signals, onRequest, retries, gatewayAttempts, beforeUnpacking };
  }

  async #send(read: GraphRead, plan: CallPlan): Promise<Answer<unknown>> {
    const url = read.link ?? this.#root.href + (read.path ?? '/').slice(1);
    const call = new GraphCall(plan, { method: 'GET', url, headers: headersFor(read, plan.wanted) });
    await this.#chain.handle(call);
    return answerOf(call);
  }
}

function headersFor(read: GraphRead, wanted: CallPlan['wanted']): Record<string, string> {
  const headers = { prefer: preferOf(read.pageSize), accept: wanted === 'json' ? 'application/json' : '*/*' };
  return read.unpacked === true ? { ...headers, 'accept-encoding': 'identity' } : headers;
}

/** The whole header, always: a later Prefer would replace an earlier one, and no preference is remembered in links. */
function preferOf(pageSize: number | undefined): string {
  const body = 'outlook.body-content-type="html"';
  return pageSize === undefined ? body : `odata.maxpagesize=${pageSize}, ${body}`;
}

function asByteStream(value: unknown): ByteStream {
  if (isByteStream(value)) return value;
  throw new IntegratorError('bug', 'bytes were asked for and something else came');
}

function isByteStream(value: unknown): value is ByteStream {
  return typeof value === 'object' && value !== null && 'bytes' in value && 'release' in value;
}
