import { IntegratorError, toIntegratorError } from '../../domain/errors.ts';
import type { Attachment, StoredFile } from '../../domain/message.ts';
import { sleep } from '../../http/deadline.ts';
import type { MessageParts, ReadOptions, ReadResult } from '../provider.ts';
import { type Answer, isTrouble, type Refusal } from './answer.ts';
import { AttachmentReader } from './attachments.ts';
import { store } from './byte-store.ts';
import { isMissing, ownFault } from './blame.ts';
import { wasWithoutId } from './entries.ts';
import type { GraphMailbox } from './mailbox.ts';
import { hasMapi } from './mapi.ts';
import { headersOf, toMessage } from './map.ts';
import { protectionOf } from '../protection.ts';
import { askWithPieces, type Dialect, messageSelect, neededFields, type Piece, segment } from './query.ts';
import { type GraphMessage, messageSchema } from './schema.ts';

export interface MailSource {
  readonly mailbox: GraphMailbox;
  readonly dialect: Dialect;
  readonly uniqueBody: boolean;
}

/** One mail to be read: what its listing gave, or nothing but its id. */
export interface MailRef {
  readonly providerId: string;
  /** Undefined: nothing is known yet. */
  readonly content: unknown;
  readonly sentItems: boolean;
}

/** This one mail cannot be read; the others can. */
interface Aside {
  readonly kind: 'aside';
  readonly error: IntegratorError;
}
type Fetched = { readonly kind: 'whole'; readonly mail: GraphMessage } | { readonly kind: 'gone' } | Aside;
type Parts = { readonly kind: 'parts'; readonly parts: MessageParts } | { readonly kind: 'gone' } | Aside;

/** Reads single mails whole. One mail's trouble becomes a result; what would hit every mail is thrown. */
export class MailReader {
  readonly #source: MailSource;
  readonly attachments: AttachmentReader;
  readonly #mailDialect: Dialect;

  /** `mailDialect` is for the GET of a single mail; the attachments have the one of `source`, as lists do. */
  constructor(source: MailSource, mailDialect: Dialect) {
    this.#source = source;
    this.#mailDialect = mailDialect;
    this.attachments = new AttachmentReader(source.mailbox, source.dialect);
  }

  async read(ref: MailRef, options: ReadOptions): Promise<ReadResult> {
    const { providerId } = ref;
    if (wasWithoutId(providerId)) return damaged(providerId, protocol('the service listed something without an id'));
    const fetched = isWhole(ref) ? parse(ref.content) : await this.#fetch(ref, options.signal);
    if (fetched.kind === 'gone') return { kind: 'gone', providerId };
    if (fetched.kind === 'aside') return damaged(providerId, fetched.error);
    const parts = await this.#parts(fetched.mail, options);
    if (parts.kind === 'gone') return { kind: 'gone', providerId };
    return parts.kind === 'aside' ? damaged(providerId, parts.error) : mapped(fetched.mail, parts.parts);
  }

  /** The one GET that completes a mail. */
  async #fetch(ref: MailRef, signal: AbortSignal): Promise<Fetched> {
    const pieces: Piece[] = ['headers'];
    if (this.#source.uniqueBody) pieces.push('uniqueBody');
    if (ref.sentItems) pieces.push('mapi');
    const { mailbox } = this.#source;
    const answer = await askWithPieces(this.#mailDialect, pieces, (usable) => {
      const select = messageSelect({ sentItems: ref.sentItems, light: false }, usable);
      const path = `${mailbox.path}/messages/${segment(ref.providerId)}?${select}`;
      return this.#untilThere(() => mailbox.json({ path }, 'a mail', signal), signal);
    });
    if (answer.kind === 'ok') return parse(answer.value);
    return isMissing(answer) ? { kind: 'gone' } : this.#aside(answer, signal);
  }

  /** Right after arrival a mail can be missing for a moment; a listed one is asked for again before it counts as gone. */
  async #untilThere(ask: () => Promise<Answer<unknown>>, signal: AbortSignal): Promise<Answer<unknown>> {
    for (const waitMs of this.#source.mailbox.client.limits.missingWaitsMs) {
      const answer = await ask();
      if (answer.kind === 'ok' || !isMissing(answer)) return answer;
      await sleep(waitMs, signal);
    }
    return ask();
  }

  async #parts(mail: GraphMessage, options: ReadOptions): Promise<Parts> {
    const listed = mayHaveAttachments(mail) ? await this.attachments.readAll(mail.id, options) : noAttachments;
    if (listed.kind === 'refused') return isMissing(listed) ? { kind: 'gone' } : this.#aside(listed, options.signal);
    const protection = protectionOf(headersOf(mail), listed.value);
    const parts = { attachments: listed.value, original: null, protection };
    if (!options.keepOriginal && protection === 'none') return { kind: 'parts', parts };
    const original = await this.#original(mail.id, options);
    return original.kind === 'aside' ? original : { kind: 'parts', parts: { ...parts, original: original.file } };
  }

  /** The MIME bytes as they are; null where the server cannot give them: the mail comes nevertheless. */
  async #original(id: string, options: ReadOptions): Promise<Original | Aside> {
    const { mailbox } = this.#source;
    const path = `${mailbox.path}/messages/${segment(id)}/$value`;
    const what = { path, about: 'the original of a mail', maxBytes: mailbox.client.limits.originalBytes };
    const stored = await store(mailbox, what, options);
    if (stored.kind === 'stored') return { kind: 'original', file: stored.file };
    if (stored.kind === 'refused' && isTrouble(stored.refusal)) return this.#aside(stored.refusal, options.signal);
    return { kind: 'original', file: null };
  }

  async #aside(refusal: Refusal, signal: AbortSignal): Promise<Aside> {
    return { kind: 'aside', error: await ownFault(this.#source.mailbox, refusal, signal) };
  }
}

interface Original {
  readonly kind: 'original';
  readonly file: StoredFile | null;
}
const noAttachments: Answer<readonly Attachment[]> = { kind: 'ok', value: [] };

function damaged(providerId: string, error: IntegratorError): ReadResult {
  return { kind: 'damaged', providerId, error };
}

function parse(content: unknown): Fetched {
  const parsed = messageSchema.safeParse(content);
  if (parsed.success) return { kind: 'whole', mail: parsed.data };
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  return { kind: 'aside', error: protocol(`a mail in a form we do not know (${where})`, parsed.error) };
}

function mapped(mail: GraphMessage, parts: MessageParts): ReadResult {
  try {
    return { kind: 'message', message: toMessage(mail, parts) };
  } catch (error) {
    return damaged(mail.id, toIntegratorError(error));
  }
}

/** A mail of which the listing gave everything. An absent uniqueBody alone is never worth a request. */
function isWhole(ref: MailRef): boolean {
  const { content } = ref;
  if (typeof content !== 'object' || content === null) return content !== undefined;
  if (!neededFields.every((field) => field in content)) return false;
  return 'internetMessageHeaders' in content || (ref.sentItems && hasMapi(content));
}

/** `hasAttachments` is false where all are inline; then the text mentions them. Where it is not told, only asking tells. */
function mayHaveAttachments(whole: GraphMessage): boolean {
  if (whole.hasAttachments === true || whole.hasAttachments === undefined) return true;
  return mentionsContentId(whole.body?.content ?? '');
}

/** Whether "cid:" occurs in any case: by its colon, since a search for a letter in either case looks at every one. */
function mentionsContentId(text: string): boolean {
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    if (isLetter(text, colon - 3, 'c') && isLetter(text, colon - 2, 'i') && isLetter(text, colon - 1, 'd')) return true;
  }
  return false;
}

/** Of ASCII letters the capital differs from the small one in one bit. */
function isLetter(text: string, at: number, small: string): boolean {
  return at >= 0 && (text.charCodeAt(at) | 0x20) === small.charCodeAt(0);
}

function protocol(message: string, cause?: unknown): IntegratorError {
  return new IntegratorError('protocol', message, cause === undefined ? {} : { cause });
}
