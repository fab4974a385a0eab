import { domainOf } from '../domain/address.ts';
import type { Trust } from '../domain/copies.ts';
import { unverifiedBecause } from '../domain/gates.ts';
import type { Attachment, Header, ImportedMessage } from '../domain/message.ts';
import type { NewMessage } from '../store/messages.ts';
import { threadKeys } from './deciding.ts';
import type { PreparedMail } from './prepared-mail.ts';

/** A mail that knows which one of its family it is. */
export interface NamedMail extends PreparedMail {
  readonly identity: string;
  readonly variant: number;
  readonly trust: Trust;
}

/** A mail as rows of the store. */
export function messageRows(prepared: NamedMail, importedAtMs: number): NewMessage {
  const { mail } = prepared;
  return {
    row: messageRow(prepared, importedAtMs),
    content: {
      body_kind: mail.body.kind,
      body: withoutNul(mail.body.content),
      unique_kind: mail.uniqueBody?.kind ?? null,
      unique_body: mail.uniqueBody === null ? null : withoutNul(mail.uniqueBody.content),
      headers_json: headersJson(mail.headers),
    },
    attachments: mail.attachments.map(attachmentRow),
  };
}

/** Headers in the order received, as they are stored. */
export function headersJson(headers: readonly Header[]): string {
  return JSON.stringify(headers.map(({ name, value }) => [name, value]));
}

function messageRow(named: NamedMail, imported_at: number): NewMessage['row'] {
  const { mail, facts, identity, family, variant, trust, messageKey } = named;
  const thread = threadKeys(facts);
  return {
    identity,
    family,
    variant,
    trust,
    internet_message_id: mail.internetMessageId,
    message_key: messageKey,
    from_name: withoutNul(mail.from?.name ?? ''),
    from_address: facts.from,
    from_domain: domainOf(facts.from),
    people_json: peopleJson(mail),
    subject: withoutNul(mail.subject),
    sent_at: mail.sentAtMs,
    received_at: mail.receivedAtMs,
    in_reply_to: thread[0] ?? null,
    references_json: JSON.stringify(thread),
    conversation_id: mail.conversationId,
    automatic: facts.automatic?.kind ?? null,
    meeting: mail.meeting ? 1 : 0,
    report: mail.report ? 1 : 0,
    verified: facts.authentication.verdict,
    verified_detail: (trust === 'failed' ? unverifiedBecause(facts) : null) ?? facts.authentication.because,
    protection: mail.protection,
    sensitivity: mail.sensitivity,
    has_attachments: mail.attachments.some((attachment) => !attachment.inline) ? 1 : 0,
    original_sha256: mail.original?.sha256 ?? null,
    imported_at,
  };
}

function peopleJson({ sender, replyTo, to, cc, bcc }: ImportedMessage): string {
  return JSON.stringify({ sender, replyTo, to, cc, bcc });
}

/** An attachment as a row of the store. */
export function attachmentRow(attachment: Attachment, position: number): NewMessage['attachments'][number] {
  const { content } = attachment;
  const stored = content.kind === 'stored' ? content.file : null;
  return {
    position,
    name: withoutNul(attachment.name),
    content_type: attachment.contentType,
    size: stored?.size ?? attachment.size,
    kind: attachment.kind,
    inline: attachment.inline ? 1 : 0,
    content_id: attachment.contentId,
    provider_id: content.kind === 'failed' ? content.providerId : null,
    sha256: stored?.sha256 ?? null,
    note: content.kind === 'stored' ? null : content.reason,
  };
}

/** PostgreSQL cannot hold a NUL in text; in mail it is never meant. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '�') : text;
}
