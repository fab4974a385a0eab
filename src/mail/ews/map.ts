import type { DateTime, EmailAddress, EmailMessage, Item } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import type { Header, ImportedMessage, MessageBody, Person, Sensitivity } from '../../domain/message.ts';
import { normalMessageId, toPerson, writtenOtherwise } from '../address.ts';
import type { MessageParts } from '../provider.ts';
import type { Library } from './client.ts';

const transportHeadersTag = 0x7d;

/** What is asked of a whole mail. Light: without what a damaged or foreign item may refuse. */
export function propertiesOf(library: Library, uniqueBody: boolean, light: boolean) {
  const { ItemSchema, EmailMessageSchema } = library;
  const { MapiPropertyType } = library;
  const usual = [
    ItemSchema.ItemClass,
    ItemSchema.Subject,
    ItemSchema.Sensitivity,
    ItemSchema.Attachments,
    ItemSchema.DateTimeReceived,
    ItemSchema.InReplyTo,
    ItemSchema.IsDraft,
    ItemSchema.DateTimeSent,
    ItemSchema.ConversationId,
    EmailMessageSchema.Sender,
    EmailMessageSchema.ToRecipients,
    EmailMessageSchema.CcRecipients,
    EmailMessageSchema.BccRecipients,
    EmailMessageSchema.From,
    EmailMessageSchema.InternetMessageId,
    EmailMessageSchema.References,
    EmailMessageSchema.ReplyTo,
  ];
  const heavy = [
    ItemSchema.Body,
    ItemSchema.InternetMessageHeaders,
    new library.ExtendedPropertyDefinition(transportHeadersTag, MapiPropertyType.String),
    ...(uniqueBody ? [ItemSchema.UniqueBody] : []),
  ];
  return new library.PropertySet(library.BasePropertySet.IdOnly, light ? usual : [...usual, ...heavy]);
}

/** Their item as our message. Throws `protocol` where it has no date at all. */
export function toMessage(item: Item, library: Library, parts: MessageParts): ImportedMessage {
  // Not every item has what a mail has; what is not there reads as nothing.
  const mail = item as EmailMessage;
  const sentAtMs = timeOf(optional(() => mail.DateTimeSent));
  const receivedAtMs = timeOf(optional(() => mail.DateTimeReceived)) ?? sentAtMs;
  if (receivedAtMs === null) throw new IntegratorError('protocol', 'a mail without a date');
  const from = personOf(optional(() => mail.From));
  const sender = personOf(optional(() => mail.Sender));
  const itemClass = (optional(() => mail.ItemClass) ?? '').toUpperCase();
  return {
    providerId: item.Id.UniqueId,
    internetMessageId: normalMessageId(optional(() => mail.InternetMessageId)),
    from,
    ...writtenOtherwise(optional(() => mail.From.Address)),
    sender: sender?.address === from?.address ? null : sender,
    replyTo: peopleOf(optional(() => mail.ReplyTo.GetEnumerator())),
    to: peopleOf(optional(() => mail.ToRecipients.GetEnumerator())),
    cc: peopleOf(optional(() => mail.CcRecipients.GetEnumerator())),
    bcc: peopleOf(optional(() => mail.BccRecipients.GetEnumerator())),
    subject: optional(() => mail.Subject) ?? '',
    sentAtMs,
    receivedAtMs,
    body: bodyOf(
      optional(() => mail.Body),
      library,
    ) ?? { kind: 'text', content: '' },
    uniqueBody: bodyOf(
      optional(() => mail.UniqueBody),
      library,
    ),
    headers: headersOf(item),
    conversationId: optional(() => mail.ConversationId.UniqueId) ?? null,
    isDraft: optional(() => mail.IsDraft) ?? false,
    sensitivity: sensitivityOf(optional(() => mail.Sensitivity) ?? 0),
    meeting: itemClass.startsWith('IPM.SCHEDULE.MEETING'),
    report: itemClass.startsWith('REPORT.'),
    ...parts,
  };
}

/** The library throws for what an item does not have, and says null where its types say otherwise. */
export function optional<T>(read: () => T): NonNullable<T> | undefined {
  try {
    return read() ?? undefined;
  } catch {
    return undefined;
  }
}

/** Epoch milliseconds. */
export function timeOf(time: DateTime | undefined): number | null {
  const ms = time?.TotalMilliSeconds;
  return ms === undefined || Number.isNaN(ms) ? null : ms;
}

/** All of them where the mail travelled; else what the item keeps of a thread. */
export function headersOf(item: Item): readonly Header[] {
  const whole = transportHeaders(item);
  const listed = (optional(() => item.InternetMessageHeaders.GetEnumerator()) ?? []).map((one) => ({
    name: one.Name,
    value: one.Value ?? '',
  }));
  const headers = whole.length > 0 ? whole : listed;
  const known = new Set(headers.map(({ name }) => name.toLowerCase()));
  const mail = item as EmailMessage;
  const thread = [
    { name: 'In-Reply-To', value: optional(() => mail.InReplyTo) ?? '' },
    { name: 'References', value: optional(() => mail.References) ?? '' },
  ];
  return [...headers, ...thread.filter(({ name, value }) => value !== '' && !known.has(name.toLowerCase()))];
}

function transportHeaders(item: Item): readonly Header[] {
  const properties = optional(() => item.ExtendedProperties.GetEnumerator()) ?? [];
  const text: unknown = properties.find((one) => one.PropertyDefinition.Tag === transportHeadersTag)?.Value;
  const headers: Header[] = [];
  for (const line of typeof text === 'string' ? text.split(/\r\n|\n|\r/) : []) {
    const [, name, value = ''] = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/s.exec(line) ?? [];
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      headers[headers.length - 1] = { name: last.name, value: joined(last.value, trimmed(line)) };
    } else if (name !== undefined) headers.push({ name, value: trimmed(value) });
  }
  return headers;
}

/** Of white space of headers (RFC 5322) alone: any other letter without a glyph is part of the value. */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '');
}

/** Looking at the whole again for each line would take minutes where a hostile header has a hundred thousand. */
function joined(before: string, more: string): string {
  return before === '' || more === '' ? before + more : `${before} ${more}`;
}

export function personOf(address: EmailAddress | undefined): Person | null {
  return address === undefined ? null : toPerson(address.Name, address.Address);
}

export function peopleOf(list: readonly EmailAddress[] | undefined): readonly Person[] {
  return (list ?? []).flatMap((one) => personOf(one) ?? []);
}

function bodyOf(body: TheirBody | undefined, library: Library): MessageBody | null {
  if (body === undefined) return null;
  return { kind: body.BodyType === library.BodyType.Text ? 'text' : 'html', content: body.Text ?? '' };
}

type TheirBody = Pick<EmailMessage['Body'], 'BodyType' | 'Text'>;

const sensitivities: readonly Sensitivity[] = ['normal', 'personal', 'private', 'confidential'];

function sensitivityOf(value: number): Sensitivity {
  return sensitivities[value] ?? 'normal';
}
