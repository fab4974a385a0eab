import { z } from 'zod';
import type { Header, ImportedMessage, MessageBody } from '../domain/message.ts';
import { inParts } from './messages.ts';
import type { StoreReader, StoreWriter } from './store.ts';

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
  readonly messageKey: string | null;
  readonly verified: 'pass' | 'fail' | 'none';
  readonly verifiedDetail: string;
  readonly hasAttachments: boolean;
  readonly originalSha256: string | null;
}

/** The same without its text: for lists, and to decide again. */
export type StoredEnvelope = Omit<StoredMail, 'body' | 'uniqueBody'>;

const person = z.object({ name: z.string(), address: z.string() });
const peopleSchema = z.object({
  sender: person.nullable(),
  replyTo: z.array(person),
  to: z.array(person),
  cc: z.array(person),
  bcc: z.array(person),
});
const headersSchema = z.array(z.tuple([z.string(), z.string()]));
const verdictSchema = z.enum(['pass', 'fail', 'none']);
const sensitivitySchema = z.enum(['normal', 'personal', 'private', 'confidential']);
const protectionSchema = z.enum(['none', 'encrypted', 'rights', 'smime']);

/** Message id → mail, for those that are stored. */
export async function storedMails(
  db: StoreReader | StoreWriter,
  messageIds: readonly number[],
): Promise<Map<number, StoredMail>> {
  const mails = new Map<number, StoredMail>();
  for (const part of inParts(messageIds, 100)) {
    const rows = await selectMails(db).where('message.id', 'in', part).execute();
    for (const row of rows) mails.set(row.id, storedMail(row));
  }
  return mails;
}

/** Message id → mail without its text. */
export async function storedEnvelopes(
  db: StoreReader | StoreWriter,
  messageIds: readonly number[],
): Promise<Map<number, StoredEnvelope>> {
  const mails = new Map<number, StoredEnvelope>();
  for (const part of inParts(messageIds, 200)) {
    const rows = await selectEnvelopes(db).where('message.id', 'in', part).execute();
    for (const row of rows) mails.set(row.id, storedEnvelope(row));
  }
  return mails;
}

function selectMails(db: StoreReader | StoreWriter) {
  return selectEnvelopes(db).select(['body_kind', 'body', 'unique_kind', 'unique_body']);
}

function selectEnvelopes(db: StoreReader | StoreWriter) {
  return db
    .selectFrom('message')
    .innerJoin('message_content', 'message_content.message_id', 'message.id')
    .selectAll('message')
    .select('headers_json');
}

type MailRow = Awaited<ReturnType<ReturnType<typeof selectMails>['execute']>>[number];
type EnvelopeRow = Awaited<ReturnType<ReturnType<typeof selectEnvelopes>['execute']>>[number];

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
    messageKey: row.message_key,
    internetMessageId: row.internet_message_id,
    from: row.from_name === '' && row.from_address === '' ? null : { name: row.from_name, address: row.from_address },
    ...peopleSchema.parse(JSON.parse(row.people_json)),
    subject: row.subject,
    sentAtMs: row.sent_at,
    receivedAtMs: row.received_at,
    headers: headersOf(row.headers_json),
    conversationId: row.conversation_id,
    isDraft: false,
    sensitivity: sensitivitySchema.parse(row.sensitivity),
    meeting: row.meeting === 1,
    report: row.report === 1,
    protection: protectionSchema.parse(row.protection),
    verified: verdictSchema.parse(row.verified),
    verifiedDetail: row.verified_detail,
    hasAttachments: row.has_attachments === 1,
    originalSha256: row.original_sha256,
  };
}

function uniqueBodyOf(row: MailRow): MessageBody | null {
  return row.unique_kind === null ? null : { kind: row.unique_kind, content: row.unique_body ?? '' };
}

function headersOf(json: string): Header[] {
  return headersSchema.parse(JSON.parse(json)).map(([name, value]) => ({ name, value }));
}
