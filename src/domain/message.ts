/**
 * A mail as the product knows it, whatever mailbox it came from. Providers normalise at their door: addresses are
 * lower-case with ASCII domains, a missing subject is '', ids carry no angle brackets, times are epoch milliseconds.
 */
export interface Person {
  readonly name: string;
  /** Lower-case, domain as ASCII; '' where the mail gave a name without an address. */
  readonly address: string;
}

export interface MessageBody {
  readonly kind: 'html' | 'text';
  readonly content: string;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

/** A file in the content-addressed store. */
export interface StoredFile {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface Attachment {
  /** As the sender wrote it; data for people, never a path. */
  readonly name: string;
  readonly contentType: string;
  /** Bytes as announced by the server; the stored file's own size counts where there is one. */
  readonly size: number;
  readonly kind: 'file' | 'item' | 'reference';
  readonly inline: boolean;
  readonly contentId: string | null;
  readonly content:
    | { readonly kind: 'stored'; readonly file: StoredFile }
    /** A link to a cloud file, or a kind the server gives no bytes for. */
    | { readonly kind: 'absent'; readonly reason: string }
    /** Could not be read now; tried again on later runs under this provider id. */
    | { readonly kind: 'failed'; readonly providerId: string; readonly reason: string };
}

export type Sensitivity = 'normal' | 'personal' | 'private' | 'confidential';
/** Why the text of a mail may not be readable by us; the original is kept for these. */
export type Protection = 'none' | 'encrypted' | 'rights' | 'smime';

export interface ImportedMessage {
  /** The provider's handle of this copy; case-sensitive, changes when the copy moves; not identity. */
  readonly providerId: string;
  /** Without angle brackets, trimmed; null where the mail has none. */
  readonly internetMessageId: string | null;
  readonly from: Person | null;
  /** The From address as the server gave it, where that is not its plain form: a look-alike of the one in `from`. */
  readonly fromWritten?: string;
  /** Who really sent it, where that differs (a delegate). */
  readonly sender: Person | null;
  readonly replyTo: readonly Person[];
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly bcc: readonly Person[];
  readonly subject: string;
  /** The Date of the mail. */
  readonly sentAtMs: number | null;
  readonly receivedAtMs: number;
  readonly body: MessageBody;
  /** The server's idea of the new part; a hint only. */
  readonly uniqueBody: MessageBody | null;
  /** In the order received, topmost first; duplicates kept. */
  readonly headers: readonly Header[];
  readonly conversationId: string | null;
  readonly isDraft: boolean;
  readonly sensitivity: Sensitivity;
  /** Meeting requests, responses, cancellations. */
  readonly meeting: boolean;
  /** The server says it is a bounce or report (an item class of REPORT.*); headers are judged elsewhere. */
  readonly report: boolean;
  readonly protection: Protection;
  readonly attachments: readonly Attachment[];
  /** The raw MIME bytes, where kept. */
  readonly original: StoredFile | null;
}
