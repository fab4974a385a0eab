import { createHash } from 'node:crypto';
import type { Settings } from '../settings.ts';
import { headersOf } from '../world/headers.ts';
import { conversationId } from '../world/ids.ts';
import type { Mailbox } from '../world/mailbox.ts';
import { htmlToText, textToHtml } from '../world/text.ts';
import type { Body, Item, Person } from '../world/types.ts';
import { uniqueBodyOf } from '../world/unique-body.ts';
import { badRequest } from './errors.ts';
import { meetingFields, odataTypeOf } from './meeting-json.ts';
import type { Prefer } from './prefer.ts';

/** From where and for whom items are shown. */
export interface View {
  readonly mailbox: Mailbox;
  readonly prefer: Prefer;
  readonly settings: Settings;
}

type Field = (item: Item, view: View) => unknown;

/** Shown without `$select`, in the order of the service. */
const standard: readonly (readonly [string, Field])[] = [
  ['createdDateTime', (item) => time(item.createdAt)],
  ['lastModifiedDateTime', (item) => time(item.modifiedAt)],
  ['changeKey', (item, view) => changeKey(item, view.mailbox)],
  ['categories', (item) => item.categories],
  ['receivedDateTime', (item) => time(item.receivedAt)],
  ['sentDateTime', (item) => time(item.sentAt)],
  // Inline attachments alone do not count.
  ['hasAttachments', (item) => item.attachments.some(({ inline }) => !inline)],
  ['internetMessageId', (item) => item.internetMessageId],
  ['subject', (item) => item.subject],
  ['bodyPreview', (item) => previewOf(item.body)],
  ['importance', (item) => item.importance],
  ['parentFolderId', (item, { mailbox }) => mailbox.ids.make('folder', item.folder.serial)],
  ['conversationId', (item, { mailbox }) => conversationId(mailbox.objectId, item.conversation)],
  ['conversationIndex', (item) => digest(item.conversation).toString('base64').slice(0, 32)],
  ['isDeliveryReceiptRequested', (item) => (item.meeting === null ? false : null)],
  ['isReadReceiptRequested', () => false],
  ['isRead', (item) => item.isRead],
  ['isDraft', (item) => item.isDraft],
  ['webLink', (item, view) => webLink(item, view)],
  ['inferenceClassification', () => 'focused'],
  ['body', (item, { prefer }) => bodyJson(item.body, prefer)],
  ['sender', (item) => recipient(item.sender)],
  ['from', (item) => recipient(item.from)],
  ['toRecipients', (item) => item.to.map(recipient)],
  ['ccRecipients', (item) => item.cc.map(recipient)],
  ['bccRecipients', (item) => item.bcc.map(recipient)],
  ['replyTo', (item) => item.replyTo.map(recipient)],
  ['flag', () => ({ flagStatus: 'notFlagged' })],
];

/** Shown when selected only. */
const onRequest: readonly (readonly [string, Field])[] = [
  ['uniqueBody', (item, { prefer }) => uniqueBodyJson(item, prefer)],
  ['internetMessageHeaders', (item, { settings }) => headersJson(item, settings)],
];

const fields: ReadonlyMap<string, readonly [string, Field]> = new Map(
  [...standard, ...onRequest].map((entry) => [entry[0].toLowerCase(), entry]),
);

const meetingOnly = new Set([
  'meetingmessagetype',
  'startdatetime',
  'enddatetime',
  'location',
  'isoutofdate',
  'isallday',
  'type',
  'recurrence',
  'isdelegated',
  'meetingrequesttype',
  'responsetype',
]);

/** Throws for a property that messages do not have; the service is strict there. */
export function checkSelect(select: readonly string[] | null): void {
  for (const name of select ?? []) {
    const bare = bareName(name);
    if (bare === 'id' || bare === '*' || fields.has(bare) || meetingOnly.has(bare)) continue;
    throw badRequest(
      `Could not find a property named '${name}' on type 'Microsoft.OutlookServices.Message'.`,
      'RequestBroker--ParseUri',
    );
  }
}

/** A message as JSON; `select` null gives the standard properties. */
export function messageJson(item: Item, view: View, select: readonly string[] | null): Record<string, unknown> {
  const type = odataTypeOf(item);
  const shown: Record<string, unknown> = {
    ...(type === null ? {} : { '@odata.type': type }),
    '@odata.etag': `W/"${changeKey(item, view.mailbox)}"`,
    id: idOf(item, view),
  };
  for (const [name, field] of chosen(select)) {
    const value = field(item, view);
    if (value !== undefined) shown[name] = value;
  }
  const wanted = select === null || select.some((name) => meetingOnly.has(bareName(name)));
  return wanted && item.meeting !== null ? { ...shown, ...meetingFields(item.meeting) } : shown;
}

function chosen(select: readonly string[] | null): readonly (readonly [string, Field])[] {
  if (select === null || select.includes('*')) return standard;
  return select.map((name) => fields.get(bareName(name))).filter((field) => field !== undefined);
}

function bareName(name: string): string {
  return name.replace(/^microsoft\.graph\.\w+\//i, '').toLowerCase();
}

function idOf(item: Item, { mailbox, prefer }: View): string {
  return prefer.immutableIds ? mailbox.ids.make('immutable', item.key) : mailbox.ids.make('item', item.instance);
}

function bodyJson(body: Body, prefer: Prefer): { contentType: string; content: string } {
  if (prefer.bodyText) return { contentType: 'text', content: textOf(body) };
  return { contentType: 'html', content: body.kind === 'html' ? body.content : textToHtml(body.content) };
}

function uniqueBodyJson(item: Item, prefer: Prefer): unknown {
  if (item.uniqueBody === null) return undefined;
  return bodyJson({ kind: item.body.kind, content: item.uniqueBody ?? newPartOf(item.body) }, prefer);
}

/** What the mailbox itself sent, or has not sent yet, has no transport headers. */
function headersJson(item: Item, settings: Settings): unknown {
  const outgoing = item.isDraft || item.folder.wellKnown === 'sentitems';
  if (outgoing && !settings.sentItemsHaveHeaders) return undefined;
  return headersOf(item);
}

/** What is computed from a body is asked for again and again, and large bodies are shared: remember some. */
function remembered(compute: (body: Body) => string): (body: Body) => string {
  const known = { html: new Map<string, string>(), text: new Map<string, string>() };
  return ({ kind, content }) => {
    const found = known[kind].get(content);
    if (found !== undefined) return found;
    const value = compute({ kind, content });
    if (known[kind].size > 512) known[kind].clear();
    known[kind].set(content, value);
    return value;
  };
}

const textOf = remembered((body) => (body.kind === 'text' ? body.content : htmlToText(body.content)));
const previewOf = remembered((body) => textOf(body).slice(0, 255));
const newPartOf = remembered(uniqueBodyOf);

function recipient(person: Person | null): { emailAddress: { name: string; address?: string } } | null {
  if (person === null) return null;
  const { name, address } = person;
  return { emailAddress: address === '' ? { name } : { name, address } };
}

/** Whole seconds, as Outlook has it. */
export function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function changeKey(item: Item, mailbox: Mailbox): string {
  return `CQAAABYAAA${digest(`${mailbox.objectId}:${item.key}:${item.version}`).toString('base64').slice(0, 22)}`;
}

function webLink(item: Item, view: View): string {
  return `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(view.mailbox.ids.make('item', item.instance))}&exvsurl=1&viewmodel=ReadMessageItem`;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
