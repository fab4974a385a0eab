import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { CredentialInUse } from '../../auth/credential-in-use.ts';
import type { TokenSource } from '../../auth/token-source.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { clockAheadMs, clockWords } from '../../http/clock-skew.ts';
import { Deadline } from '../../http/deadline.ts';
import { Gate } from '../../http/gate.ts';
import { isTransient, type Outcome, retrying } from '../../http/retry.ts';
import { retryAfterMs } from '../../http/retry-after.ts';
import type { HttpReply, HttpTransport } from '../../http/transport.ts';
import { answerText } from './answer-text.ts';
import { type EwsLimits, slotsPerAccount, slotsPerMailbox, syncsPerAccount } from './limits.ts';
import { passwordDoor, type PasswordSignIn } from './password-door.ts';
import type { PasswordDoor } from './password-guard.ts';
import { foreignAnswer } from './redirects.ts';
import { codeError, type EwsPlace, noXml, passes, statusError } from './refusals.ts';
import { FateUnknown, isDefinite, mayRepeat } from './sender-rules.ts';
import { isFault, isUtf8Xml, openingOf, operationOf, type Spoken, spokenBy } from './spoken.ts';

export type EwsSignIn =
  | {
      readonly kind: 'token';
      readonly tokens: TokenSource;
      /** Acts as the owner of each mailbox. */
      readonly impersonate: boolean;
    }
  | PasswordSignIn;

export interface ExchangeOptions {
  /** The address of Exchange.asmx. */
  readonly url: URL;
  readonly signIn: EwsSignIn;
  readonly transport: HttpTransport;
  readonly limits: EwsLimits;
  readonly nowMs: () => number;
  readonly onMutation: (operation: string) => void;
  /** What may leave besides reading; nothing unless told. Gets the operation, and its element with its attributes. */
  readonly writes?: (operation: string, opening: string) => boolean;
}

/** Who asks, and for what. */
export interface Asker {
  readonly address: string;
  /** Names the thing in errors. */
  readonly about: string;
  readonly signal: AbortSignal;
  readonly onRequest: () => void;
  readonly maxBytes?: number;
  /** Each part of the answer has its own trouble, told apart by whoever asks. */
  readonly parts?: boolean;
  /** Gets the body of each answer as it comes, and gives the XML that is to be judged: the answer without a file. */
  readonly take?: (body: AsyncIterable<Uint8Array>) => Promise<Buffer>;
}

/** All EWS is POST: only the operation tells reading from writing. Nothing else leaves. */
const reads: ReadonlySet<string> = new Set([
  'GetFolder',
  'FindFolder',
  'SyncFolderItems',
  'FindItem',
  'GetItem',
  'GetAttachment',
  'ConvertId',
  'ResolveNames',
]);
/** Their answers have one part for each thing asked, each with its own trouble. */
const batches: ReadonlySet<string> = new Set(['GetItem', 'GetAttachment']);

type Attempt = { readonly text: string } | { readonly error: IntegratorError };

/** Carries SOAP to Exchange and back, with sign-in, pauses, repetitions; reads only, unless it was given writes. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #mailboxes = new Map<string, Gate>();
  readonly #account = new Gate(slotsPerAccount);
  readonly #syncs = new Gate(syncsPerAccount);
  readonly #closing = new AbortController();

  readonly place: EwsPlace;
  /** Null where tokens sign in. */
  readonly #password: PasswordDoor | null;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.place = { credential: credentialOf(options.signIn), host: options.url.hostname };
    // Everything under way or waiting for its turn listens to it.
    setMaxListeners(0, this.#closing.signal);
    this.#password = options.signIn.kind === 'token' ? null : passwordDoor(options.signIn, options.transport);
  }

  /** Ends everything under way; nothing is begun after it. */
  close(): void {
    this.#closing.abort(new IntegratorError('unreachable', 'the connection was closed meanwhile', { code: 'stopped' }));
  }

  /**
   * The XML of a good answer. Throws IntegratorError for everything else, also for a refusal inside a good status;
   * FateUnknown for a write that may have been carried out all the same.
   */
  async send(xml: string, asker: Asker): Promise<string> {
    const operation = operationOf(xml);
    const writes = !reads.has(operation);
    if (writes && this.#options.writes?.(operation, openingOf(xml)) !== true) {
      this.#options.onMutation(operation);
      throw new IntegratorError('bug', `a ${operation} request was refused: it is no part of what is done here`);
    }
    const { limits, url } = this.#options;
    const deadline = new Deadline(url.host, limits.deadlineMs, asker.signal, this.#closing.signal);
    const leave = await this.#enter(operation, asker.address, deadline.signal).catch((error: unknown) => {
      deadline.end();
      throw error;
    });
    try {
      const request = { xml, operation, writes, asker, deadline };
      let refusedBefore = false;
      const attempt = await retrying(
        async () => {
          const outcome = await this.#attempt(request, refusedBefore);
          if (writes && 'error' in outcome.value && !mayRepeat(outcome.value.error)) return done(outcome.value);
          refusedBefore ||= 'error' in outcome.value && outcome.value.error.kind === 'needs_login';
          return outcome;
        },
        limits.retries,
        deadline,
      );
      if (!('error' in attempt)) return attempt.text;
      throw writes && !isDefinite(attempt.error) ? new FateUnknown(attempt.error) : attempt.error;
    } finally {
      leave();
      deadline.end();
    }
  }

  async #enter(operation: string, address: string, signal: AbortSignal): Promise<() => void> {
    const mailbox = this.#mailboxes.get(address) ?? new Gate(slotsPerMailbox);
    this.#mailboxes.set(address, mailbox);
    const gates = operation === 'SyncFolderItems' ? [mailbox, this.#syncs, this.#account] : [mailbox, this.#account];
    const left: (() => void)[] = [];
    const leave = (): void => {
      for (const one of left.toReversed()) one();
    };
    try {
      for (const gate of gates) left.push(await gate.enter(signal));
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Budgets are the mailbox's own where its owner is impersonated, else the account's: then all of its mailboxes pause. */
  #budget(address: string): Gate {
    const { signIn } = this.#options;
    const own = signIn.kind === 'token' && signIn.impersonate ? this.#mailboxes.get(address) : undefined;
    return own ?? this.#account;
  }

  async #attempt(request: Request, refusedBefore: boolean): Promise<Outcome<Attempt>> {
    const { asker, deadline } = request;
    const pauseMs = this.#budget(asker.address).opensInMs();
    if (pauseMs > 0) {
      if (pauseMs >= deadline.remainingMs()) {
        return done({
          error: codeError('ErrorServerBusy', '', asker.about, {
            retryAtMs: this.#options.nowMs() + pauseMs,
            place: this.place,
          }),
        });
      }
      await deadline.sleep(pauseMs);
    }
    const token = await this.#token(deadline.signal);
    try {
      const reply = await this.#post(request, token);
      const body = await this.#bodyOf(reply, asker);
      if (reply.status === 401) return this.#refused(request, reply, token, refusedBefore);
      return this.#judge(request, reply, answerText(body, reply.header('content-type') ?? ''));
    } catch (error) {
      if (!(error instanceof IntegratorError) || deadline.stopped !== undefined) throw error;
      if (request.writes) return again({ error }, null);
      if (!isTransient(error) || deadline.signal.aborted) throw error;
      return again({ error }, null);
    }
  }

  #bodyOf(reply: HttpReply, { take, maxBytes }: Asker): Promise<Buffer> {
    if (take !== undefined && reply.status === 200 && isUtf8Xml(reply)) return take(reply.body);
    return reply.whole(maxBytes ?? this.#options.limits.answerBytes);
  }

  #post({ xml, asker, deadline }: Request, token: string): Promise<HttpReply> {
    const { url, transport } = this.#options;
    const post = {
      method: 'POST',
      target: url.pathname + url.search,
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        accept: 'text/xml',
        ...(this.#password === null ? { authorization: `Bearer ${token}` } : {}),
        'x-anchormailbox': asker.address,
        'client-request-id': randomUUID(),
        'return-client-request-id': 'true',
      },
      body: xml,
      signal: deadline.signal,
    };
    if (this.#password !== null) return this.#password.send(post, asker);
    asker.onRequest();
    return transport.send(post);
  }

  async #token(signal: AbortSignal): Promise<string> {
    const { signIn } = this.#options;
    return signIn.kind === 'token' ? signIn.tokens.getToken('ews', signal) : '';
  }

  /** One refusal may be a token that has just expired, or throttling in disguise. */
  #refused({ asker }: Request, reply: HttpReply, token: string, refusedBefore: boolean): Outcome<Attempt> {
    const { signIn } = this.#options;
    const error = this.#statusError(reply, asker, null);
    if (signIn.kind !== 'token') return done({ error });
    signIn.tokens.invalidate('ews', token);
    return refusedBefore ? done({ error }) : again({ error }, null);
  }

  #judge(request: Request, reply: HttpReply, text: string): Outcome<Attempt> {
    const { asker } = request;
    const type = reply.header('content-type') ?? '';
    // No type at all says nothing; what was sent says whether it is an answer.
    const isXml = (type === '' || /xml/i.test(type)) && text.includes('Envelope');
    if (isXml && (reply.status === 200 || isFault(text))) return this.#judgeSoap(request, text);
    const foreign = foreignAnswer(reply, text, asker.about, this.#options.url);
    if (foreign !== null) return done({ error: foreign });
    if (reply.status === 200) return again({ error: noXml(asker.about) }, null);
    const waitMs = retryAfterMs(reply.header('retry-after'), reply.header('date'), this.#options.nowMs());
    const error = this.#statusError(reply, asker, this.#comeBack(asker, waitMs));
    return error.kind === 'unreachable' || error.kind === 'throttled' ? again({ error }, waitMs) : done({ error });
  }

  #statusError(reply: HttpReply, { about }: Asker, retryAtMs: number | null): IntegratorError {
    const ahead = reply.status === 401 ? clockAheadMs(reply.header('date'), this.#options.nowMs()) : null;
    return statusError(reply.status, about, {
      retryAtMs,
      place: this.place,
      diagnostics: reply.header('x-ms-diagnostics'),
      clock: ahead === null ? null : clockWords(ahead, this.place.host),
    });
  }

  #judgeSoap({ asker, operation }: Request, text: string): Outcome<Attempt> {
    const spoken = spokenBy(text);
    const fault = isFault(text);
    const code = spoken.codes.find((one) => one !== 'NoError') ?? '';
    const parts = asker.parts === true || batches.has(operation);
    if (!fault && (code === '' || (parts && !spoken.codes.every(passes)))) {
      return text.trimEnd().endsWith('Envelope>') ? done({ text }) : again({ error: noXml(asker.about) }, null);
    }
    const waitMs = backOffOf(spoken);
    const error = codeError(code, spoken.message, asker.about, {
      retryAtMs: this.#comeBack(asker, waitMs),
      place: this.place,
    });
    return passes(code) ? again({ error }, waitMs) : done({ error });
  }

  /** Keeps everybody who shares the budget away for so long. */
  #comeBack(asker: Asker, waitMs: number | null): number | null {
    if (waitMs === null) return null;
    this.#budget(asker.address).closeFor(waitMs);
    return this.#options.nowMs() + waitMs;
  }
}

function credentialOf(signIn: EwsSignIn): CredentialInUse {
  if (signIn.kind !== 'token') return { signIn: signIn.kind, proof: 'password' };
  return signIn.tokens.credential ?? { signIn: signIn.impersonate ? 'application' : 'person', proof: 'none' };
}

interface Request {
  readonly xml: string;
  readonly operation: string;
  readonly writes: boolean;
  readonly asker: Asker;
  readonly deadline: Deadline;
}

function backOffOf({ backOffMs }: Spoken): number | null {
  return backOffMs === null || backOffMs <= 0 ? null : Math.min(backOffMs, 3_600_000);
}

function done(value: Attempt): Outcome<Attempt> {
  return { kind: 'done', value };
}

function again(value: Attempt, waitMs: number | null): Outcome<Attempt> {
  return { kind: 'again', value, retryAfterMs: waitMs };
}
