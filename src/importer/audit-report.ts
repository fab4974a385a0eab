import type { ErrorReport } from '../domain/errors.ts';
import type { Folder, ListedMessage } from '../mail/provider.ts';

/** A mail that the server has. */
export interface AuditedMail {
  readonly folder: string;
  readonly internet_message_id: string | null;
  readonly received_at: string;
  readonly from: string;
  readonly subject: string;
}

export interface MissingMail extends AuditedMail {
  /** It came after the last successful run, which explains it. */
  readonly since_last_run: boolean;
  /** Why it could not be stored, where that is known. */
  readonly because: string | null;
}

/** A mail that the store believes to lie in a folder where it is not (any more). */
export interface ExtraMail extends AuditedMail {
  readonly id: string;
}

export interface FolderAudit {
  readonly folder: string;
  readonly listed: number;
  readonly missing: number;
  readonly extra: number;
}

/** What the server has compared with what is stored. */
export interface MailboxAudit {
  readonly connection: string;
  readonly mailbox: string;
  readonly since: string | null;
  readonly folders: readonly FolderAudit[];
  readonly missing: readonly MissingMail[];
  readonly extra: readonly ExtraMail[];
  /** With `whole`: in other folders and never seen in the chosen ones; a rule or a person moved it away before. */
  readonly moved_away: readonly AuditedMail[];
  /** On the server and not in the store, as it should be. */
  readonly accounted: {
    readonly ignored: number;
    readonly deleted: number;
    readonly drafts: number;
    /** Received before the floor, where the audit was asked to look there. */
    readonly below_floor: number;
  };
  /** The command that brings what is missing, or what is below the floor. */
  readonly hint: string | null;
  readonly error: ErrorReport | null;
}

type Named = Pick<ListedMessage, 'internetMessageId' | 'receivedAtMs' | 'from' | 'subject'>;

export function auditedMail(message: Named, folder: Folder): AuditedMail {
  return {
    folder: folder.path,
    internet_message_id: message.internetMessageId,
    received_at: new Date(message.receivedAtMs).toISOString(),
    from: message.from,
    subject: message.subject,
  };
}
