import type { Attachment, StoredFile } from '../../domain/message.ts';
import type { ReadOptions } from '../provider.ts';
import type { Answer, Refusal } from './answer.ts';
import { isMissing, ownFault } from './blame.ts';
import { store, storeHeld, type Stored } from './byte-store.ts';
import type { GraphMailbox } from './mailbox.ts';
import { askWithPieces, type Dialect, segment } from './query.ts';
import { attachmentSchema, type GraphAttachment, pageSchema } from './schema.ts';

const fields = '$select=id,name,contentType,size,isInline,lastModifiedDateTime';
/** Only file attachments have it; asked for through a cast. */
const contentIdField = ',microsoft.graph.fileAttachment/contentId';

/** Lists the attachments of a mail and stores their bytes. What one attachment lacks never costs the mail. */
export class AttachmentReader {
  readonly #mailbox: GraphMailbox;
  readonly #dialect: Dialect;

  constructor(mailbox: GraphMailbox, dialect: Dialect) {
    this.#mailbox = mailbox;
    this.#dialect = dialect;
  }

  /** Refused where the list itself cannot be had. */
  async readAll(messageId: string, options: ReadOptions): Promise<Answer<readonly Attachment[]>> {
    const listed = (await this.#listWhole(messageId, options.signal)) ?? (await this.#list(messageId, options.signal));
    if (listed.kind === 'refused') return listed;
    const attachments: Attachment[] = [];
    for (const found of listed.value) attachments.push(await this.#read(messageId, found, options));
    return { kind: 'ok', value: attachments };
  }

  /** Null where it is gone for good or never had bytes. */
  async readOne(messageId: string, attachmentId: string, options: ReadOptions): Promise<StoredFile | null> {
    const stored = await this.#bytes(messageId, attachmentId, options);
    if (stored.kind === 'stored') return stored.file;
    if (stored.kind === 'too_large' || isForGood(stored.refusal)) return null;
    throw await ownFault(this.#mailbox, stored.refusal, options.signal);
  }

  /**
   * All attachments with their bytes, in one request: most are small, and a request costs more than they do. Null where
   * that is too much, or one of them spoils the answer: then each is asked for on its own.
   */
  async #listWhole(messageId: string, signal: AbortSignal): Promise<Answer<readonly GraphAttachment[]> | null> {
    const maxBytes = this.#mailbox.client.limits.inlineBytes;
    const read = { path: this.#path(messageId), maxBytes, unpacked: true, attempts: 1, gatewayAttempts: 1 };
    const answer = await this.#mailbox.json(read, 'the attachments of a mail', signal);
    if (answer.kind === 'refused') return isMissing(answer) ? answer : null;
    const page = pageSchema.safeParse(answer.value).data;
    if (page === undefined || page['@odata.nextLink'] !== undefined) return null;
    return { kind: 'ok', value: attachmentsIn(page.value) };
  }

  #path(messageId: string): string {
    return `${this.#mailbox.path}/messages/${segment(messageId)}/attachments`;
  }

  async #list(messageId: string, signal: AbortSignal): Promise<Answer<readonly GraphAttachment[]>> {
    const path = this.#path(messageId);
    const first = await askWithPieces(this.#dialect, ['contentId'], (pieces) => {
      const select = pieces.has('contentId') ? fields + contentIdField : fields;
      return this.#mailbox.page({ path: `${path}?${select}` }, 'the attachments of a mail', signal);
    });
    if (first.kind === 'refused') return first;
    const entries = [...first.value.value];
    const next = first.value['@odata.nextLink'];
    if (next !== undefined) {
      for await (const entry of this.#mailbox.entries({ link: next }, 'the attachments of a mail', signal)) {
        entries.push(entry);
      }
    }
    return { kind: 'ok', value: attachmentsIn(entries) };
  }

  async #read(messageId: string, found: GraphAttachment, options: ReadOptions): Promise<Attachment> {
    const kind = kindOf(found);
    const described = {
      name: nameOf(found, kind),
      contentType: found.contentType ?? (kind === 'item' ? 'message/rfc822' : 'application/octet-stream'),
      size: found.size ?? 0,
      kind,
      inline: found.isInline ?? false,
      contentId: found.contentId?.trim().replace(/^<(.*)>$/s, '$1') || null,
    };
    if (kind === 'reference') {
      return { ...described, content: { kind: 'absent', reason: 'a link to a cloud file, which carries no bytes' } };
    }
    const stored = await this.#stored(messageId, found, options);
    if (stored.kind === 'stored') return { ...described, ...asItem(kind, described.name, stored) };
    if (stored.kind === 'too_large') return { ...described, content: { kind: 'absent', reason: stored.reason } };
    return { ...described, content: await this.#failed(stored.refusal, found.id, options) };
  }

  #stored(messageId: string, found: GraphAttachment, options: ReadOptions): Promise<Stored> {
    const { contentBytes } = found;
    if (typeof contentBytes !== 'string') return this.#bytesOf(messageId, found, options);
    return storeHeld(Buffer.from(contentBytes, 'base64'), this.#mailbox.client.limits.attachmentBytes, options);
  }

  /** Scanning for malware replaces attachments shortly after arrival: the same one then has another id. */
  async #bytesOf(messageId: string, found: GraphAttachment, options: ReadOptions): Promise<Stored> {
    const stored = await this.#bytes(messageId, found.id, options);
    if (stored.kind !== 'refused' || !isMissing(stored.refusal)) return stored;
    const listed = await this.#list(messageId, options.signal);
    const now = listed.kind === 'ok' ? listed.value.find((other) => isReplacement(other, found)) : undefined;
    return now === undefined ? stored : this.#bytes(messageId, now.id, options);
  }

  async #failed(refusal: Refusal, providerId: string, options: ReadOptions): Promise<Attachment['content']> {
    const error = await ownFault(this.#mailbox, refusal, options.signal);
    const reason = `${error.code ?? 'not readable'}: the server could not give its bytes`;
    // 405 is the documented answer for kinds without bytes.
    return refusal.status === 405 ? { kind: 'absent', reason } : { kind: 'failed', providerId, reason };
  }

  #bytes(messageId: string, attachmentId: string, options: ReadOptions): Promise<Stored> {
    const path = `${this.#path(messageId)}/${segment(attachmentId)}/$value`;
    const maxBytes = this.#mailbox.client.limits.attachmentBytes;
    return store(this.#mailbox, { path, about: 'an attachment', maxBytes }, options);
  }
}

function attachmentsIn(entries: readonly unknown[]): readonly GraphAttachment[] {
  return entries.flatMap((entry) => attachmentSchema.safeParse(entry).data ?? []);
}

function kindOf(found: GraphAttachment): Attachment['kind'] {
  const type = (found['@odata.type'] ?? '').toLowerCase();
  if (type.endsWith('.itemattachment')) return 'item';
  return type.endsWith('.referenceattachment') ? 'reference' : 'file';
}

function nameOf(found: GraphAttachment, kind: Attachment['kind']): string {
  const name = found.name ?? '';
  return name === '' ? (kind === 'item' ? 'attached item' : 'attachment') : name;
}

/** An attached item comes as MIME, iCalendar or vCard; only its bytes tell which. */
function asItem(kind: Attachment['kind'], name: string, stored: Extract<Stored, { kind: 'stored' }>) {
  const content = { kind: 'stored', file: stored.file } as const;
  if (kind !== 'item') return { content };
  const { contentType, extension } = itemType(stored.head);
  return { content, contentType, name: name.toLowerCase().endsWith(extension) ? name : name + extension };
}

function itemType(head: string): { readonly contentType: string; readonly extension: string } {
  if (/^\s*BEGIN:VCALENDAR/i.test(head)) return { contentType: 'text/calendar', extension: '.ics' };
  if (/^\s*BEGIN:VCARD/i.test(head)) return { contentType: 'text/vcard', extension: '.vcf' };
  return { contentType: 'message/rfc822', extension: '.eml' };
}

function isReplacement(other: GraphAttachment, found: GraphAttachment): boolean {
  return other.id !== found.id && other.name === found.name && kindOf(other) === kindOf(found);
}

function isForGood(refusal: Refusal): boolean {
  return refusal.status === 404 || refusal.status === 405 || refusal.code === 'errorcannotopenfileattachment';
}
