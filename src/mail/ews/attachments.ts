import type { GetAttachmentResponse } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import type { Attachment, StoredFile } from '../../domain/message.ts';
import { lacksBytes } from '../lacks-bytes.ts';
import type { FileSink, ReadOptions } from '../provider.ts';
import { attachmentsOf, groupsOf, type ListedAttachment } from './attachment-list.ts';
import { ofItself, ownFault } from './blame.ts';
import type { Library } from './client.ts';
import { base64Bytes, storeContent } from './content-answer.ts';
import type { EwsMailbox } from './mailbox.ts';
import { isUnanswered } from './refusals.ts';
import { serviceErrorOf } from './responses.ts';
import { fieldOf, textIn } from './values.ts';

const attachmentBytes = 160 * 1_048_576;
/** Of an answer with several; more than their sizes promised comes one by one, straight to the disk. */
const togetherAnswerBytes = 8 * 1_048_576;
const forGood = new Set([
  'ErrorCannotOpenFileAttachment',
  'ErrorInvalidAttachmentId',
  'ErrorItemNotFound',
  'ErrorInvalidIdMalformed',
]);

type Got =
  | { readonly kind: 'stored'; readonly file: StoredFile }
  | { readonly kind: 'refused'; readonly error: IntegratorError };

/** Fetches the attachments of mails and stores their bytes. What one of them lacks never costs the mail. */
export class AttachmentReader {
  readonly #mailbox: EwsMailbox;

  constructor(mailbox: EwsMailbox) {
    this.#mailbox = mailbox;
  }

  async readAll(item: unknown, library: Library, options: ReadOptions): Promise<readonly Attachment[]> {
    const read: Attachment[] = [];
    for (const group of groupsOf(attachmentsOf(item, library))) {
      const wanted = group.flatMap(({ id, described: { kind } }) => (kind === 'reference' || id === '' ? [] : [id]));
      const got = wanted.length === 0 ? new Map<string, Got>() : await this.#fetch(wanted, options);
      for (const one of group) read.push(withContent(one, got.get(one.id)));
    }
    return read;
  }

  /** Null where it is gone for good or never had bytes. */
  async readOne(attachmentId: string, options: ReadOptions): Promise<StoredFile | null> {
    const got = (await this.#fetch([attachmentId], options)).get(attachmentId);
    if (got?.kind === 'stored') return got.file;
    if (got === undefined || forGood.has(got.error.code ?? '')) return null;
    throw got.error;
  }

  /** What several cannot be had together for is asked again one by one; one that lastingly fails is refused. */
  async #fetch(ids: readonly string[], options: ReadOptions): Promise<ReadonlyMap<string, Got>> {
    const [only = '', ...others] = ids;
    try {
      if (others.length === 0) return new Map([[only, await this.#fetchAlone(only, options)]]);
      return await this.#completed(await this.#fetchTogether(ids, options), options);
    } catch (thrown) {
      const error = await ownFault(this.#mailbox, thrown, options.signal);
      if (others.length === 0) return new Map([[only, { kind: 'refused', error }]]);
      const single: [string, Got][] = [];
      for (const id of ids) single.push(...(await this.#fetch([id], options)));
      return new Map(single);
    }
  }

  /** What a batch did not get to is asked for by itself. */
  async #completed(found: ReadonlyMap<string, Got>, options: ReadOptions): Promise<ReadonlyMap<string, Got>> {
    const whole = new Map(found);
    for (const [id, answer] of found) {
      if (answer.kind === 'stored' || !isUnanswered(answer.error.code ?? '')) continue;
      whole.set(id, (await this.#fetch([id], options)).get(id) ?? answer);
    }
    return whole;
  }

  /** Its bytes go from the answer to the disk as they come. */
  #fetchAlone(id: string, { files, signal }: ReadOptions): Promise<Got> {
    const { contentBytes: maxBytes } = this.#mailbox.client.limits;
    let file: StoredFile | null = null;
    const take = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
      const taken = await storeContent(body, files, attachmentBytes);
      ({ file } = taken);
      return taken.rest;
    };
    const work = async (service: Service, library: Library): Promise<Got> => {
      const [answer] = await responsesTo(service, library, [id]);
      return gotFrom(answer, library, { files, file });
    };
    return this.#mailbox.call('attachments', signal, work, { maxBytes, take });
  }

  #fetchTogether(ids: readonly string[], { files, signal }: ReadOptions): Promise<ReadonlyMap<string, Got>> {
    const work = async (service: Service, library: Library): Promise<ReadonlyMap<string, Got>> => {
      const answers = await responsesTo(service, library, ids);
      const got = new Map<string, Got>();
      for (const [index, id] of ids.entries()) {
        got.set(id, await gotFrom(answers[index], library, { files, file: null }));
      }
      return got;
    };
    return this.#mailbox.call('attachments', signal, work, { maxBytes: togetherAnswerBytes });
  }
}

type Service = InstanceType<Library['ExchangeService']>;
type Responses = readonly (GetAttachmentResponse | undefined)[];

async function responsesTo(service: Service, library: Library, ids: readonly string[]): Promise<Responses> {
  // Items carry their text only as MIME; files do not mind being asked.
  const answers = await service.GetAttachments([...ids], nothing(), [library.ItemSchema.MimeContent]);
  return answers.Responses;
}

/** The library's types leave no room for its own null. */
function nothing(): never {
  return null as never;
}

interface Storing {
  readonly files: FileSink;
  /** Where its content has been stored already. */
  readonly file: StoredFile | null;
}

async function gotFrom(
  answer: GetAttachmentResponse | undefined,
  library: Library,
  { files, file }: Storing,
): Promise<Got> {
  const error = serviceErrorOf(answer, library.ServiceError, 'an attachment');
  if (error !== null) return { kind: 'refused', error: ofItself(error) };
  if (file !== null) return { kind: 'stored', file };
  const base64 = base64In(answer?.Attachment, library);
  if (base64 === null) {
    const missing = new IntegratorError('protocol', 'an attachment came without content', { code: 'no_content' });
    return { kind: 'refused', error: missing };
  }
  return { kind: 'stored', file: await files.put([base64Bytes(base64)], attachmentBytes) };
}

/** Null where there is none to be had. */
function base64In(attachment: unknown, library: Library): string | null {
  // An empty file has no content to show.
  if (attachment instanceof library.FileAttachment) return textIn(attachment, 'Base64Content');
  const mime = fieldOf(fieldOf(attachment, 'Item'), 'MimeContent');
  return textIn(mime, 'Content') || null;
}

function withContent({ id, described }: ListedAttachment, got: Got | undefined): Attachment {
  if (described.kind === 'reference') {
    return { ...described, content: { kind: 'absent', reason: 'a link to a cloud file, which carries no bytes' } };
  }
  if (got?.kind === 'stored') {
    if (lacksBytes(described.size, got.file.size)) {
      return { ...described, content: { kind: 'failed', providerId: id, reason: 'it came without its bytes' } };
    }
    const asMail = described.kind === 'item' ? mailNames(described.name) : {};
    return { ...described, ...asMail, content: { kind: 'stored', file: got.file } };
  }
  if (got?.error.code === 'too_large') return { ...described, content: { kind: 'absent', reason: 'too large' } };
  if (id === '') return { ...described, content: { kind: 'absent', reason: 'the server gave no id to ask for it by' } };
  const reason = `${got?.error.code ?? 'not readable'}: the server could not give its bytes`;
  return { ...described, content: { kind: 'failed', providerId: id, reason } };
}

function mailNames(name: string): { readonly name: string; readonly contentType: string } {
  return { name: name.toLowerCase().endsWith('.eml') ? name : `${name}.eml`, contentType: 'message/rfc822' };
}
