import type { Attachment as TheirAttachment, GetAttachmentResponse, Item } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import type { Attachment, StoredFile } from '../../domain/message.ts';
import type { ReadOptions } from '../provider.ts';
import { ownFault } from './blame.ts';
import { referenceMark } from './client.ts';
import type { EwsMailbox } from './mailbox.ts';
import { optional } from './map.ts';
import { isUnanswered } from './refusals.ts';
import type { EwsPlace } from './refusals.ts';
import { serviceErrorOf } from './responses.ts';

/** Together in one request up to here; a larger one comes alone. */
const togetherBytes = 2 * 1_048_576;
const togetherMost = 20;
const attachmentBytes = 160 * 1_048_576;
const forGood = new Set([
  'ErrorCannotOpenFileAttachment',
  'ErrorInvalidAttachmentId',
  'ErrorItemNotFound',
  'ErrorInvalidIdMalformed',
]);

type Bytes =
  { readonly kind: 'bytes'; readonly bytes: Buffer } | { readonly kind: 'refused'; readonly error: IntegratorError };

/** Fetches the attachments of mails and stores their bytes. What one of them lacks never costs the mail. */
export class AttachmentReader {
  readonly #mailbox: EwsMailbox;

  constructor(mailbox: EwsMailbox) {
    this.#mailbox = mailbox;
  }

  async readAll(item: Item, options: ReadOptions): Promise<readonly Attachment[]> {
    const listed = optional(() => item.Attachments.GetEnumerator()) ?? [];
    const read: Attachment[] = [];
    for (const group of groupsOf(listed)) {
      const wanted = group.filter((one) => kindOf(one) !== 'reference');
      const fetched =
        wanted.length === 0
          ? new Map<string, Bytes>()
          : await this.#fetch(
              wanted.map(({ Id }) => Id),
              options.signal,
            );
      for (const one of group) read.push(await described(one, fetched.get(one.Id), options));
    }
    return read;
  }

  /** Null where it is gone for good or never had bytes. */
  async readOne(attachmentId: string, options: ReadOptions): Promise<StoredFile | null> {
    const found = (await this.#fetch([attachmentId], options.signal)).get(attachmentId);
    if (found?.kind === 'bytes') return options.files.put(once(found.bytes), attachmentBytes);
    if (found === undefined || forGood.has(found.error.code ?? '')) return null;
    throw found.error;
  }

  /** What several cannot be had together for is asked again one by one; one that lastingly fails is refused. */
  async #fetch(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Bytes>> {
    try {
      const found = await this.#fetchTogether(ids, signal);
      return ids.length === 1 ? found : await this.#completed(found, signal);
    } catch (thrown) {
      const error = await ownFault(this.#mailbox, thrown, signal);
      const [only, ...others] = ids;
      if (others.length === 0 && only !== undefined) return new Map([[only, { kind: 'refused', error }]]);
      const single: [string, Bytes][] = [];
      for (const id of ids) single.push(...(await this.#fetch([id], signal)));
      return new Map(single);
    }
  }

  /** What a batch did not get to is asked for by itself. */
  async #completed(found: ReadonlyMap<string, Bytes>, signal: AbortSignal): Promise<ReadonlyMap<string, Bytes>> {
    const whole = new Map(found);
    for (const [id, answer] of found) {
      if (answer.kind === 'bytes' || !isUnanswered(answer.error.code ?? '')) continue;
      whole.set(id, (await this.#fetch([id], signal)).get(id) ?? answer);
    }
    return whole;
  }

  async #fetchTogether(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Bytes>> {
    const { place, limits } = this.#mailbox.client;
    const { contentBytes } = limits;
    return this.#mailbox.call(
      'attachments',
      signal,
      async (service, library) => {
        // Items carry their text only as MIME; files do not mind being asked.
        const answers = await service.GetAttachments([...ids], nothing(), [library.ItemSchema.MimeContent]);
        return new Map(ids.map((id, index) => [id, bytesOf(answers.Responses[index], library.ServiceError, place)]));
      },
      { maxBytes: contentBytes },
    );
  }
}

/** The library's types leave no room for its own null. */
function nothing(): never {
  return null as never;
}

function bytesOf(
  answer: GetAttachmentResponse | undefined,
  codes: Readonly<Record<number, string>>,
  place: EwsPlace,
): Bytes {
  const error = serviceErrorOf(answer, codes, 'an attachment', place);
  if (error !== null) return { kind: 'refused', error };
  const attachment: unknown = answer?.Attachment;
  const base64 = base64In(attachment);
  if (base64 !== null) return { kind: 'bytes', bytes: Buffer.from(base64, 'base64') };
  return {
    kind: 'refused',
    error: new IntegratorError('protocol', 'an attachment came without content', { code: 'no_content' }),
  };
}

interface WithContent {
  readonly Base64Content?: string | null;
  readonly Item?: { readonly MimeContent?: { readonly Content?: string | null } | null } | null;
}

function base64In(attachment: unknown): string | null {
  const found = attachment as WithContent | null | undefined;
  const item = optional(() => found?.Item);
  if (item !== undefined) return optional(() => item.MimeContent?.Content) ?? null;
  // An empty file has no content to show.
  return found === null || found === undefined ? null : (optional(() => found.Base64Content) ?? '');
}

async function described(one: TheirAttachment, found: Bytes | undefined, options: ReadOptions): Promise<Attachment> {
  const kind = kindOf(one);
  const common = descriptionOf(one, kind);
  if (kind === 'reference') {
    return { ...common, content: { kind: 'absent', reason: 'a link to a cloud file, which carries no bytes' } };
  }
  if (found?.kind !== 'bytes') {
    const reason = `${found?.error.code ?? 'not readable'}: the server could not give its bytes`;
    return { ...common, content: { kind: 'failed', providerId: one.Id, reason } };
  }
  if (found.bytes.length > attachmentBytes) return { ...common, content: { kind: 'absent', reason: 'too large' } };
  const file = await options.files.put(once(found.bytes), attachmentBytes);
  return { ...common, ...(kind === 'item' ? asMail(common.name) : {}), content: { kind: 'stored', file } };
}

function descriptionOf(one: TheirAttachment, kind: Attachment['kind']) {
  const isItem = kind === 'item';
  return {
    name: one.Name ?? (isItem ? 'attached item' : 'attachment'),
    contentType: one.ContentType ?? (isItem ? 'message/rfc822' : 'application/octet-stream'),
    size: one.Size ?? 0,
    kind,
    inline: one.IsInline ?? false,
    contentId: one.ContentId?.trim().replace(/^<(.*)>$/s, '$1') || null,
  };
}

function asMail(name: string): { readonly name: string; readonly contentType: string } {
  return { name: name.toLowerCase().endsWith('.eml') ? name : `${name}.eml`, contentType: 'message/rfc822' };
}

function kindOf(one: TheirAttachment): Attachment['kind'] {
  if (one.ContentLocation === referenceMark) return 'reference';
  return one.constructor.name === 'ItemAttachment' ? 'item' : 'file';
}

function groupsOf(listed: readonly TheirAttachment[]): readonly (readonly TheirAttachment[])[] {
  const groups: TheirAttachment[][] = [];
  let bytes = Infinity;
  for (const one of listed) {
    const size = one.Size ?? 0;
    bytes += size;
    const last = groups.at(-1);
    if (last === undefined || bytes > togetherBytes || last.length >= togetherMost) {
      groups.push([one]);
      bytes = size;
    } else last.push(one);
  }
  return groups;
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
