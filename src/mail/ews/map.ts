import { IntegratorError } from '../../domain/errors.ts';
import type { Header, ImportedMessage, MessageBody, Person, Sensitivity } from '../../domain/message.ts';
import { normalMessageId, toPerson, writtenOtherwise } from '../address.ts';
import type { MessageParts } from '../provider.ts';
import type { Library } from './client.ts';
import { countIn, fieldOf, flagIn, listIn, textIn, timeIn } from './values.ts';

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

/** Their item as our message; `providerId` is the one it was asked for by. Throws `protocol` where it has no date at all. */
export function toMessage(item: unknown, providerId: string, library: Library, parts: MessageParts): ImportedMessage {
  const sentAtMs = timeIn(item, 'DateTimeSent');
  const receivedAtMs = timeIn(item, 'DateTimeReceived') ?? sentAtMs;
  if (receivedAtMs === null) throw new IntegratorError('protocol', 'a mail without a date');
  const from = personIn(item, 'From');
  const sender = personIn(item, 'Sender');
  const itemClass = textIn(item, 'ItemClass').toUpperCase();
  return {
    providerId,
    internetMessageId: normalMessageId(textIn(item, 'InternetMessageId')),
    from,
    ...writtenOtherwise(textIn(fieldOf(item, 'From'), 'Address')),
    sender: sender?.address === from?.address ? null : sender,
    replyTo: peopleIn(item, 'ReplyTo'),
    to: peopleIn(item, 'ToRecipients'),
    cc: peopleIn(item, 'CcRecipients'),
    bcc: peopleIn(item, 'BccRecipients'),
    subject: textIn(item, 'Subject'),
    sentAtMs,
    receivedAtMs,
    body: bodyIn(item, 'Body', library) ?? { kind: 'text', content: '' },
    uniqueBody: bodyIn(item, 'UniqueBody', library),
    headers: headersOf(item),
    conversationId: conversationOf(item),
    isDraft: flagIn(item, 'IsDraft'),
    sensitivity: sensitivityOf(item),
    meeting: itemClass.startsWith('IPM.SCHEDULE.MEETING'),
    report: itemClass.startsWith('REPORT.'),
    ...parts,
  };
}

export function conversationOf(item: unknown): string | null {
  return textIn(fieldOf(item, 'ConversationId'), 'UniqueId') || null;
}

/** All of them where the mail travelled; else what the item keeps of a thread. */
export function headersOf(item: unknown): readonly Header[] {
  const whole = transportHeaders(item);
  const headers = whole.length > 0 ? whole : listIn(item, 'InternetMessageHeaders').flatMap(headerOf);
  const known = new Set(headers.map(({ name }) => name.toLowerCase()));
  const thread = [
    { name: 'In-Reply-To', value: textIn(item, 'InReplyTo') },
    { name: 'References', value: textIn(item, 'References') },
  ];
  return [...headers, ...thread.filter(({ name, value }) => value !== '' && !known.has(name.toLowerCase()))];
}

function headerOf(one: unknown): readonly Header[] {
  const name = textIn(one, 'Name');
  return name === '' ? [] : [{ name, value: textIn(one, 'Value') }];
}

function transportHeaders(item: unknown): readonly Header[] {
  const properties = listIn(item, 'ExtendedProperties');
  const found = properties.find((one) => fieldOf(fieldOf(one, 'PropertyDefinition'), 'Tag') === transportHeadersTag);
  const headers: Header[] = [];
  for (const line of textIn(found, 'Value').split(/\r\n|\n|\r/)) {
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

export function personIn(item: unknown, name: 'From' | 'Sender'): Person | null {
  return personOf(fieldOf(item, name));
}

export function peopleIn(
  item: unknown,
  name: 'ReplyTo' | 'ToRecipients' | 'CcRecipients' | 'BccRecipients',
): readonly Person[] {
  return listIn(item, name).flatMap((one) => personOf(one) ?? []);
}

function personOf(address: unknown): Person | null {
  return toPerson(textIn(address, 'Name'), textIn(address, 'Address'));
}

function bodyIn(item: unknown, name: 'Body' | 'UniqueBody', library: Library): MessageBody | null {
  const body = fieldOf(item, name);
  if (typeof body !== 'object' || body === null) return null;
  const isText = fieldOf(body, 'BodyType') === library.BodyType.Text;
  return { kind: isText ? 'text' : 'html', content: textIn(body, 'Text') };
}

const sensitivities: readonly Sensitivity[] = ['normal', 'personal', 'private', 'confidential'];

function sensitivityOf(item: unknown): Sensitivity {
  return sensitivities[countIn(item, 'Sensitivity')] ?? 'normal';
}
