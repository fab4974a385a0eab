import type { IntegratorError } from '../domain/errors.ts';
import type { ImportedMessage, StoredFile } from '../domain/message.ts';

/**
 * The door to mailboxes. One MailProvider per connection, implemented by `graph/` and `ews/`; the importer knows only
 * these interfaces, and one contract suite runs against every implementation.
 *
 * Everything on MailboxReader only reads: an implementation must be unable to mark, move or delete through it.
 * Every method stops soon after its signal aborts, also while it waits to retry, and throws IntegratorError:
 *   needs_login, needs_admin, config   the whole connection stops (all its mailboxes fail for one reason)
 *   access_denied, not_found           this mailbox (or folder) stops until a person mends it
 *   throttled, unreachable, protocol   this mailbox is tried again at its next turn
 */
export interface MailProvider {
  /** Costs nothing: no request is made until the reader is used. */
  reader(mailbox: MailboxAddress): MailboxReader;
  /** Ends open connections and pending waits. */
  close(): Promise<void>;
}

export interface MailboxAddress {
  /** Primary SMTP address, lower-case. */
  readonly address: string;
  /** User principal name or object id, where it differs from the address. */
  readonly user: string | undefined;
}

export interface Folder {
  /**
   * As configured ("Inbox", "IR/Business Units"), or the full path where the folder came from `all`; written as
   * domain/folder-path.ts says.
   */
  readonly path: string;
  /** The provider's id of the folder, resolved once per run; it stays when the folder is renamed or moved. */
  readonly id: string;
  /** True for the well-known Sent Items: mail in it was sent by the agent. */
  readonly sentItems: boolean;
}

export interface MailboxReader {
  /**
   * Resolves a configured folder path: "Inbox" and "Sent Items" are the well-known folders in any language, other
   * paths go name by name below the mailbox root, names compare case-insensitively where none is exactly the same.
   * "all" gives every mail folder but drafts, junk, deleted and outbox (sent items are in it, marked). Throws not_found
   * with a hint that lists what is there, as it is written in a path.
   */
  folders(path: string, signal: AbortSignal): Promise<readonly Folder[]>;

  /**
   * What is new in a folder since the cursor, page by page; null starts the first round, which lists everything
   * received at or after `floorMs` and loses nothing however much that is. A page's cursor is opaque, goes on after
   * that page when passed in again, and holds for a restarted process. A dead cursor is not an error: the round starts
   * again from the floor (`resync: true` on its first page) and the same mail may come again.
   * The sequence ends after the page that has `last: true`.
   */
  changes(folder: Folder, cursor: string | null, options: ChangesOptions): AsyncIterable<ChangePage>;

  /**
   * The whole mail for entries of one page, one result per entry, in any order. What the page already held is not
   * asked again. Attachments are streamed into `files`. A mail that cannot be read yields `damaged`; one that is no
   * longer there yields `gone`; what would fail for every mail (sign-in, throttling, network) is thrown.
   */
  read(entries: readonly PresentEntry[], options: ReadOptions): AsyncIterable<ReadResult>;

  /** Reads again one mail that was set aside, from its provider id alone. */
  readOne(providerId: string, folder: Folder, options: ReadOptions): Promise<ReadResult>;

  /** Reads again one attachment that failed; null where it is gone for good. */
  readAttachment(providerId: string, attachmentId: string, options: ReadOptions): Promise<StoredFile | null>;

  /** For `audit mailboxes`: what lies in the folder now, received at or after `sinceMs`; ids only. */
  list(folder: Folder, sinceMs: number, signal: AbortSignal): AsyncIterable<ListedMessage>;

  /** For `test-mailboxes`: is it a person's mailbox? `unknown` where the service gives no way to tell. */
  kind(signal: AbortSignal): Promise<MailboxKind>;

  /** Requests made through this reader so far. */
  readonly requests: number;

  /** What time it is by the service's own clock; null before its first answer. */
  serverTimeMs(): number | null;
}

export interface ChangesOptions {
  readonly floorMs: number;
  /**
   * Waited for when a page with whole mails has come, before it is unpacked into memory; more than once where it has to
   * be asked for again. Pages of ids alone do without.
   */
  readonly beforePage?: () => Promise<void>;
  readonly signal: AbortSignal;
}

export interface ReadOptions {
  readonly files: FileSink;
  /** Also keep the raw MIME bytes; mail that is protected keeps them always. */
  readonly keepOriginal: boolean;
  /** Ask for the server's idea of the new part too (used for hiding the email chain). */
  readonly signal: AbortSignal;
}

/** What comes to a mail besides its own fields. */
export type MessageParts = Pick<ImportedMessage, 'attachments' | 'original' | 'protection'>;

/** Where bytes go: content-addressed, durable before the promise resolves. */
export interface FileSink {
  /** Throws `protocol` when more than `maxBytes` come, and leaves nothing behind then. */
  put(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maxBytes: number): Promise<StoredFile>;
}

export interface ChangePage {
  /** As it is now: another one than was asked for where it was made anew under its path. */
  readonly folder: Folder;
  readonly entries: readonly ChangeEntry[];
  /** Where to go on after this page. */
  readonly cursor: string;
  /** The round is complete; the next run starts from `cursor`. */
  readonly last: boolean;
  /** The old cursor was dead; everything since the floor comes again. */
  readonly resync: boolean;
  /** Why it was given up, where the service did not call it dead but refused it with an error; told with the first page. */
  readonly gaveUp?: IntegratorError;
  /** Things in the folder that are no mail and cannot be read, passed over; absent where there are none. */
  readonly passedOver?: number;
}

export type ChangeEntry = PresentEntry | { readonly kind: 'removed'; readonly providerId: string };

/**
 * A mail that is in the folder: new, changed or seen before. `content` is the provider's own, opaque to callers; it is
 * given up when the mail is read, and reading the entry again asks the service.
 */
export interface PresentEntry {
  readonly kind: 'present';
  readonly providerId: string;
  /** Where the listing gave it; lets the importer skip what is below the floor without reading. */
  readonly receivedAtMs: number | null;
  readonly folder: Folder;
  readonly content: unknown;
}

/** The id of the failed attachment that stands for all of a mail whose list of attachments could not be read. */
export const allAttachments = '*';

export type ReadResult =
  | { readonly kind: 'message'; readonly message: ImportedMessage }
  | { readonly kind: 'gone'; readonly providerId: string }
  | { readonly kind: 'damaged'; readonly providerId: string; readonly error: IntegratorError };

export interface ListedMessage {
  readonly providerId: string;
  readonly internetMessageId: string | null;
  readonly receivedAtMs: number;
  readonly subject: string;
  readonly from: string;
}

export type MailboxKind = 'user' | 'shared' | 'room' | 'equipment' | 'unknown';
