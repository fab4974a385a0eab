import { randomUUID } from 'node:crypto';
import type { CredentialInUse } from '../../auth/credential-in-use.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { clockAheadMs, clockWords } from '../../http/clock-skew.ts';
import { readBytes } from '../../http/body.ts';
import { networkError } from '../../http/network-error.ts';
import { retryAfterMs } from '../../http/retry-after.ts';
import { isTransient } from '../../http/retry.ts';
import type { HttpReply, HttpTransport } from '../../http/transport.ts';
import type { Refusal } from './answer.ts';
import type { ByteStream, GraphCall } from './call.ts';
import { ChainLink, deadlineOf } from './middleware.ts';
import type { Doing } from './error-codes.ts';
import { refusalError, spokenError } from './refusals.ts';

const signedInPerson: CredentialInUse = { signIn: 'person', proof: 'none' };
/** Error bodies are short; what is longer is not an error body. */
const errorBytes = 65_536;
const readAccepts: readonly number[] = [200];
const repeatable = new Set([408, 429, 500, 502, 503, 504]);

/** The end of the chain: one attempt over the network, judged. */
export class Send extends ChainLink {
  readonly #transport: HttpTransport;
  readonly #nowMs: () => number;
  /** The service names its answers: one of them had a name. */
  #names = false;

  constructor(transport: HttpTransport, nowMs: () => number) {
    super();
    this.#transport = transport;
    this.#nowMs = nowMs;
  }

  async handle(call: GraphCall): Promise<void> {
    try {
      const reply = await this.#send(call);
      this.#names ||= isNamed(reply);
      if ((call.plan.accepts ?? readAccepts).includes(reply.status)) await accept(call, reply, this.#names);
      else await this.#refuse(call, reply, call.request.method === 'GET' ? 'reading' : 'writing');
    } catch (error) {
      judgeFailure(call, networkError(error, call.plan.about));
    }
  }

  async #send(call: GraphCall): Promise<HttpReply> {
    call.plan.onRequest();
    const { method, headers, body } = call.request;
    return this.#transport.send({
      method,
      target: call.target,
      headers: { ...headers, authorization: `Bearer ${call.token}`, 'client-request-id': randomUUID() },
      ...(body === undefined ? {} : { body }),
      signal: deadlineOf(call).signal,
    });
  }

  async #refuse(call: GraphCall, reply: HttpReply, doing: Doing): Promise<void> {
    const spoken = spokenError(reply.status, await errorText(reply), reply.header('request-id'));
    const asked = retryAfterMs(reply.header('retry-after'), reply.header('date'), this.#nowMs());
    const busy = reply.status === 429 || reply.status === 503;
    if (busy && asked !== null) call.plan.gate.closeFor(asked);
    // The front end behind this connection is in trouble; another connection may reach another one.
    if (reply.status === 503) this.#transport.renew();
    const retryAtMs = busy && asked !== null ? Math.ceil(this.#nowMs() + asked) : null;
    const { about } = call.plan;
    const { credential = signedInPerson } = call;
    const clock = clockTold(reply, call, this.#nowMs());
    call.answer = {
      kind: 'refused',
      problem: 'status',
      status: reply.status,
      code: spoken.code.toLowerCase(),
      error: refusalError(spoken, { about, doing, credential, retryAtMs, clock }),
    };
    if (reply.status === 504) call.gatewayTimeouts += 1;
    const enough = reply.status === 504 && call.gatewayTimeouts >= call.plan.gatewayAttempts;
    if (repeatable.has(reply.status) && !enough) call.again = { retryAfterMs: busy ? asked : null };
  }
}

/** A refused token may be one that our clock takes for a good one. */
function clockTold(reply: HttpReply, call: GraphCall, nowMs: number): string | null {
  if (reply.status !== 401) return null;
  const ahead = clockAheadMs(reply.header('date'), nowMs);
  return ahead === null ? null : clockWords(ahead, new URL(call.request.url).host);
}

async function accept(call: GraphCall, reply: HttpReply, names: boolean): Promise<void> {
  if (call.plan.wanted === 'nothing') {
    await reply.discard();
    call.answer = { kind: 'ok', value: null };
    return;
  }
  if (call.plan.wanted === 'bytes') {
    if (names && isForeignPage(reply)) {
      await reply.discard();
      throw garbled(`${call.plan.about}: a web page came in the place of its bytes`);
    }
    const stream: ByteStream = {
      bytes: reply.body,
      release: async () => {
        await reply.discard();
        call.settle();
      },
    };
    call.answer = { kind: 'ok', value: stream };
    return;
  }
  const packed = await reply.packed(call.plan.maxBytes);
  await call.plan.beforeUnpacking?.();
  // Waited for only where it must be: what this function waits for stays in memory as long as it does.
  const unpacking = packed.unpack();
  const bytes = unpacking instanceof Promise ? await unpacking : unpacking;
  call.answer = { kind: 'ok', value: parseJson(reply.header('content-type') ?? '', bytes, call.plan.about) };
}

/** A service that names its answers names each; a page of HTML without a name is a portal's, not an attachment's. */
function isForeignPage(reply: HttpReply): boolean {
  const isHtml = /^text\/html\b/i.test(reply.header('content-type') ?? '');
  return isHtml && !isNamed(reply);
}

function isNamed(reply: HttpReply): boolean {
  return reply.header('request-id') !== undefined;
}

function parseJson(contentType: string, bytes: Buffer, about: string): unknown {
  // No type at all says nothing; what was sent says whether it is JSON.
  if (contentType !== '' && !/^application\/(?:[\w.-]+\+)?json\b/i.test(contentType)) {
    throw garbled(`${about}: the answer is not JSON but ${JSON.stringify(contentType.slice(0, 60))}`);
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw garbled(`${about}: the answer is cut off or not JSON`, cause);
  }
}

function garbled(message: string, cause?: unknown): IntegratorError {
  return new IntegratorError('protocol', message, {
    code: 'garbled',
    hint: 'A proxy or a sign-in page may have answered in the place of Microsoft Graph.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What was thrown on the way: given up by the caller, out of time, too big, not what it should be, or no connection. */
function judgeFailure(call: GraphCall, error: IntegratorError): void {
  const { stopped } = deadlineOf(call);
  if (stopped !== undefined) throw stopped;
  const problem = problemOf(error);
  if (problem === null) throw error;
  call.answer = { kind: 'refused', problem, status: 0, code: '', error };
  if (problem === 'garbled' || isTransient(error)) call.again = { retryAfterMs: null };
}

function problemOf(error: IntegratorError): Refusal['problem'] | null {
  if (error.code === 'too_large' || error.code === 'timeout') return error.code;
  if (error.kind === 'protocol') return 'garbled';
  return error.kind === 'unreachable' ? 'network' : null;
}

async function errorText(reply: HttpReply): Promise<string> {
  try {
    return (await readBytes(reply, errorBytes)).toString('utf8');
  } catch (error) {
    // The status alone says enough; a body that is too long or breaks off must not hide it.
    if (error instanceof IntegratorError && error.code === 'timeout') throw error;
    return '';
  }
}
