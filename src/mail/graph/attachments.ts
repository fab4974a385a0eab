import type { Attachment, StoredFile } from '../../domain/message.ts';
import { sleep } from '../../http/deadline.ts';
import { lacksBytes } from '../lacks-bytes.ts';
import { allAttachments, type ReadOptions } from '../provider.ts';
import type { Answer, Refusal } from './answer.ts';
import { isGone, isMissing, ownFault, untilThere } from './blame.ts';
import { store, storeHeld, type Stored } from './byte-store.ts';
import { describe, heldBytes, isReplacement, typedByBytes, unlisted } from './describe-attachment.ts';
import type { GraphMailbox } from './mailbox.ts';
import { askWithPieces, type Dialect, segment } from './query.ts';
import { attachmentSchema, type GraphAttachment, pageSchema } from './schema.ts';

const fields = '$select=id,name,contentType,size,isInline,lastModifiedDateTime';
/** Only file attachments have it; asked for through a cast. */
const contentIdField = ',microsoft.graph.fileAttachment/contentId';

export type AttachmentsRead =
  | { readonly kind: 'read'; readonly attachments: readonly Attachment[] }
  /** The mail itself is no longer there. */
  | { readonly kind: 'gone' };
type Named = GraphAttachment & { readonly id: string };

/** Lists the attachments of a mail and stores their bytes. What one attachment, or their list, lacks never costs the mail. */
export class AttachmentReader {
  readonly #mailbox: GraphMailbox;
  readonly #dialect: Dialect;

  constructor(mailbox: GraphMailbox, dialect: Dialect) {
    this.#mailbox = mailbox;
    this.#dialect = dialect;
  }

  /** Where the list itself cannot be had, one that stands for all of them has failed. */
  async readAll(messageId: string, options: ReadOptions): Promise<AttachmentsRead> {
    const { signal } = options;
    const listed = (await this.#listWhole(messageId, signal)) ?? (await this.#listAgain(messageId, signal));
    if (listed.kind === 'refused') {
      if (isMissing(listed) && (await isGone(this.#mailbox, messageId, signal))) return { kind: 'gone' };
      const { code, message } = await ownFault(this.#mailbox, messageId, listed, signal);
      return { kind: 'read', attachments: [unlisted(allAttachments, `${code ?? 'not readable'}: ${message}`)] };
    }
    const attachments: Attachment[] = [];
    for (const found of listed.value) {
      const attachment = await this.#read(messageId, found, options);
      if (attachment === null) return { kind: 'gone' };
      attachments.push(attachment);
    }
    return { kind: 'read', attachments };
  }

  /** Null where it is gone for good or never had bytes. */
  async readOne(messageId: string, attachmentId: string, options: ReadOptions): Promise<StoredFile | null> {
    let stored = await this.#bytes(messageId, attachmentId, options);
    for (const waitMs of this.#mailbox.client.limits.missingWaitsMs) {
      if (stored.kind !== 'refused' || !isMissing(stored.refusal)) break;
      await sleep(waitMs, options.signal);
      stored = await this.#bytes(messageId, attachmentId, options);
    }
    if (stored.kind === 'stored') return stored.file;
    if (stored.kind === 'too_large' || isForGood(stored.refusal)) return null;
    if (isMissing(stored.refusal) && !(await this.#isListed(messageId, attachmentId, options.signal))) return null;
    throw await ownFault(this.#mailbox, messageId, stored.refusal, options.signal);
  }

  /** Whether the mail still names it: then it is not gone, whatever is said of its bytes. */
  async #isListed(messageId: string, attachmentId: string, signal: AbortSignal): Promise<boolean> {
    const listed = await this.#listAgain(messageId, signal);
    if (listed.kind === 'ok') return listed.value.some(({ id }) => id === attachmentId);
    return !isMissing(listed) || !(await isGone(this.#mailbox, messageId, signal));
  }

  /**
   * All attachments with their bytes, in one request: most are small, and a request costs more than they do. Null where
   * that is too much, or one of them spoils the answer: then each is asked for on its own.
   */
  async #listWhole(messageId: string, signal: AbortSignal): Promise<Answer<readonly GraphAttachment[]> | null> {
    const maxBytes = this.#mailbox.client.limits.inlineBytes;
    const read = { path: this.#path(messageId), maxBytes, unpacked: true, attempts: 1, gatewayAttempts: 1 };
    const answer = await this.#mailbox.json(read, 'the attachments of a mail', signal);
    if (answer.kind === 'refused') return null;
    const page = pageSchema.safeParse(answer.value).data;
    if (page === undefined || page['@odata.nextLink'] !== undefined) return null;
    return { kind: 'ok', value: page.value.map(attachmentIn) };
  }

  #path(messageId: string): string {
    return `${this.#mailbox.path}/messages/${segment(messageId)}/attachments`;
  }

  #listAgain(messageId: string, signal: AbortSignal): Promise<Answer<readonly GraphAttachment[]>> {
    return untilThere(this.#mailbox, signal, () => this.#list(messageId, signal));
  }

  async #list(messageId: string, signal: AbortSignal): Promise<Answer<readonly GraphAttachment[]>> {
    const path = this.#path(messageId);
    const listed = await askWithPieces(this.#dialect, ['contentId'], (pieces) => {
      const select = pieces.has('contentId') ? fields + contentIdField : fields;
      return this.#mailbox.list({ path: `${path}?${select}` }, 'the attachments of a mail', signal);
    });
    return listed.kind === 'ok' ? { kind: 'ok', value: listed.value.map(attachmentIn) } : listed;
  }

  /** Null where the mail is gone meanwhile. */
  async #read(messageId: string, found: GraphAttachment, options: ReadOptions): Promise<Attachment | null> {
    const described = describe(found);
    if (described.kind === 'reference') return absent(described, 'a link to a cloud file, which carries no bytes');
    const held = heldBytes(found);
    const id = found.id ?? '';
    if (held === null && id === '') return absent(described, 'the server gave neither its bytes nor an id to ask by');
    const stored =
      held === null
        ? await this.#bytesOf(messageId, { ...found, id }, options)
        : await storeHeld(held, this.#mailbox.client.limits.attachmentBytes, options);
    switch (stored.kind) {
      case 'stored': {
        if (held === null && lacksBytes(found.size ?? 0, stored.file.size)) {
          const reason = 'it came without its bytes';
          return { ...described, content: { kind: 'failed', providerId: id, reason } };
        }
        const content = { kind: 'stored', file: stored.file } as const;
        return { ...described, ...typedByBytes(described, stored.head), content };
      }
      case 'too_large':
        return absent(described, stored.reason);
      case 'refused': {
        if (hasNoBytes(described, stored.refusal)) return absent(described, 'the server says that it has no bytes');
        const content = await this.#failed(messageId, id, stored.refusal, options.signal);
        return content === null ? null : { ...described, content };
      }
    }
  }

  /** Scanning for malware replaces attachments shortly after arrival: the same one then has another id. */
  async #bytesOf(messageId: string, found: Named, options: ReadOptions): Promise<Stored> {
    const stored = await this.#bytes(messageId, found.id, options);
    if (stored.kind !== 'refused' || !isMissing(stored.refusal)) return stored;
    const listed = await this.#listAgain(messageId, options.signal);
    const now = listed.kind === 'ok' ? listed.value.find((other) => isReplacement(other, found)) : undefined;
    return this.#bytes(messageId, now?.id ?? found.id, options);
  }

  async #failed(
    messageId: string,
    providerId: string,
    refusal: Refusal,
    signal: AbortSignal,
  ): Promise<Attachment['content'] | null> {
    if (isMissing(refusal) && (await isGone(this.#mailbox, messageId, signal))) return null;
    const error = await ownFault(this.#mailbox, messageId, refusal, signal);
    const reason = `${error.code ?? 'not readable'}: the server could not give its bytes`;
    return { kind: 'failed', providerId, reason };
  }

  #bytes(messageId: string, attachmentId: string, options: ReadOptions): Promise<Stored> {
    const path = `${this.#path(messageId)}/${segment(attachmentId)}/$value`;
    const maxBytes = this.#mailbox.client.limits.attachmentBytes;
    return store(this.#mailbox, { path, about: 'an attachment', maxBytes }, options);
  }
}

function absent(described: Omit<Attachment, 'content'>, reason: string): Attachment {
  return { ...described, content: { kind: 'absent', reason } };
}

/** What is no attachment at all is one of which nothing is known: it is shown, not dropped. */
function attachmentIn(entry: unknown): GraphAttachment {
  return attachmentSchema.safeParse(entry).data ?? {};
}

/** 405 is the documented answer for kinds without bytes; a file has some. */
function hasNoBytes({ kind }: Pick<Attachment, 'kind'>, refusal: Refusal): boolean {
  return kind !== 'file' && refusal.status === 405;
}

function isForGood(refusal: Refusal): boolean {
  return refusal.status === 405 || refusal.code === 'errorcannotopenfileattachment';
}
