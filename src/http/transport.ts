import { pipeline, type Readable } from 'node:stream';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { createGunzip } from 'node:zlib';
import { Agent, Client, type Dispatcher, ProxyAgent } from 'undici';
import { IntegratorError } from '../domain/errors.ts';
import { PackedBody, wholeBody } from './body.ts';
import { certificatesOf } from './certificates.ts';
import { networkError } from './network-error.ts';
import { ServerClock } from './server-clock.ts';
import { userAgent } from './user-agent.ts';

export interface TransportOptions {
  /** Requests go to this origin, and below this path, and nowhere else. */
  readonly root: URL;
  /** Further certificate authorities to trust, as PEM. */
  readonly caPem?: string | undefined;
  /** The proxy's URL, see `proxyFor`. */
  readonly proxy?: string | undefined;
  /** Longest silence within an answer. */
  readonly bodyTimeoutMs?: number;
  /** See `single`. */
  readonly single?: boolean;
}

export interface HttpRequest {
  readonly method: string;
  /** Path and query, byte for byte as they go out. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  header(name: string): string | undefined;
  /** Decompressed. Read it to the end or call `discard`, else its connection is lost to others. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The same, read to its end; see `readBytes`. */
  whole(maxBytes: number): Promise<Buffer>;
  /** The same, still as it came. */
  packed(maxBytes: number): Promise<PackedBody>;
  discard(): Promise<void>;
}

const connectTimeoutMs = 15_000;
const idleConnectionMs = 30_000;
/** An answer nobody wants is read to its end up to here, so that its connection can be used again. */
const drainBytes = 131_072;

/**
 * The one way out for HTTP. Holds the connections to one service; never follows a redirect, knows nothing of retries.
 * Network failures are thrown as `unreachable`, with the cause; an answer of any status is an answer.
 */
export class HttpTransport {
  readonly #options: TransportOptions;
  readonly #trust: SecureContext | undefined;
  #dispatcher: Dispatcher;
  readonly #beside: HttpTransport[] = [];
  #opened = 0;
  #open = 0;
  readonly #clock: ServerClock;

  constructor(options: TransportOptions, clock = new ServerClock()) {
    this.#options = options;
    this.#clock = clock;
    this.#trust = trustOf(options);
    this.#dispatcher = this.#createDispatcher();
  }

  /** Another to the same place with one connection at a time, for a sign-in that belongs to it. Closed with this one. */
  single(): HttpTransport {
    const made = new HttpTransport({ ...this.#options, single: true }, this.#clock);
    this.#beside.push(made);
    return made;
  }

  /** What time it is there, by the Date of its last answer; null where it told none yet. */
  serverTimeMs(): number | null {
    return this.#clock.timeMs();
  }

  /** Of a `single` transport: how many connections there were so far, the open one included. */
  get opened(): number {
    return this.#opened;
  }

  /** Of a `single` transport: the next request finds a connection that is open already. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  async send(request: HttpRequest): Promise<HttpReply> {
    const { root } = this.#options;
    if (!request.target.startsWith(root.pathname)) {
      throw new IntegratorError('bug', `a request to ${root.host} for something not below ${root.pathname}`);
    }
    try {
      const reply = await this.#dispatcher.request({
        origin: root.origin,
        path: request.target,
        method: methodOf(request.method),
        headers: { 'user-agent': userAgent(), 'accept-encoding': 'gzip', ...request.headers },
        body: request.body ?? null,
        signal: request.signal,
      });
      this.#clock.tell(reply.headers['date']);
      return toReply(reply, root.host);
    } catch (error) {
      throw networkError(error, root.host, this.#options.proxy);
    }
  }

  /** The next request opens a new connection; those under way are left to finish. */
  renew(): void {
    const old = this.#dispatcher;
    this.#dispatcher = this.#createDispatcher();
    old.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    for (const one of this.#beside) await one.close();
    await this.#dispatcher.destroy();
  }

  #createDispatcher(): Dispatcher {
    const options = this.#options;
    const tls = this.#trust === undefined ? {} : { secureContext: this.#trust };
    const times = { keepAliveTimeout: idleConnectionMs, bodyTimeout: options.bodyTimeoutMs ?? 60_000 };
    const kind = options.single === true ? { connections: 1, factory: this.#watchedClient } : {};
    if (options.proxy === undefined) {
      return new Agent({ ...times, ...kind, connect: { ...tls, timeout: connectTimeoutMs } });
    }
    return proxyAgent(options.proxy, {
      ...times,
      ...kind,
      requestTls: { ...tls, timeout: connectTimeoutMs },
      proxyTls: { ...tls, timeout: connectTimeoutMs },
    });
  }

  readonly #watchedClient = (origin: string | URL, options: Client.Options): Client =>
    new Client(origin, options)
      .on('connect', () => {
        this.#opened += 1;
        this.#open += 1;
      })
      .on('disconnect', () => {
        this.#open -= 1;
      });
}

function proxyAgent(uri: string, rest: Omit<ProxyAgent.Options, 'uri'>): ProxyAgent {
  const hint = 'Write HTTPS_PROXY as http://host:port, with user:password@ before the host where it wants a sign-in.';
  if (!/^(?:https?|socks5?):$/.test(URL.canParse(uri) ? new URL(uri).protocol : '')) {
    throw new IntegratorError('config', 'the proxy that the environment names (HTTPS_PROXY) has no usable address', {
      hint,
    });
  }
  return new ProxyAgent({ uri, ...rest });
}

/** By the authorities added. A process knows one or two. */
const trusted = new Map<string, SecureContext>();

/** Made once: reading all root certificates anew for each connection costs more than most requests. */
function trustOf({ caPem }: TransportOptions): SecureContext | undefined {
  if (caPem === undefined) return undefined;
  const known = trusted.get(caPem);
  if (known !== undefined) return known;
  try {
    const made = createSecureContext({ ca: [...rootCertificates, ...certificatesOf(caPem)] });
    trusted.set(caPem, made);
    return made;
  } catch (cause) {
    const hint = 'endpoints.ca_file must hold certificates in PEM form.';
    throw new IntegratorError('config', 'the certificate authorities cannot be read', { hint, cause });
  }
}

function methodOf(method: string): Dispatcher.HttpMethod {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return method;
    default:
      throw new IntegratorError('bug', `no HTTP method: ${method}`);
  }
}

function toReply(reply: Dispatcher.ResponseData, host: string): HttpReply {
  const packed = async (maxBytes: number): Promise<PackedBody> => {
    try {
      const compressed = isCompressed(reply.body, reply.headers['content-encoding'], host);
      return new PackedBody(await wholeBody(reply.body, maxBytes), { compressed, maxBytes, host });
    } catch (error) {
      throw networkError(error, host);
    }
  };
  return {
    status: reply.statusCode,
    header: (name) => {
      const value = reply.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    body: readable(reply.body, reply.headers['content-encoding'], host),
    whole: async (maxBytes) => (await packed(maxBytes)).unpack(),
    packed,
    discard: () => reply.body.dump({ limit: drainBytes }).catch(() => undefined),
  };
}

async function* readable(body: Readable, encoding: string | string[] | undefined, host: string) {
  try {
    for await (const chunk of decoded(body, encoding, host)) yield bytesOf(chunk);
  } catch (error) {
    throw networkError(error, host);
  }
}

function decoded(body: Readable, encoding: string | string[] | undefined, host: string): Readable {
  if (!isCompressed(body, encoding, host)) return body;
  // The consumer sees every error of the pair through the last stream; the callback only has to exist.
  return pipeline(body, createGunzip({ chunkSize: 65_536 }), () => undefined);
}

function isCompressed(body: Readable, encoding: string | string[] | undefined, host: string): boolean {
  if (encoding === undefined || encoding === 'identity' || encoding === '') return false;
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  body.on('error', () => undefined).destroy();
  throw new IntegratorError('protocol', `${host} answered in an encoding nobody asked for: ${String(encoding)}`);
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new IntegratorError('bug', 'an HTTP body that is not bytes');
}
