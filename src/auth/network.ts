import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { z } from 'zod';
import { IntegratorError } from '../domain/errors.ts';
import { readBytes } from '../http/body.ts';
import { clockAheadMs } from '../http/clock-skew.ts';
import { Deadline } from '../http/deadline.ts';
import { proxyFor } from '../http/proxy.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { HttpTransport } from '../http/transport.ts';
import type { HttpReply } from '../http/transport.ts';
import { assumedMetadata } from './assumed-metadata.ts';
import type { Environment } from './settings.ts';

/** Entra's answers are a few kilobytes; more is not Entra. */
const longestAnswerBytes = 1_048_576;
const usualDeadlineMs = 15_000;

/** A refusal as Entra words it; the libraries drop half of it on the way. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly suberror: string;
  readonly code: number | undefined;
  readonly description: string;
  readonly correlationId: string | undefined;
  /** A claims challenge, to be handed to the next sign-in. */
  readonly claims: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** How far our clock is ahead of Entra's; null where it is not wrong. */
  readonly clockAheadMs: number | null;
}

/** Why the last exchange came to nothing. */
export type Trouble =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'network'; readonly error: IntegratorError };

export interface NetworkOptions {
  /** The only origin that is ever talked to: secrets and tokens go nowhere else. */
  readonly authority: URL;
  readonly env: Environment;
  readonly caPem: string | undefined;
  readonly clock: () => number;
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/**
 * How MSAL and @azure/identity reach Entra: one origin, a deadline on every request, no redirects, the proxy of the
 * environment, and `trouble` keeps what the libraries lose (the cause, Retry-After, the error numbers).
 * Use one per operation and close it.
 */
export class EntraNetwork implements INetworkModule {
  readonly #options: NetworkOptions;
  readonly #transport: HttpTransport;
  #trouble: Trouble | undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
    const root = new URL('/', options.authority);
    this.#transport = new HttpTransport({ root, caPem: options.caPem, proxy: proxyFor(root, options.env) });
  }

  /** What went wrong in the last exchange; undefined when it went well. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#json<T>('GET', url, options);
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#json<T>('POST', url, options);
  }

  /** One exchange; any status is an answer as long as it is JSON. Rejects with IntegratorError. */
  async exchange(method: string, url: string, options: NetworkRequestOptions = {}): Promise<Answer> {
    this.#trouble = undefined;
    try {
      const answer = await this.#send(method, new URL(url), options);
      const refusal = refusalIn(answer, this.#options.clock());
      if (refusal !== undefined) this.#trouble = { kind: 'refused', refusal };
      return answer;
    } catch (error) {
      if (error instanceof IntegratorError) this.#trouble = { kind: 'network', error };
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #json<T>(method: string, url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    const { status, headers, text } = await this.exchange(method, url, options);
    // MSAL takes an error status without an OAuth error word for a grant without a token.
    if (this.#trouble?.kind === 'refused' && this.#trouble.refusal.error === '') throw new Error(`HTTP ${status}`);
    return { status, headers, body: JSON.parse(text) };
  }

  async #send(method: string, url: URL, options: NetworkRequestOptions): Promise<Answer> {
    const host = this.#options.authority.host;
    if (url.origin !== this.#options.authority.origin) throw elsewhere(host, url);
    const deadline = new Deadline(
      host,
      this.#options.deadlineMs ?? usualDeadlineMs,
      this.#options.signal ?? new AbortController().signal,
    );
    try {
      const reply = await this.#transport.send({
        method,
        target: `${url.pathname}${url.search}`,
        headers: { ...options.headers, 'accept-encoding': 'identity' },
        ...(options.body === undefined ? {} : { body: options.body }),
        signal: deadline.signal,
      });
      const assumed = assumedMetadata(url);
      return assumed === null ? await readAnswer(reply, host) : await readMetadata(reply, host, assumed);
    } finally {
      deadline.end();
    }
  }
}

/** An authority need not say of itself what every Entra is; what it says counts. */
async function readMetadata(
  reply: HttpReply,
  host: string,
  assumed: Readonly<Record<string, string>>,
): Promise<Answer> {
  if (reply.status === 404) {
    await reply.discard();
    return { status: 200, headers: {}, text: JSON.stringify(assumed) };
  }
  const answer = await readAnswer(reply, host);
  if (answer.status !== 200) return answer;
  return { ...answer, text: JSON.stringify({ ...assumed, ...JSON.parse(answer.text) }) };
}

async function readAnswer(reply: HttpReply, host: string): Promise<Answer> {
  if (reply.status >= 300 && reply.status < 400) {
    await reply.discard();
    throw new IntegratorError(
      'unreachable',
      `${host} answered with a redirect (HTTP ${reply.status}); none is followed`,
      {
        hint: 'Is a sign-in page of the network (captive portal, proxy) in the way?',
      },
    );
  }
  const text = (await readBytes(reply, longestAnswerBytes)).toString('utf8');
  if (!isJsonObject(text)) throw notJson(host, reply);
  const headers: Record<string, string> = {};
  for (const name of ['date', 'retry-after', 'content-type', 'www-authenticate']) {
    const value = reply.header(name);
    if (value !== undefined) headers[name] = value;
  }
  return { status: reply.status, headers, text };
}

function isJsonObject(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null;
  } catch {
    return false;
  }
}

function notJson(host: string, reply: HttpReply): IntegratorError {
  const type = /^[\w.+/-]+/.exec(reply.header('content-type') ?? '')?.[0] ?? 'something';
  return new IntegratorError('unreachable', `${host} answered HTTP ${reply.status} with ${type} instead of JSON`, {
    code: 'not_json',
    hint: 'A proxy or gateway seems to answer in its place (HTTPS_PROXY, NO_PROXY).',
  });
}

function elsewhere(host: string, url: URL): IntegratorError {
  return new IntegratorError(
    'config',
    `${host} names an endpoint on another host (${url.host}); nothing is sent there`,
    {
      hint: 'Set endpoints.authority to the host that issues the tokens.',
    },
  );
}

const refusalBody = z.object({
  error: z.string(),
  suberror: z.string().catch(''),
  error_description: z.string().catch(''),
  error_codes: z.array(z.number()).catch([]),
  correlation_id: z.string().optional().catch(undefined),
  claims: z.string().optional().catch(undefined),
});

function refusalIn(answer: Answer, nowMs: number): Refusal | undefined {
  const parsed = refusalBody.safeParse(JSON.parse(answer.text));
  if (!parsed.success && answer.status < 400) return undefined;
  const body = parsed.data ?? refusalBody.parse({ error: '' });
  const wait = retryAfterMs(answer.headers['retry-after'], answer.headers['date'], nowMs);
  return {
    status: answer.status,
    error: body.error,
    suberror: body.suberror,
    code: body.error_codes[0] ?? codeIn(body.error_description),
    description: body.error_description,
    correlationId: body.correlation_id,
    claims: body.claims,
    retryAfterMs: wait ?? undefined,
    clockAheadMs: clockAheadMs(answer.headers['date'], nowMs),
  };
}

/** The number in "AADSTS50076: Due to …". */
export function codeIn(text: string): number | undefined {
  const found = /\bAADSTS(\d{4,8})\b/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
