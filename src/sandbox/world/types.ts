/**
 * The world behind both protocols: mailboxes with folders, items with raw fields, attachments, and per folder a log
 * of what happened. Graph and EWS each give their own view of it; nothing here knows either.
 */
export interface Person {
  readonly name: string;
  readonly address: string;
}

/** `Name <a@b>`, `a@b`, or the two parts. */
export type PersonSpec = string | Person;

export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface Body {
  readonly kind: 'html' | 'text';
  readonly content: string;
}

export type Sensitivity = 'normal' | 'personal' | 'private' | 'confidential';
export type MailboxKind = 'user' | 'shared' | 'room' | 'equipment' | 'none';
export type MeetingKind = 'request' | 'accepted' | 'tentative' | 'declined' | 'cancelled';
type Protection = 'none' | 'smime_encrypted' | 'smime_signed' | 'rights';

export interface Meeting {
  readonly kind: MeetingKind;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly location: string;
}

export type AttachmentSpec =
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly contentType?: string;
      readonly content: Uint8Array | string;
      readonly inline?: boolean;
      readonly contentId?: string;
      /** Every attempt to open it fails. */
      readonly damaged?: boolean;
    }
  | { readonly kind: 'item'; readonly name?: string; readonly message: MessageSpec }
  | { readonly kind: 'reference'; readonly name: string; readonly url: string };

/** What a test says about a mail; everything else gets a believable value. Times are epoch milliseconds. */
export interface MessageSpec {
  readonly from?: PersonSpec | null;
  /** Who really sent it, where that is not `from`. */
  readonly sender?: PersonSpec | null;
  readonly to?: PersonSpec | readonly PersonSpec[];
  readonly cc?: PersonSpec | readonly PersonSpec[];
  readonly bcc?: PersonSpec | readonly PersonSpec[];
  readonly replyTo?: PersonSpec | readonly PersonSpec[];
  readonly subject?: string | null;
  readonly html?: string;
  readonly text?: string;
  /** The server's idea of the new part; null: it has none to give. Undefined: computed as Exchange does, badly. */
  readonly uniqueBody?: string | null;
  /** Put above the usual ones, topmost first. */
  readonly headers?: readonly Header[];
  /** Undefined: made up. Null: the mail has none. With angle brackets, as in the header. */
  readonly internetMessageId?: string | null;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly receivedAt?: number;
  readonly sentAt?: number;
  readonly attachments?: readonly AttachmentSpec[];
  readonly isDraft?: boolean;
  readonly isRead?: boolean;
  readonly importance?: 'low' | 'normal' | 'high';
  readonly sensitivity?: Sensitivity;
  readonly categories?: readonly string[];
  readonly meeting?: Meeting;
  /** `IPM.Note` unless something else follows from the rest; `REPORT.IPM.Note.NDR` for a bounce. */
  readonly itemClass?: string;
  readonly protection?: Protection;
  /** Cannot be read at all: the server answers "data is corrupt", a listing leaves it out. */
  readonly damaged?: boolean;
  /** The server's verdict on the sender, written as Microsoft 365 writes Authentication-Results. */
  readonly auth?: 'pass' | 'fail' | 'none';
  /** The bytes of the whole mail, served as they are. Other fields still decide what the listing shows. */
  readonly raw?: Uint8Array;
  /** Mail with the same text here is one conversation. Undefined: follows from inReplyTo, else from the subject. */
  readonly conversation?: string;
  /** MAPI properties by their Graph name, such as `String {guid} Name X`. */
  readonly extendedProperties?: Readonly<Record<string, string>>;
}

export interface Attachment {
  readonly serial: number;
  readonly kind: 'file' | 'item' | 'reference';
  readonly name: string;
  /** Null for attached items and references, as the service has it. */
  readonly contentType: string | null;
  readonly bytes: Uint8Array;
  readonly inline: boolean;
  readonly contentId: string | null;
  /** The attached mail. */
  readonly item: Item | null;
  readonly url: string | null;
  readonly damaged: boolean;
  readonly modifiedAt: number;
}

export interface Item {
  /** Stays for the life of the item. */
  readonly key: number;
  /** Changes with every move: the classic id is made from it. */
  instance: number;
  /** Grows with every change: the change key is made from it. */
  version: number;
  folder: Folder;
  from: Person | null;
  sender: Person | null;
  to: readonly Person[];
  cc: readonly Person[];
  bcc: readonly Person[];
  replyTo: readonly Person[];
  subject: string | null;
  body: Body;
  uniqueBody: string | null | undefined;
  extraHeaders: readonly Header[];
  internetMessageId: string | null;
  inReplyTo: string | null;
  references: readonly string[];
  createdAt: number;
  modifiedAt: number;
  receivedAt: number;
  sentAt: number;
  attachments: readonly Attachment[];
  isDraft: boolean;
  isRead: boolean;
  importance: 'low' | 'normal' | 'high';
  sensitivity: Sensitivity;
  categories: readonly string[];
  meeting: Meeting | null;
  itemClass: string;
  protection: Protection;
  damaged: boolean;
  raw: Uint8Array | null;
  conversation: string;
  extendedProperties: Readonly<Record<string, string>>;
}

export type WellKnown =
  | 'msgfolderroot'
  | 'inbox'
  | 'drafts'
  | 'sentitems'
  | 'deleteditems'
  | 'junkemail'
  | 'outbox'
  | 'archive'
  | 'conversationhistory'
  | 'clutter'
  | 'recoverableitemsdeletions'
  | 'calendar'
  | 'contacts';

export interface Folder {
  readonly serial: number;
  readonly wellKnown: WellKnown | null;
  displayName: string;
  readonly hidden: boolean;
  readonly parent: Folder | null;
  readonly children: Folder[];
  readonly items: Map<number, Item>;
  /** Everything that happened in this folder, oldest first. */
  readonly changes: Change[];
  /** Deleted: its id is known, its content is gone. */
  gone: boolean;
}

/** `arrived` covers new mail and mail moved in; `left` covers deletions and mail moved away. */
export interface Change {
  /** Grows over the whole mailbox. */
  readonly seq: number;
  readonly kind: 'arrived' | 'updated' | 'read' | 'left';
  readonly key: number;
  /** The item's instance at that moment: the id it had in this folder. */
  readonly instance: number;
  /** Arrived from another folder. */
  readonly moved: boolean;
}
