import { IntegratorError, toIntegratorError } from '../../domain/errors.ts';
import type { StoredFile } from '../../domain/message.ts';
import type { MessageParts, ReadOptions, ReadResult } from '../provider.ts';
import { isTrouble, type Refusal } from './answer.ts';
import { mayHaveAttachments } from './attachment-signs.ts';
import { AttachmentReader, type AttachmentsRead } from './attachments.ts';
import { store } from './byte-store.ts';
import { isGone, isMissing, ownFault, untilThere } from './blame.ts';
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
interface Gone {
  readonly kind: 'gone';
}
type Fetched = { readonly kind: 'whole'; readonly mail: GraphMessage } | Gone | Aside;
type Parts = { readonly kind: 'parts'; readonly parts: MessageParts } | Gone | Aside;

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
    const fetched = isWhole(ref) ? parse(ref.content, providerId) : await this.#fetch(ref, options.signal);
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
      return untilThere(mailbox, signal, () => mailbox.json({ path }, 'a mail', signal));
    });
    if (answer.kind === 'ok') return parse(answer.value, ref.providerId);
    return isMissing(answer) ? { kind: 'gone' } : this.#aside(ref.providerId, answer, signal);
  }

  async #parts(mail: GraphMessage, options: ReadOptions): Promise<Parts> {
    const read = mayHaveAttachments(mail) ? await this.attachments.readAll(mail.id, options) : noAttachments;
    if (read.kind === 'gone') return read;
    const { attachments } = read;
    const protection = protectionOf(headersOf(mail), attachments);
    const parts = { attachments, original: null, protection };
    if (!options.keepOriginal && protection === 'none') return { kind: 'parts', parts };
    const original = await this.#original(mail.id, options);
    return original.kind === 'original' ? { kind: 'parts', parts: { ...parts, original: original.file } } : original;
  }

  /** The MIME bytes as they are; null where the server cannot give them: the mail comes nevertheless. */
  async #original(id: string, options: ReadOptions): Promise<Original | Aside | Gone> {
    const { mailbox } = this.#source;
    const { signal } = options;
    const path = `${mailbox.path}/messages/${segment(id)}/$value`;
    const what = { path, about: 'the original of a mail', maxBytes: mailbox.client.limits.originalBytes };
    let stored = await store(mailbox, what, options);
    if (stored.kind === 'refused' && isMissing(stored.refusal) && (await isGone(mailbox, id, signal))) {
      return { kind: 'gone' };
    }
    // The mail is not asked for again once it is stored: what was refused by chance must not leave it without.
    if (stored.kind === 'refused' && !isTrouble(stored.refusal)) stored = await store(mailbox, what, options);
    if (stored.kind === 'stored' && stored.file.size > 0) return { kind: 'original', file: stored.file };
    if (stored.kind !== 'refused') return { kind: 'original', file: null };
    const aside = await this.#aside(id, stored.refusal, signal);
    return isTrouble(stored.refusal) ? aside : { kind: 'original', file: null };
  }

  async #aside(id: string, refusal: Refusal, signal: AbortSignal): Promise<Aside> {
    return { kind: 'aside', error: await ownFault(this.#source.mailbox, id, refusal, signal) };
  }
}

interface Original {
  readonly kind: 'original';
  readonly file: StoredFile | null;
}
const noAttachments: AttachmentsRead = { kind: 'read', attachments: [] };

function damaged(providerId: string, error: IntegratorError): ReadResult {
  return { kind: 'damaged', providerId, error };
}

/** A mail is known by the id it was asked for by, whatever the answer says. */
function parse(content: unknown, id: string): Fetched {
  const parsed = messageSchema.safeParse(typeof content === 'object' ? { ...content, id } : content);
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

function protocol(message: string, cause?: unknown): IntegratorError {
  return new IntegratorError('protocol', message, cause === undefined ? {} : { cause });
}
