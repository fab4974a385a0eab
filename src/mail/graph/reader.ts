import { IntegratorError } from '../../domain/errors.ts';
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
import { Listed } from './entries.ts';
import { listFolder } from './list-folder.ts';
import type { Dialect } from './query.ts';
import { MailReader } from './read-mail.ts';
import { readSideBySide } from './side-by-side.ts';
import { mailboxSettingsSchema } from './schema.ts';

/** One mailbox through Microsoft Graph. Only reads. */
export class GraphReader implements MailboxReader {
  readonly #source: ChangesSource;
  readonly #mails: MailReader;

  constructor(source: ChangesSource, mailDialect: Dialect) {
    this.#source = source;
    this.#mails = new MailReader(source, mailDialect);
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
    return readSideBySide(entries, options, (entry, within) => {
      const { providerId, folder } = entry;
      const content = entry.content instanceof Listed ? entry.content.take() : undefined;
      return this.#mails.read({ providerId, content, sentItems: folder.sentItems }, within);
    });
  }

  readOne(providerId: string, folder: Folder, options: ReadOptions): Promise<ReadResult> {
    return this.#mails.read({ providerId, content: undefined, sentItems: folder.sentItems }, options);
  }

  readAttachment(providerId: string, attachmentId: string, options: ReadOptions): Promise<StoredFile | null> {
    return this.#mails.attachments.readOne(providerId, attachmentId, options);
  }

  list(folder: Folder, sinceMs: number, signal: AbortSignal): AsyncIterable<ListedMessage> {
    return listFolder(this.#source, folder, sinceMs, signal);
  }

  async kind(signal: AbortSignal): Promise<MailboxKind> {
    const { mailbox } = this.#source;
    const answer = await mailbox.json({ path: `${mailbox.path}/mailboxSettings?$select=userPurpose` }, '', signal);
    // With a person's permission the settings of other mailboxes are closed, and there is no permission to open them.
    if (answer.kind === 'refused' && answer.status === 403) return 'unknown';
    if (answer.kind === 'refused') throw answer.error;
    const settings = mailboxSettingsSchema.safeParse(answer.value);
    if (settings.success) return kindOf(settings.data.userPurpose?.toLowerCase());
    throw new IntegratorError('protocol', `the mailbox ${mailbox.address} has settings in a form we do not know`);
  }
}

function kindOf(purpose: string | undefined): MailboxKind {
  if (purpose === 'linked') return 'user';
  if (purpose === 'user' || purpose === 'shared' || purpose === 'room' || purpose === 'equipment') return purpose;
  return 'unknown';
}
