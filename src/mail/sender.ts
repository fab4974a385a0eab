import type { IntegratorError } from '../domain/errors.ts';
import type { Header, Person } from '../domain/message.ts';
import type { MailboxAddress } from './provider.ts';

/**
 * The sending door to mailboxes, apart from the reading one, which stays unable to write. A mail is made as a draft
 * in the mailbox it goes out from, is given its attachments, and is sent: the draft is the token that can be spent
 * once. Nothing that may have happened is repeated by itself; the caller is told `unsure` and looks with `find`.
 */
export interface SendProvider {
  /** Costs nothing: no request is made until the sender is used. */
  sender(mailbox: MailboxAddress): MailSender;
  /** Ends open connections and pending waits. */
  close(): Promise<void>;
}

/**
 * done: it happened · refused: it certainly did not, and `error.kind` says whether later may help (throttled,
 * unreachable) or a person must (access_denied, not_found, needs_login, protocol) · unsure: no answer that tells.
 */
export type Tried<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: IntegratorError }
  | { readonly kind: 'unsure'; readonly error: IntegratorError };

export interface OutgoingMail {
  /** Ours alone, on the draft, on the copy in Sent Items and in a header: by it a mail of unknown fate is found. */
  readonly mark: string;
  readonly from: Person;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly bcc: readonly Person[];
  readonly subject: string;
  readonly body: OutgoingBody;
  readonly headers?: OwnHeaders;
}

/** Headers of our own (`X-…`, at most four, one line each) that travel with the mail. */
export type OwnHeaders = readonly Header[];

export interface OutgoingBody {
  readonly kind: 'html' | 'text';
  readonly content: string;
}

/** The new part of a reply; addressees and subject are the server's where they are not given. */
export interface OutgoingReply {
  readonly mark: string;
  readonly from: Person;
  /** Provider id of the mail answered, in the same mailbox. */
  readonly to: string;
  readonly all: boolean;
  /** Stands above the quoted original. */
  readonly html: string;
  readonly cc: readonly Person[];
  readonly headers?: OwnHeaders;
}

/** Bytes; Exchange takes no larger mail. */
export const largestFile = 150 * 1_048_576;

export interface OutgoingFile {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  /** From the start, each time it is called. */
  bytes(): AsyncIterable<Uint8Array>;
}

export interface Draft {
  readonly id: string;
  /** Given by the server when the draft is made, and kept by the mail that is sent. */
  readonly internetMessageId: string | null;
  readonly conversationId: string | null;
  readonly subject: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
}

export interface FoundMail {
  readonly id: string;
  readonly isDraft: boolean;
  readonly place: 'drafts' | 'sent_items' | 'deleted' | 'elsewhere';
  readonly internetMessageId: string | null;
  readonly conversationId: string | null;
  readonly from: string;
  /** Differs from `from` where the service account sent on behalf of the mailbox. Lower-case both. */
  readonly sender: string;
}

export type FindBy = { readonly mark: string } | { readonly internetMessageId: string };

/**
 * One mailbox to send from. Every method stops soon after its signal aborts by throwing; a request under way may then
 * have been carried out. Being throttled with a time to come back is waited for, within bounds.
 */
export interface MailSender {
  /** A draft in this mailbox with everything but its attachments. */
  createDraft(mail: OutgoingMail, signal: AbortSignal): Promise<Tried<Draft>>;
  /** A draft in the thread: In-Reply-To, References and the quoted original are the server's. */
  createReply(reply: OutgoingReply, signal: AbortSignal): Promise<Tried<Draft>>;
  /** Up to `largestFile`; large ones in slices, which are taken up again where they broke off. */
  attach(draft: Draft, file: OutgoingFile, signal: AbortSignal): Promise<Tried<null>>;
  /** Spends the draft. `done` means accepted; the copy in Sent Items comes later, under another id. */
  send(draft: Draft, signal: AbortSignal): Promise<Tried<null>>;
  /** Looks through all folders of the mailbox. Reads only; throws IntegratorError as a MailboxReader does. */
  find(by: FindBy, signal: AbortSignal): Promise<readonly FoundMail[]>;
  /** Takes one of our own mails away, to Deleted Items; refuses, as `bug`, what does not bear the mark. One that is gone is done. */
  remove(id: string, mark: string, signal: AbortSignal): Promise<Tried<null>>;
}
