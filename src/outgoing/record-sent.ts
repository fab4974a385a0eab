import type { Config } from '../config/schema.ts';
import type { ImportedMessage } from '../domain/message.ts';
import { fileOnTicket } from '../filing/file-on-ticket.ts';
import { organisationOf } from '../filing/organisation.ts';
import { messageRows } from '../filing/message-rows.ts';
import { prepareMail } from '../filing/prepared-mail.ts';
import { insertItems, itemsOf, updateItem } from '../store/items.ts';
import { insertMessages } from '../store/messages.ts';
import { outgoingFamily, sentMessage } from '../store/outgoing-mail.ts';
import type { StoreWriter } from '../store/store.ts';
import { envelopeOf, type MailJob } from './mail-job.ts';

/**
 * Mail that went out becomes an action of its ticket at once. Its copy in Sent Items, imported before or after, is the
 * same mail: by the message id that the draft had.
 */
export async function recordSent(trx: StoreWriter, job: MailJob, config: Config, atMs: number): Promise<void> {
  if (job.ticketId === null) return;
  const prepared = prepareMail(messageOf(job, atMs));
  const { messageKey } = prepared;
  const sender = { from: job.from.address, mailbox: job.mailbox };
  const imported = messageKey === null ? null : await sentMessage(trx, messageKey, sender);
  const messageId = imported ?? (await insertSent(trx, prepared, job.mark, atMs));
  await fileItem(trx, job, messageId, atMs);
  await fileOnTicket(trx, organisationOf(config), {
    ticketId: job.ticketId,
    messageId,
    facts: prepared.facts,
    opening: false,
    sent: true,
    atMs,
    hideChain: false,
    filedBy: job.agent,
    filedAtMs: atMs,
  });
}

async function insertSent(
  trx: StoreWriter,
  prepared: ReturnType<typeof prepareMail>,
  mark: string,
  atMs: number,
): Promise<number> {
  const family = outgoingFamily(mark);
  const named = { ...prepared, identity: family, family, variant: 1, trust: 'trusted' } as const;
  return (await insertMessages(trx, [messageRows(named, atMs)])).get(family) ?? 0;
}

/** The mailbox's own view of it: filed, so that no rule decides about the copy again. */
async function fileItem(trx: StoreWriter, job: MailJob, messageId: number, atMs: number): Promise<void> {
  const filed = { state: 'filed', reason: null, ticket_id: job.ticketId, filed_by: job.agent } as const;
  const known = (await itemsOf(trx, job.mailbox, [messageId])).get(messageId);
  if (known !== undefined) {
    if (known.filed_by === null) await updateItem(trx, known.id, filed);
    return;
  }
  await insertItems(trx, [
    {
      ...filed,
      message_id: messageId,
      connection: job.connection,
      mailbox: job.mailbox,
      sent: 1,
      note_id: null,
      decision_json: JSON.stringify({
        decision: { kind: 'matched', ticketId: job.ticketId, rule: job.action, reason: 'sent from here' },
        steps: [],
        candidates: [],
      }),
      decided_at: atMs,
      received_at: atMs,
    },
  ]);
}

function messageOf(job: MailJob, atMs: number): ImportedMessage {
  const { to, cc, subject } = envelopeOf(job);
  return {
    providerId: job.draft?.id ?? '',
    internetMessageId: job.draft?.internetMessageId ?? null,
    from: job.from,
    sender: null,
    replyTo: [],
    to,
    cc,
    bcc: job.bcc,
    subject,
    sentAtMs: atMs,
    receivedAtMs: atMs,
    body: job.body,
    uniqueBody: null,
    headers: job.headers ?? [],
    conversationId: job.draft?.conversationId ?? null,
    isDraft: false,
    sensitivity: 'normal',
    meeting: false,
    report: false,
    protection: 'none',
    attachments: job.files.map(({ name, contentType, size, sha256 }) => ({
      name,
      contentType,
      size,
      kind: 'file',
      inline: false,
      contentId: null,
      content: { kind: 'stored', file: { sha256, size } },
    })),
    original: null,
  };
}
