import type { Generated } from 'kysely';
import type { Trust } from '../domain/copies.ts';
import type { CampaignRecipientTable, CampaignTable, OptOutTable } from './campaign-schema.ts';
import type { MailResponseTable, OutboxTable, SendRightTable, SendSlotTable } from './outgoing-schema.ts';
import type {
  ActionTable,
  ClientDomainTable,
  ClientTable,
  ContactAddressTable,
  ContactTable,
  CrmNoteTable,
  IncidentReferenceTable,
  TicketContactTable,
  TicketParticipantTable,
  TicketTable,
  TicketUnitTable,
} from './ticket-schema.ts';

/**
 * The tables, the same on SQLite and PostgreSQL. Times are epoch milliseconds (bigint), flags are 0 or 1, `*_json`
 * columns hold JSON text. Content is stored once per mail (message, message_content, attachment); each mailbox has its
 * own view of it (item), found in one or more folders (placement).
 */
export interface Database {
  message: MessageTable;
  message_content: MessageContentTable;
  attachment: AttachmentTable;
  item: ItemTable;
  placement: PlacementTable;
  set_aside: SetAsideTable;
  connection_state: ConnectionStateTable;
  mailbox_state: MailboxStateTable;
  folder_state: FolderStateTable;
  client: ClientTable;
  client_domain: ClientDomainTable;
  contact: ContactTable;
  contact_address: ContactAddressTable;
  ticket: TicketTable;
  ticket_contact: TicketContactTable;
  ticket_participant: TicketParticipantTable;
  ticket_unit: TicketUnitTable;
  incident_reference: IncidentReferenceTable;
  action: ActionTable;
  crm_note: CrmNoteTable;
  taken_away: TakenAwayTable;
  deleted_copy: DeletedCopyTable;
  former_original: FormerOriginalTable;
  shorter_copy: ShorterCopyTable;
  campaign: CampaignTable;
  campaign_recipient: CampaignRecipientTable;
  opt_out: OptOutTable;
  outbox: OutboxTable;
  send_slot: SendSlotTable;
  send_right: SendRightTable;
  mail_response: MailResponseTable;
  audit_log: AuditLogTable;
  counter: CounterTable;
}

export interface MessageTable {
  id: Generated<number>;
  /** Names this mail alone: the family, with the variant where it is not the first one. */
  identity: string;
  /** SHA-256 (hex) of what all copies that could be of it have in common; see domain/identity.ts. */
  family: string;
  /** Tells the mails of a family apart; the lowest one is the oldest. 1 exactly where the identity is the family. */
  variant: number;
  /** Of the copy that is shown. */
  trust: Trust;
  /** 1 where version 0.1.0 stored it, which took every copy of the family for this mail. */
  whole_family: Generated<number>;
  internet_message_id: string | null;
  /** The internet message id in the form that references are compared in. */
  message_key: string | null;
  from_name: string;
  from_address: string;
  from_domain: string;
  /** { sender, replyTo, to, cc, bcc } */
  people_json: string;
  subject: string;
  sent_at: number | null;
  received_at: number;
  in_reply_to: string | null;
  /** Message keys, oldest first. */
  references_json: string;
  conversation_id: string | null;
  automatic: string | null;
  meeting: number;
  /** The server's own word that it is a bounce or report. */
  report: number;
  /** pass, fail, none: what the receiving server says of the sender. */
  verified: string;
  verified_detail: string;
  protection: string;
  sensitivity: string;
  has_attachments: number;
  original_sha256: string | null;
  imported_at: number;
}

export interface MessageContentTable {
  message_id: number;
  body_kind: 'html' | 'text';
  body: string;
  unique_kind: 'html' | 'text' | null;
  unique_body: string | null;
  headers_json: string;
}

export interface AttachmentTable {
  id: Generated<number>;
  message_id: number;
  position: number;
  name: string;
  content_type: string;
  size: number;
  kind: 'file' | 'item' | 'reference';
  inline: number;
  content_id: string | null;
  /** Where reading it failed: the provider's id, to try again. */
  provider_id: string | null;
  /** null where there is no content, for the reason in `note`. */
  sha256: string | null;
  note: string | null;
}

/** filed: on a ticket or a CRM note · inbox: waits · kept: sent mail on no ticket · ignored · dismissed by a person */
export type ItemState = 'filed' | 'inbox' | 'kept' | 'ignored' | 'dismissed';

export interface ItemTable {
  id: Generated<number>;
  message_id: number;
  connection: string;
  mailbox: string;
  /** 1 where the agent sent it (it was decided from Sent Items). */
  sent: number;
  state: ItemState;
  /** Why it waits; null once filed. */
  reason: string | null;
  ticket_id: string | null;
  note_id: number | null;
  /** 'rule', 'thread' or the agent (or 'operator') who filed it. */
  filed_by: string | null;
  /** The automatic decision as it was made: { decision, steps, candidates }. */
  decision_json: string;
  decided_at: number;
  received_at: number;
}

export interface PlacementTable {
  id: Generated<number>;
  item_id: number;
  message_id: number;
  mailbox: string;
  /** The path of the folder when the copy was seen in it, to be shown. */
  folder: string;
  /** null where version 0.1.0 stored the copy and no longer knew which folder its path led to. */
  folder_id: string | null;
  /** Case-sensitive handle; changes when the mail moves. */
  provider_id: string;
  /** The decision of this placement where it is not the item's own. */
  duplicate: number;
  seen_at: number;
  removed_at: number | null;
  trust: Trust;
  /** SHA-256 (hex) of this copy's body and files; null where they are those that are stored. */
  content_hash: string | null;
}

/** Originals of copies that are no longer shown: evidence is never lost. */
export interface FormerOriginalTable {
  message_id: number;
  sha256: string;
}

/** The shortest text of a mail of which a more trusted, longer copy is shown: further copies are compared with it too. */
export interface ShorterCopyTable {
  message_id: number;
  body_kind: 'html' | 'text';
  body: string;
}

export interface SetAsideTable {
  id: Generated<number>;
  connection: string;
  mailbox: string;
  folder: string;
  folder_id: string;
  sent_items: number;
  provider_id: string;
  /** '' for a whole mail, else the provider's id of the attachment. */
  attachment_id: string;
  message_id: number | null;
  attempts: number;
  first_at: number;
  next_try_at: number;
  error_json: string;
  /** Of the mail; null where nothing of it could be read. */
  subject: string | null;
  /** Mail received before it is not imported, however late it can be read. */
  floor_at: Generated<number>;
}

export interface ConnectionStateTable {
  connection: string;
  last_success_at: number | null;
  last_error_json: string | null;
}

export interface MailboxStateTable {
  connection: string;
  mailbox: string;
  /** The setting the floor was computed from; a changed setting computes it anew. */
  import_from: string;
  floor_at: number;
  /** What the service said the mailbox is, and when it was asked. */
  kind: string | null;
  kind_at: number | null;
  last_run_at: number | null;
  last_success_at: number | null;
  next_run_at: number | null;
  last_error_json: string | null;
}

export interface FolderStateTable {
  connection: string;
  mailbox: string;
  /** The provider's own, which stays when the folder is renamed or moved. */
  folder_id: string;
  /** The path it was last read under, to be shown. */
  folder: string;
  cursor: string | null;
  updated_at: number;
  /** Runs in a row in which the cursor failed while the folder could be listed anew, and what it failed with. */
  failed_runs: Generated<number>;
  failed_error_json: string | null;
  /** When the cursor was last given up and the folder listed anew from the floor, and why. */
  restarted_at: number | null;
  restart_error_json: string | null;
}

/** A person took a mail or its conversation away from a ticket: it is never filed there again by itself. */
export interface TakenAwayTable {
  ticket_id: string;
  /** message: an identity · conversation: a conversation id · thread: a message key. */
  kind: 'message' | 'conversation' | 'thread';
  key: string;
  at: number;
}

/**
 * What an administrator deleted stays known by hashes only, so that no resync brings it back.
 * family: all of it · content: a copy's body and files · text: its text, with its length · trusted: any copy that is.
 */
export interface DeletedCopyTable {
  family: string;
  kind: 'family' | 'content' | 'text' | 'trusted';
  hash: string;
  length: number;
  at: number;
}

export interface AuditLogTable {
  id: Generated<number>;
  at: number;
  unix_user: string;
  agent: string | null;
  verb: string;
  object: string;
  outcome: 'done' | 'refused';
  detail_json: string;
}

export interface CounterTable {
  name: string;
  value: number;
}
