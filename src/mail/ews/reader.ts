import type { StoredFile } from '../../domain/message.ts';
import type {
  ChangePage,
  ChangesOptions,
  Folder,
  ListedMessage,
  MailboxKind,
  MailboxReader,
  PresentEntry,
  ReadOptions,
  ReadResult,
} from '../provider.ts';
import { changesOf, type ChangesSource } from './changes.ts';
import { findItems, type Stretch } from './find.ts';
import { MailReader } from './read-mail.ts';

/** One mailbox through Exchange Web Services. Only reads. */
export class EwsReader implements MailboxReader {
  readonly #source: ChangesSource;
  readonly #mails: MailReader;

  constructor(source: ChangesSource, uniqueBody: boolean) {
    this.#source = source;
    this.#mails = new MailReader(source.mailbox, uniqueBody);
  }

  get requests(): number {
    return this.#source.mailbox.requests;
  }

  serverTimeMs(): number | null {
    return this.#source.mailbox.client.serverTimeMs();
  }

  folders(path: string, signal: AbortSignal): Promise<readonly Folder[]> {
    return this.#source.finder.find(path, signal);
  }

  changes(folder: Folder, cursor: string | null, options: ChangesOptions): AsyncIterable<ChangePage> {
    return changesOf(this.#source, folder, cursor, options);
  }

  read(entries: readonly PresentEntry[], options: ReadOptions): AsyncIterable<ReadResult> {
    return this.#mails.read(entries, options);
  }

  readOne(providerId: string, _folder: Folder, options: ReadOptions): Promise<ReadResult> {
    return this.#mails.readOne(providerId, options);
  }

  readAttachment(_providerId: string, attachmentId: string, options: ReadOptions): Promise<StoredFile | null> {
    return this.#mails.attachments.readOne(attachmentId, options);
  }

  async *list(folder: Folder, sinceMs: number, signal: AbortSignal): AsyncGenerator<ListedMessage> {
    const seen = new Set<string>();
    for (let stretch: Stretch | null = { fromMs: sinceMs, untilMs: null, skip: 0 }; stretch !== null;) {
      const page = await findItems(this.#source.mailbox, folder, stretch, { signal, described: true });
      for (const { id, receivedAtMs, internetMessageId, subject, from } of page.items) {
        if (seen.has(id)) continue;
        seen.add(id);
        yield { providerId: id, internetMessageId, receivedAtMs: receivedAtMs ?? 0, subject, from };
      }
      stretch = page.next;
    }
  }

  /** EWS has no answer: a shared mailbox looks like a person's. */
  async kind(): Promise<MailboxKind> {
    return 'unknown';
  }
}
