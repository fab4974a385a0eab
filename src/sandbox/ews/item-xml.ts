import { createHash } from 'node:crypto';
import { headersOf } from '../world/headers.ts';
import { conversationId } from '../world/ids.ts';
import { mimeOf } from '../world/mime.ts';
import type { Mailbox } from '../world/mailbox.ts';
import { htmlToText, textToHtml } from '../world/text.ts';
import type { Attachment, Body, Item, Person } from '../world/types.ts';
import { uniqueBodyOf } from '../world/unique-body.ts';
import { extendedXml } from './extended.ts';
import type { ItemShape } from './item-shape.ts';
import { tag, value } from './xml.ts';

type Field = (item: Item, mailbox: Mailbox, shape: ItemShape) => string;

const importances = { low: 'Low', normal: 'Normal', high: 'High' } as const;
const sensitivities = {
  normal: 'Normal',
  personal: 'Personal',
  private: 'Private',
  confidential: 'Confidential',
} as const;
const responses = { accepted: 'Accept', tentative: 'Tentative', declined: 'Decline' } as const;

/** In the order the schema demands. */
const itemFields: readonly (readonly [string, Field])[] = [
  ['item:MimeContent', (item) => tag('t:MimeContent', base64(mimeOf(item)), { CharacterSet: 'UTF-8' })],
  ['item:ItemId', (item, mailbox) => itemIdXml(item, mailbox)],
  [
    'item:ParentFolderId',
    (item, { ids }) => tag('t:ParentFolderId', '', { Id: ids.make('folder', item.folder.serial) }),
  ],
  ['item:ItemClass', (item) => value('t:ItemClass', item.itemClass)],
  ['item:Subject', (item) => value('t:Subject', item.subject)],
  ['item:Sensitivity', (item) => value('t:Sensitivity', sensitivities[item.sensitivity])],
  ['item:Body', (item, _mailbox, shape) => bodyXml('t:Body', item.body, shape.bodyType)],
  ['item:Attachments', (item, mailbox) => attachmentsXml(item, mailbox)],
  ['item:DateTimeReceived', (item) => value('t:DateTimeReceived', time(item.receivedAt))],
  ['item:Size', (item) => value('t:Size', sizeOf(item))],
  ['item:Importance', (item) => value('t:Importance', importances[item.importance])],
  ['item:InReplyTo', (item) => value('t:InReplyTo', item.inReplyTo)],
  ['item:IsDraft', (item) => value('t:IsDraft', item.isDraft)],
  ['item:InternetMessageHeaders', (item) => headersXml(item)],
  ['item:DateTimeSent', (item) => value('t:DateTimeSent', time(item.sentAt))],
  ['item:DateTimeCreated', (item) => value('t:DateTimeCreated', time(item.createdAt))],
  ['item:DisplayTo', (item) => value('t:DisplayTo', item.to.map(({ name }) => name).join('; '))],
  [
    'item:HasAttachments',
    (item) =>
      value(
        't:HasAttachments',
        item.attachments.some(({ inline }) => !inline),
      ),
  ],
  ['', (item, _mailbox, shape) => shape.extended.map((wanted) => extendedXml(item, wanted)).join('')],
  ['item:LastModifiedTime', (item) => value('t:LastModifiedTime', time(item.modifiedAt))],
  ['item:ConversationId', (item, mailbox) => tag('t:ConversationId', '', { Id: ewsConversationId(item, mailbox) })],
  ['item:UniqueBody', (item, _mailbox, shape) => uniqueXml(item, shape)],
];

const messageFields: readonly (readonly [string, Field])[] = [
  ['message:Sender', (item) => personXml('t:Sender', item.sender)],
  ['message:ToRecipients', (item) => peopleXml('t:ToRecipients', item.to)],
  ['message:CcRecipients', (item) => peopleXml('t:CcRecipients', item.cc)],
  ['message:BccRecipients', (item) => peopleXml('t:BccRecipients', item.bcc)],
  ['message:From', (item) => personXml('t:From', item.from)],
  ['message:InternetMessageId', (item) => value('t:InternetMessageId', item.internetMessageId)],
  ['message:IsRead', (item) => value('t:IsRead', item.isRead)],
  ['message:References', (item) => value('t:References', item.references.join(' ') || null)],
  ['message:ReplyTo', (item) => peopleXml('t:ReplyTo', item.replyTo)],
];

/** What a shape's base means, beyond the id. */
export const baseFields: Readonly<Record<string, ReadonlySet<string>>> = {
  IdOnly: new Set(['item:ItemId']),
  Default: new Set(
    [...itemFields, ...messageFields]
      .map(([name]) => name)
      .filter((name) => !/MimeContent|UniqueBody|ParentFolderId|InternetMessageHeaders|Bcc|InReplyTo/.test(name)),
  ),
  AllProperties: new Set(
    [...itemFields, ...messageFields].map(([name]) => name).filter((name) => !/MimeContent|UniqueBody/.test(name)),
  ),
};

/** Bodies and attachments are only for GetItem; FindItem and SyncFolderItems leave them out. */
const onlyWhole = new Set([
  'item:Body',
  'item:UniqueBody',
  'item:Attachments',
  'item:MimeContent',
  'item:InternetMessageHeaders',
]);

/** With its attachments, as a mailbox counts it. */
function sizeOf(item: Item): number {
  return item.attachments.reduce((sum, { bytes }) => sum + bytes.length, item.body.content.length + 2_000);
}

export function itemXml(item: Item, mailbox: Mailbox, shape: ItemShape, whole: boolean): string {
  const shown = (fields: readonly (readonly [string, Field])[]): readonly string[] =>
    fields
      .filter(([name]) => name === '' || (shape.fields.has(name) && (whole || !onlyWhole.has(name))))
      .map(([, field]) => field(item, mailbox, shape));
  return tag(elementOf(item), [...shown(itemFields), ...shown(messageFields), ...meetingParts(item, shape)]);
}

export function itemIdXml(item: Item, mailbox: Mailbox): string {
  return tag('t:ItemId', '', { Id: mailbox.ids.make('item', item.instance), ChangeKey: changeKey(item, mailbox) });
}

export function changeKey(item: Item, mailbox: Mailbox): string {
  return `CQAAABYAAA${digest(`${mailbox.objectId}:${item.key}:${item.version}`).slice(0, 22)}`;
}

export function elementOf(item: Item): string {
  if (item.meeting === null) return 't:Message';
  if (item.meeting.kind === 'request') return 't:MeetingRequest';
  return item.meeting.kind === 'cancelled' ? 't:MeetingCancellation' : 't:MeetingResponse';
}

/** An attachment; without content in the list of a mail. */
export function attachmentXml(attachment: Attachment, mailbox: Mailbox, content: string): string {
  const inner = attachment.item === null ? attachment.bytes.length : mimeOf(attachment.item).length;
  const common = [
    tag('t:AttachmentId', '', { Id: mailbox.ids.make('attachment', attachment.serial) }),
    value('t:Name', attachment.name),
    value('t:ContentType', attachment.contentType),
    value('t:ContentId', attachment.contentId),
    value('t:Size', Math.ceil(inner * 1.02) + 180),
    value('t:LastModifiedTime', time(attachment.modifiedAt)),
    value('t:IsInline', attachment.inline),
  ];
  if (attachment.kind !== 'reference') return tag(`t:${kinds[attachment.kind]}`, [...common, content]);
  return tag('t:ReferenceAttachment', [...common, value('t:AttachLongPathName', attachment.url)]);
}

const kinds = { file: 'FileAttachment', item: 'ItemAttachment' } as const;

/** Whole seconds in UTC. */
export function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function meetingParts(item: Item, shape: ItemShape): readonly string[] {
  if (item.meeting === null || !shape.fields.has('item:Subject')) return [];
  const { kind } = item.meeting;
  const answered = kind === 'request' || kind === 'cancelled' ? null : value('t:ResponseType', responses[kind]);
  return [value('t:IsDelegated', false), value('t:IsOutOfDate', false), answered ?? ''];
}

function attachmentsXml(item: Item, mailbox: Mailbox): string {
  if (item.attachments.length === 0) return '';
  return tag(
    't:Attachments',
    item.attachments.map((one) => attachmentXml(one, mailbox, '')),
  );
}

function bodyXml(name: string, body: Body, wanted: ItemShape['bodyType']): string {
  const html = wanted === 'HTML' || (wanted === 'Best' && body.kind === 'html');
  const shown =
    html === (body.kind === 'html') ? body.content : html ? textToHtml(body.content) : htmlToText(body.content);
  const content = value(name, shown);
  return content.replace(`<${name}`, `<${name} BodyType="${html ? 'HTML' : 'Text'}"`);
}

function uniqueXml(item: Item, shape: ItemShape): string {
  if (item.uniqueBody === null) return '';
  return bodyXml(
    't:UniqueBody',
    { kind: item.body.kind, content: item.uniqueBody ?? uniqueBodyOf(item.body) },
    shape.bodyType,
  );
}

/** Mail that never travelled has none. */
function headersXml(item: Item): string {
  if (item.isDraft || item.folder.wellKnown === 'sentitems') return '';
  const headers = headersOf(item).map(({ name, value: text }) =>
    value('t:InternetMessageHeader', text).replace(
      '<t:InternetMessageHeader',
      `<t:InternetMessageHeader HeaderName="${name}"`,
    ),
  );
  return headers.length === 0 ? '' : tag('t:InternetMessageHeaders', headers);
}

function personXml(name: string, person: Person | null): string {
  return person === null ? '' : tag(name, mailboxXml(person));
}

function peopleXml(name: string, people: readonly Person[]): string {
  return people.length === 0 ? '' : tag(name, people.map(mailboxXml));
}

export function mailboxXml(person: Person): string {
  const routing =
    person.address === '' ? [] : [value('t:EmailAddress', person.address), value('t:RoutingType', 'SMTP')];
  return tag('t:Mailbox', [value('t:Name', person.name), ...routing, value('t:MailboxType', 'Mailbox')]);
}

/** What Graph writes with - and _ has / and + here. */
function ewsConversationId(item: Item, mailbox: Mailbox): string {
  return conversationId(mailbox.objectId, item.conversation).replaceAll('-', '/').replaceAll('_', '+');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
