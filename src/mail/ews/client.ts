import { randomUUID } from 'node:crypto';
import type { DateTime, ExchangeService } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import { type Asker, Exchange, type ExchangeOptions } from './exchange.ts';
import { loadLibrary } from './library.ts';
import type { EwsLimits } from './limits.ts';
import type { EwsPlace } from './refusals.ts';
import { textOf, timeWritten } from './values.ts';

export type Library = Awaited<ReturnType<typeof loadLibrary>>;
type LibraryReply = Awaited<ReturnType<ExchangeService['XHRApi']['xhr']>>;
export type Work<T> = (service: ExchangeService, library: Library) => Promise<T>;

/** The library drops attached cloud links; they pass it as files with this mark. */
export const referenceMark = `reference-${randomUUID()}`;

/** Exchange for one connection: the library writes the requests and reads the answers, and everything else is ours. */
export class EwsClient {
  readonly limits: EwsLimits;
  readonly #options: ExchangeOptions;
  readonly #exchange: Exchange;

  constructor(options: ExchangeOptions) {
    this.limits = options.limits;
    this.#options = options;
    this.#exchange = new Exchange(options);
  }

  /** Who signs in, and where, for advice that fits. */
  get place(): EwsPlace {
    return this.#exchange.place;
  }

  close(): void {
    this.#exchange.close();
  }

  serverTimeMs(): number | null {
    return this.#options.transport.serverTimeMs();
  }

  /** One operation. What our side finds wrong is thrown, whatever the library makes of it. */
  async call<T>(asker: Asker, work: Work<T>): Promise<T> {
    const library = await loadLibrary();
    let failure: unknown;
    try {
      // A service keeps the headers and the state of a call, so each call has its own.
      const service = this.#service(library, asker.address);
      return await new Promise<T>((resolve, reject) => {
        const xhr = async (options: { readonly data?: string }): Promise<LibraryReply> => {
          try {
            return replyOf(await this.#exchange.send(options.data ?? '', asker));
          } catch (error) {
            failure = error;
            reject(error);
            throw replyOf('');
          }
        };
        service.XHRApi = { xhr, xhrStream: noStreams, disconnect: () => undefined };
        work(service, library).then(resolve, reject);
      });
    } catch (error) {
      throw failure ?? unreadable(error, asker.about);
    }
  }

  /** The XML of the answer to the one request that `work` makes; the library writes the request, and that is all. */
  async text(asker: Asker, work: Work<unknown>): Promise<string> {
    const library = await loadLibrary();
    const service = this.#service(library, asker.address);
    const request = await new Promise<string>((resolve, reject) => {
      const xhr = (options: { readonly data?: string }): Promise<LibraryReply> => {
        resolve(options.data ?? '');
        // It is given no answer to stumble over.
        return new Promise(() => undefined);
      };
      service.XHRApi = { xhr, xhrStream: noStreams, disconnect: () => undefined };
      work(service, library).catch((error: unknown) => reject(unreadable(error, asker.about)));
    });
    return this.#exchange.send(request, asker);
  }

  #service(library: Library, address: string): ExchangeService {
    const service = new library.ExchangeService(library.ExchangeVersion.Exchange2013_SP1);
    service.Url = new library.Uri(this.#options.url.href);
    // The transport signs in; the library only wants to see something.
    service.Credentials = new library.OAuthCredentials('elsewhere', true);
    const { signIn } = this.#options;
    if (signIn.kind === 'token' && signIn.impersonate) {
      service.ImpersonatedUserId = new library.ImpersonatedUserId(library.ConnectingIdType.SmtpAddress, address);
    }
    return Object.assign(service, { ConvertUniversalDateTimeStringToLocalDateTime: dateReader(library) });
  }
}

/** The library's own way takes a third of the time a mail takes: it reads every date twice, through time zones. */
function dateReader(library: Library): (written: unknown) => DateTime | null {
  let last: { readonly written: unknown; readonly date: DateTime | null } = { written: '', date: null };
  return (written) => {
    if (written !== last.written) last = { written, date: dateOf(library, written) };
    return last.date;
  };
}

function dateOf(library: Library, written: unknown): DateTime | null {
  const ms = timeWritten(textOf(written));
  return ms === null ? null : new library.DateTime(ms, library.DateTimeKind.Utc);
}

function noStreams(): Promise<LibraryReply> {
  return Promise.reject(new IntegratorError('bug', 'streams of Exchange are not used'));
}

/** As much of a browser's request object as the library looks at. */
function replyOf(text: string): LibraryReply {
  const responseText = text.includes('ReferenceAttachment>') ? withReferencesAsFiles(text) : text;
  return {
    status: text === '' ? 0 : 200,
    responseText,
    response: responseText,
    getAllResponseHeaders: () => '',
    getResponseHeader: () => null,
  };
}

function withReferencesAsFiles(text: string): string {
  return text
    .replace(
      /<([\w.-]+:)?ReferenceAttachment>/g,
      `<$1FileAttachment><$1ContentLocation>${referenceMark}</$1ContentLocation>`,
    )
    .replace(/<\/([\w.-]+:)?ReferenceAttachment>/g, '</$1FileAttachment>');
}

/** The library stumbled over an answer: it throws things that are no errors. */
function unreadable(thrown: unknown, about: string): IntegratorError {
  if (thrown instanceof IntegratorError) return thrown;
  const words = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : '';
  return new IntegratorError('protocol', `${about}: the answer cannot be read (${words.slice(0, 200)})`, {
    cause: thrown,
    code: 'unreadable',
  });
}
