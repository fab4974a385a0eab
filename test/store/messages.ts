import type { NewMessage } from '../../src/store/messages.ts';
import type { Person } from '../../src/domain/message.ts';

/** A mail as the store keeps it, with what a test says of it; its identity is its name. */
export function newMessage(
  identity: string,
  options: {
    readonly from?: string;
    readonly to?: readonly Person[];
    readonly cc?: readonly Person[];
    readonly subject?: string;
    readonly body?: { readonly kind: 'html' | 'text'; readonly content: string };
    readonly attachments?: NewMessage['attachments'];
  } = {},
): NewMessage {
  const { from = 'ann@acme.example', to = [], cc = [], subject = 'Offer', attachments = [] } = options;
  const body = options.body ?? { kind: 'text', content: 'Hello' };
  return {
    row: {
      identity,
      family: identity,
      variant: 1,
      trust: 'unknown',
      internet_message_id: `${identity}@acme.example`,
      message_key: `${identity}@acme.example`,
      from_name: 'Ann Archer',
      from_address: from,
      from_domain: from.slice(from.indexOf('@') + 1),
      people_json: JSON.stringify({ sender: null, replyTo: [], to, cc, bcc: [] }),
      subject,
      sent_at: 1_000,
      received_at: 1_000,
      in_reply_to: null,
      references_json: '[]',
      conversation_id: null,
      automatic: null,
      meeting: 0,
      report: 0,
      verified: 'none',
      verified_detail: '',
      protection: 'none',
      sensitivity: 'normal',
      has_attachments: attachments.length > 0 ? 1 : 0,
      original_sha256: null,
      imported_at: 1_000,
    },
    content: { body_kind: body.kind, body: body.content, unique_kind: null, unique_body: null, headers_json: '[]' },
    attachments,
  };
}
