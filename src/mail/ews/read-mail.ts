import type { GetItemResponse } from 'ews-javascript-api';
import { IntegratorError, toIntegratorError } from '../../domain/errors.ts';
import type { StoredFile } from '../../domain/message.ts';
import { protectionOf } from '../protection.ts';
import type { PresentEntry, ReadOptions, ReadResult } from '../provider.ts';
import { AttachmentReader } from './attachments.ts';
import { ofItself, ownFault } from './blame.ts';
import type { Library } from './client.ts';
import { base64Bytes, storeContent } from './content-answer.ts';
import type { EwsLimits } from './limits.ts';
import type { EwsMailbox } from './mailbox.ts';
import { headersOf, propertiesOf, toMessage } from './map.ts';
import { isUnanswered, passes } from './refusals.ts';
import type { EwsPlace } from './refusals.ts';
import { serviceErrorOf } from './responses.ts';
import { fieldOf, textIn } from './values.ts';

const goneCodes = new Set(['ErrorItemNotFound', 'ErrorInvalidIdMalformed', 'ErrorInvalidId']);
/** Where the item can perhaps be read without its text and unique body. */
const partlyReadable = new Set([
  'ErrorInternalServerError',
  'ErrorContentConversionFailed',
  'ErrorDataSizeLimitExceeded',
]);

interface Refused {
  readonly kind: 'refused';
  /** Said of a whole request, and not of this mail in it. */
  readonly ofAll: boolean;
  readonly error: IntegratorError;
}
type Fetched = { readonly kind: 'item'; readonly item: object; readonly library: Library } | Refused;

interface Batch {
  readonly ids: readonly string[];
  readonly fetched: Promise<ReadonlyMap<string, Fetched>>;
}

/** Reads mails in small batches. One mail's trouble becomes a result; what would hit every mail is thrown. */
export class MailReader {
  readonly #mailbox: EwsMailbox;
  readonly #uniqueBody: boolean;
  readonly attachments: AttachmentReader;

  constructor(mailbox: EwsMailbox, uniqueBody: boolean) {
    this.#mailbox = mailbox;
    this.#uniqueBody = uniqueBody;
    this.attachments = new AttachmentReader(mailbox);
  }

  async *read(entries: readonly PresentEntry[], options: ReadOptions): AsyncGenerator<ReadResult> {
    const batches = batchesOf(entries, this.#mailbox.client.limits);
    const begin = (ids: readonly string[]): Batch => {
      const fetched = this.#fetch(ids, options.signal);
      // Whoever stops reading does not wait for what was asked ahead.
      fetched.catch(() => undefined);
      return { ids, fetched };
    };
    let [next = null] = batches.slice(0, 1).map(begin);
    for (let index = 1; next !== null; index += 1) {
      const { ids, fetched }: Batch = next;
      const found = await fetched;
      const following = batches[index];
      // The server works on the next batch while this one is taken apart.
      next = following === undefined ? null : begin(following);
      for (const id of ids) yield await this.#complete(id, found.get(id), options);
    }
  }

  async readOne(providerId: string, options: ReadOptions): Promise<ReadResult> {
    const fetched = await this.#fetch([providerId], options.signal);
    return this.#complete(providerId, fetched.get(providerId), options);
  }

  /** What a batch cannot give is asked for by itself, then without its text; what is left is refused. */
  async #fetch(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Fetched>> {
    const fetched = await this.#tried(ids, signal, false);
    const answers = new Map(fetched);
    for (const [id, answer] of fetched) {
      if (answer.kind === 'refused') answers.set(id, await this.#retried(id, answer, ids.length, signal));
    }
    const others = [...answers.values()].some(({ kind }) => kind === 'item');
    for (const [id, answer] of answers) {
      if (answer.kind === 'refused' && !others) answers.set(id, await this.#blamed(answer, signal));
    }
    return answers;
  }

  /** No mail of a batch came: what is said of each of them may be meant of the mailbox, and is thrown then. */
  async #blamed(answer: Refused, signal: AbortSignal): Promise<Refused> {
    const { error } = answer;
    if (answer.ofAll || goneCodes.has(error.code ?? '') || isOfItself(error)) return answer;
    return { ...answer, error: await ownFault(this.#mailbox, error, signal) };
  }

  async #retried(id: string, answer: Refused, together: number, signal: AbortSignal): Promise<Fetched> {
    let refused = answer;
    for (const light of [false, true]) {
      const helps = light ? mayComeLight(refused) : together > 1 && mayComeAlone(refused);
      if (!helps) continue;
      const found = (await this.#tried([id], signal, light)).get(id);
      if (found?.kind === 'item') return found;
      refused = found ?? refused;
    }
    return refused;
  }

  /** An answer for each; lasting trouble of the request becomes theirs, unless it hits the whole mailbox. */
  async #tried(ids: readonly string[], signal: AbortSignal, light: boolean): Promise<ReadonlyMap<string, Fetched>> {
    try {
      return await this.#ask(ids, signal, light);
    } catch (thrown) {
      const error = await ownFault(this.#mailbox, thrown, signal);
      return new Map(ids.map((id) => [id, { kind: 'refused', ofAll: true, error }]));
    }
  }

  #ask(ids: readonly string[], signal: AbortSignal, light: boolean): Promise<ReadonlyMap<string, Fetched>> {
    return this.#mailbox.call('mail', signal, async (service, library) => {
      const properties = propertiesOf(library, this.#uniqueBody, light);
      const answers = await service.BindToItems(
        ids.map((id) => new library.ItemId(id)),
        properties,
      );
      return new Map(
        ids.map((id, index) => [id, fetchedOf(answers.Responses[index], library, this.#mailbox.client.place)]),
      );
    });
  }

  async #complete(providerId: string, fetched: Fetched | undefined, options: ReadOptions): Promise<ReadResult> {
    if (fetched === undefined) throw new IntegratorError('bug', 'a mail was not asked for');
    if (fetched.kind === 'refused') return refusedResult(providerId, fetched.error);
    const { item, library } = fetched;
    const attachments = await this.attachments.readAll(item, library, options);
    const protection = protectionOf(headersOf(item), attachments);
    const keep = options.keepOriginal || protection !== 'none';
    const original = keep ? await this.#original(providerId, options) : null;
    try {
      return { kind: 'message', message: toMessage(item, providerId, library, { attachments, original, protection }) };
    } catch (error) {
      return { kind: 'damaged', providerId, error: toIntegratorError(error) };
    }
  }

  /** The MIME bytes as they are; null where the server cannot give them: the mail comes nevertheless. */
  async #original(id: string, options: ReadOptions): Promise<StoredFile | null> {
    const { contentBytes } = this.#mailbox.client.limits;
    let file: StoredFile | null = null;
    const take = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
      const taken = await storeContent(body, options.files, contentBytes);
      ({ file } = taken);
      return taken.rest;
    };
    const asked = this.#mailbox.call(
      'the original of a mail',
      options.signal,
      async (service, library) => {
        const properties = new library.PropertySet(library.BasePropertySet.IdOnly, [library.ItemSchema.MimeContent]);
        const answer = (await service.BindToItems([new library.ItemId(id)], properties)).Responses[0];
        if (serviceErrorOf(answer, library.ServiceError, 'the original of a mail', this.#mailbox.client.place) !== null)
          return null;
        if (file !== null) return file;
        const base64 = textIn(fieldOf(answer?.Item, 'MimeContent'), 'Content');
        return base64 === '' ? null : options.files.put([base64Bytes(base64)], contentBytes);
      },
      { maxBytes: contentBytes, take },
    );
    return asked.catch(async (thrown: unknown) => {
      await ownFault(this.#mailbox, thrown, options.signal);
      return null;
    });
  }
}

/** By count and by bytes; what does not say its size counts as nothing. */
function batchesOf(entries: readonly PresentEntry[], { batch, batchBytes }: EwsLimits): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const { providerId, content } of entries) {
    const size = typeof content === 'number' ? content : 0;
    bytes += size;
    const last = batches.at(-1);
    if (last === undefined || last.length >= batch || bytes > batchBytes) {
      batches.push([providerId]);
      bytes = size;
    } else last.push(providerId);
  }
  return batches;
}

function mayComeAlone({ ofAll, error: { code = '' } }: Refused): boolean {
  return ofAll || code === 'unreadable' || isUnanswered(code) || passes(code);
}

function mayComeLight({ ofAll, error: { code = '' } }: Refused): boolean {
  return ofAll || partlyReadable.has(code);
}

function fetchedOf(answer: GetItemResponse | undefined, library: Library, place: EwsPlace): Fetched {
  const error = serviceErrorOf(answer, library.ServiceError, 'a mail', place);
  if (error !== null) return { kind: 'refused', ofAll: false, error };
  const item: unknown = answer?.Item;
  if (typeof item === 'object' && item !== null) return { kind: 'item', item, library };
  return {
    kind: 'refused',
    ofAll: false,
    error: new IntegratorError('protocol', 'an item of a kind we do not know', { code: 'unknown_item' }),
  };
}

function refusedResult(providerId: string, error: IntegratorError): ReadResult {
  if (goneCodes.has(error.code ?? '')) return { kind: 'gone', providerId };
  if (error.kind === 'throttled') throw error;
  return { kind: 'damaged', providerId, error: isOfItself(error) ? error : ofItself(error) };
}

function isOfItself({ kind }: IntegratorError): boolean {
  return kind === 'protocol' || kind === 'unreachable';
}
