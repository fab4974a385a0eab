import type { Mailbox } from './mailbox.ts';
import { people, person } from './people.ts';
import { authenticationHeaders } from './headers.ts';
import type { Attachment, AttachmentSpec, Body, Folder, Item, MessageSpec, Person } from './types.ts';

export interface BuildContext {
  readonly mailbox: Mailbox;
  readonly folder: Folder;
  /** Epoch milliseconds. */
  readonly now: number;
}

const noIds: readonly string[] = [];
const noProperties: Readonly<Record<string, string>> = {};

/** Makes the item a spec asks for; it is not in the mailbox yet. */
export function buildItem(spec: MessageSpec, context: BuildContext): Item {
  const { mailbox, folder, now } = context;
  const key = mailbox.nextKey();
  const from = personOrNull(spec.from, { name: 'Sender', address: 'sender@acme.example' });
  const internetMessageId =
    spec.internetMessageId === undefined ? madeUpId(mailbox, key, from) : spec.internetMessageId;
  const receivedAt = spec.receivedAt ?? now;
  return {
    key,
    instance: mailbox.nextInstance(),
    version: 1,
    folder,
    from,
    sender: personOrNull(spec.sender, from),
    ...recipients(spec, mailbox),
    subject: spec.subject === undefined ? 'No particular subject' : spec.subject,
    body: bodyOf(spec),
    uniqueBody: spec.uniqueBody,
    extraHeaders: [...authenticationHeaders(spec.auth ?? 'none', from), ...(spec.headers ?? [])],
    internetMessageId,
    inReplyTo: spec.inReplyTo ?? null,
    references: spec.references ?? noIds,
    createdAt: now,
    modifiedAt: receivedAt,
    receivedAt,
    sentAt: spec.sentAt ?? receivedAt,
    attachments: (spec.attachments ?? []).map((attachment) => buildAttachment(attachment, context)),
    ...stateOf(spec),
    raw: spec.raw ?? null,
    conversation: conversationOf(spec, mailbox, internetMessageId ?? `none-${key}`),
  };
}

export function buildAttachment(spec: AttachmentSpec, context: BuildContext): Attachment {
  const common = {
    serial: context.mailbox.nextAttachment(),
    contentType: null,
    bytes: new Uint8Array(0),
    inline: false,
    contentId: null,
    item: null,
    url: null,
    damaged: false,
    modifiedAt: context.now,
  };
  switch (spec.kind) {
    case 'file':
      return {
        ...common,
        kind: 'file',
        name: spec.name,
        contentType: spec.contentType ?? 'application/octet-stream',
        bytes: typeof spec.content === 'string' ? new TextEncoder().encode(spec.content) : spec.content,
        inline: spec.inline ?? false,
        contentId: spec.contentId ?? null,
        damaged: spec.damaged ?? false,
      };
    case 'item': {
      const item = buildItem(spec.message, context);
      return { ...common, kind: 'item', name: spec.name ?? item.subject ?? '', item };
    }
    case 'reference':
      return { ...common, kind: 'reference', name: spec.name, url: spec.url };
  }
}

function recipients(spec: MessageSpec, mailbox: Mailbox): Pick<Item, 'to' | 'cc' | 'bcc' | 'replyTo'> {
  return {
    to: spec.to === undefined ? [{ name: mailbox.displayName, address: mailbox.address }] : people(spec.to),
    cc: people(spec.cc),
    bcc: people(spec.bcc),
    replyTo: people(spec.replyTo),
  };
}

type State = Pick<
  Item,
  | 'isDraft'
  | 'isRead'
  | 'importance'
  | 'sensitivity'
  | 'categories'
  | 'meeting'
  | 'itemClass'
  | 'protection'
  | 'damaged'
  | 'extendedProperties'
>;

function stateOf(spec: MessageSpec): State {
  return {
    isDraft: spec.isDraft ?? false,
    isRead: spec.isRead ?? false,
    importance: spec.importance ?? 'normal',
    sensitivity: spec.sensitivity ?? 'normal',
    categories: spec.categories ?? noIds,
    meeting: spec.meeting ?? null,
    itemClass: spec.itemClass ?? itemClassOf(spec),
    protection: spec.protection ?? 'none',
    damaged: spec.damaged ?? false,
    extendedProperties: spec.extendedProperties ?? noProperties,
  };
}

const meetingClasses = {
  request: 'IPM.Schedule.Meeting.Request',
  accepted: 'IPM.Schedule.Meeting.Resp.Pos',
  tentative: 'IPM.Schedule.Meeting.Resp.Tent',
  declined: 'IPM.Schedule.Meeting.Resp.Neg',
  cancelled: 'IPM.Schedule.Meeting.Canceled',
} as const;

const protectionClasses = {
  none: 'IPM.Note',
  rights: 'IPM.Note',
  smime_encrypted: 'IPM.Note.SMIME',
  smime_signed: 'IPM.Note.SMIME.MultipartSigned',
} as const;

function itemClassOf(spec: MessageSpec): string {
  return spec.meeting === undefined ? protectionClasses[spec.protection ?? 'none'] : meetingClasses[spec.meeting.kind];
}

function bodyOf(spec: MessageSpec): Body {
  if (spec.html !== undefined) return { kind: 'html', content: spec.html };
  return { kind: 'text', content: spec.text ?? 'Hello,\r\n\r\nnothing in particular.\r\n' };
}

function personOrNull(spec: MessageSpec['from'], otherwise: Person | null): Person | null {
  if (spec === undefined) return otherwise;
  return spec === null ? null : person(spec);
}

function madeUpId(mailbox: Mailbox, key: number, from: Person | null): string {
  const domain = from?.address.split('@')[1] ?? 'unknown.example';
  return `<sbx${key.toString(36)}.${mailbox.objectId.slice(0, 8)}@${domain}>`;
}

/** A reply follows the conversation of what it answers, where that lies in the same mailbox. */
function conversationOf(spec: MessageSpec, mailbox: Mailbox, otherwise: string): string {
  if (spec.conversation !== undefined) return spec.conversation;
  const known = [spec.inReplyTo, ...(spec.references ?? []).toReversed()].find(
    (id) => id !== undefined && mailbox.conversations.has(id),
  );
  if (known !== undefined) return mailbox.conversations.get(known) ?? otherwise;
  return spec.references?.[0] ?? spec.inReplyTo ?? otherwise;
}
