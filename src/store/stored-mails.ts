import type { Selectable } from 'kysely';
import type { Trust } from '../domain/copies.ts';
import type { Header, ImportedMessage, MessageBody } from '../domain/message.ts';
import { inParts } from './in-parts.ts';
import { ask, list, query } from './query.ts';
import type { Query, Reader } from './query.ts';
import type { MessageContentTable, MessageTable } from './schema.ts';

/** A mail read back from the store, in the form in which it was imported (without attachments and original). */
export interface StoredMail extends Pick<
  ImportedMessage,
  | 'internetMessageId'
  | 'from'
  | 'sender'
  | 'replyTo'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'subject'
  | 'sentAtMs'
  | 'receivedAtMs'
  | 'body'
  | 'uniqueBody'
  | 'headers'
  | 'conversationId'
  | 'isDraft'
  | 'sensitivity'
  | 'meeting'
  | 'report'
  | 'protection'
> {
  readonly id: number;
  readonly identity: string;
  readonly family: string;
  /** Of the copy that is shown. */
  readonly trust: Trust;
  readonly messageKey: string | null;
  readonly verified: 'pass' | 'fail' | 'none';
  readonly verifiedDetail: string;
  readonly hasAttachments: boolean;
  readonly originalSha256: string | null;
}

/** The same without its text: for lists, and to decide again. */
export type StoredEnvelope = Omit<StoredMail, 'body' | 'uniqueBody'>;

/** Message id → mail, for those that are stored. */
export async function storedMails(db: Reader, messageIds: readonly number[]): Promise<Map<number, StoredMail>> {
  const mails = new Map<number, StoredMail>();
  for (const part of inParts(messageIds, 100)) {
    const rows = await selectMails<MailRow>(db, query`body_kind, body, unique_kind, unique_body, headers_json`, part);
    for (const row of rows) mails.set(row.id, storedMail(row));
  }
  return mails;
}

/** Message id → mail without its text. */
export async function storedEnvelopes(db: Reader, messageIds: readonly number[]): Promise<Map<number, StoredEnvelope>> {
  const mails = new Map<number, StoredEnvelope>();
  for (const part of inParts(messageIds, 200)) {
    const rows = await selectMails<EnvelopeRow>(db, query`headers_json`, part);
    for (const row of rows) mails.set(row.id, storedEnvelope(row));
  }
  return mails;
}

function selectMails<Row extends EnvelopeRow>(db: Reader, columns: Query, ids: readonly number[]): Promise<Row[]> {
  return ask(
    db,
    query`
      select message.*, ${columns}
      from message join message_content on message_content.message_id = message.id
      where message.id in ${list(ids)}`,
  );
}

/** What we wrote ourselves is what these columns hold (filing/message-rows.ts): it is not checked once more. */
type Words = Pick<StoredMail, 'sensitivity' | 'protection' | 'verified'>;
type People = Pick<StoredMail, 'sender' | 'replyTo' | 'to' | 'cc' | 'bcc'>;
type EnvelopeRow = Omit<Selectable<MessageTable>, keyof Words> & Words & Pick<MessageContentTable, 'headers_json'>;
type MailRow = EnvelopeRow & Omit<MessageContentTable, 'message_id'>;

function storedMail(row: MailRow): StoredMail {
  return {
    ...storedEnvelope(row),
    body: { kind: row.body_kind, content: row.body },
    uniqueBody: uniqueBodyOf(row),
  };
}

function storedEnvelope(row: EnvelopeRow): StoredEnvelope {
  return {
    id: row.id,
    identity: row.identity,
    family: row.family,
    trust: row.trust,
    messageKey: row.message_key,
    internetMessageId: row.internet_message_id,
    from: row.from_name === '' && row.from_address === '' ? null : { name: row.from_name, address: row.from_address },
    ...peopleOf(row.people_json),
    subject: row.subject,
    sentAtMs: row.sent_at,
    receivedAtMs: row.received_at,
    headers: headersOf(row.headers_json),
    conversationId: row.conversation_id,
    isDraft: false,
    sensitivity: row.sensitivity,
    meeting: row.meeting === 1,
    report: row.report === 1,
    protection: row.protection,
    verified: row.trust === 'failed' ? 'fail' : row.verified,
    verifiedDetail: row.verified_detail,
    hasAttachments: row.has_attachments === 1,
    originalSha256: row.original_sha256,
  };
}

function uniqueBodyOf(row: MailRow): MessageBody | null {
  return row.unique_kind === null ? null : { kind: row.unique_kind, content: row.unique_body ?? '' };
}

function peopleOf(json: string): People {
  const { sender, replyTo, to, cc, bcc }: People = JSON.parse(json);
  return { sender, replyTo, to, cc, bcc };
}

function headersOf(json: string): Header[] {
  const headers: readonly (readonly [string, string])[] = JSON.parse(json);
  return headers.map(([name, value]) => ({ name, value }));
}
