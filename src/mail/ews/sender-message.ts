import type { EmailMessage, ExchangeService, ExtendedPropertyDefinition } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import type { Header, Person } from '../../domain/message.ts';
import { normalMessageId } from '../address.ts';
import { markHeader, markName, markSet } from '../mark.ts';
import type { Draft, FoundMail, OutgoingMail, OutgoingReply } from '../sender.ts';
import type { Library } from './client.ts';
import { conversationOf, headersOf, peopleIn, personIn } from './map.ts';
import { serviceErrorOf } from './responses.ts';
import { fieldOf, flagIn, listIn, textIn } from './values.ts';

/** A mail as it will be saved, with everything but its attachments. */
export function newMessage(service: ExchangeService, library: Library, mail: OutgoingMail): EmailMessage {
  const message = new library.EmailMessage(service);
  const type = mail.body.kind === 'html' ? library.BodyType.HTML : library.BodyType.Text;
  message.Subject = mail.subject;
  message.Body = new library.MessageBody(type, mail.body.content);
  message.From = addressOf(library, mail.from);
  for (const person of mail.to) message.ToRecipients.Add(addressOf(library, person));
  for (const person of mail.cc) message.CcRecipients.Add(addressOf(library, person));
  for (const person of mail.bcc) message.BccRecipients.Add(addressOf(library, person));
  putMark(library, message, mail);
  return message;
}

/** What the draft of a reply cannot be given when it is made. */
export function completeReply(library: Library, message: EmailMessage, reply: OutgoingReply): void {
  message.From = addressOf(library, reply.from);
  for (const person of reply.cc) message.CcRecipients.Add(addressOf(library, person));
  putMark(library, message, reply);
}

function putMark(
  library: Library,
  message: EmailMessage,
  { mark, headers = [] }: { readonly mark: string; readonly headers?: readonly Header[] },
): void {
  message.SetExtendedProperty(markProperty(library), mark);
  for (const { name, value } of [{ name: markHeader, value: mark }, ...headers]) {
    message.SetExtendedProperty(headerProperty(library, name), value);
  }
}

export function markProperty(library: Library): ExtendedPropertyDefinition {
  return new library.ExtendedPropertyDefinition(new library.Guid(markSet), markName, library.MapiPropertyType.String);
}

function headerProperty(library: Library, name: string): ExtendedPropertyDefinition {
  const set = library.DefaultExtendedPropertySet.InternetHeaders;
  return new library.ExtendedPropertyDefinition(set, name, library.MapiPropertyType.String);
}

function addressOf(library: Library, { name, address }: Person) {
  return name === '' ? new library.EmailAddress(address) : new library.EmailAddress(name, address);
}

/** What is asked of a mail of ours: `state` before it is spent, `draft` when it was made, `found` when it was looked for. */
export function ownProperties(library: Library, wanted: 'state' | 'draft' | 'found' | 'marks') {
  const { ItemSchema, EmailMessageSchema } = library;
  const thread = [EmailMessageSchema.InternetMessageId, ItemSchema.ConversationId];
  const fields = {
    state: [],
    draft: [...thread, ItemSchema.Subject, EmailMessageSchema.ToRecipients, EmailMessageSchema.CcRecipients],
    found: [...thread, EmailMessageSchema.From, EmailMessageSchema.Sender],
    marks: [ItemSchema.InternetMessageHeaders, markProperty(library), headerProperty(library, markHeader)],
  }[wanted];
  return new library.PropertySet(library.BasePropertySet.IdOnly, [ItemSchema.IsDraft, ...fields]);
}

/** Some of the mail of this mailbox by its id; throws what the service says of it. */
export async function boundMail(
  { service, library }: { readonly service: ExchangeService; readonly library: Library },
  id: string,
  wanted: Parameters<typeof ownProperties>[1],
): Promise<EmailMessage> {
  const answers = await service.BindToItems([new library.ItemId(id)], ownProperties(library, wanted));
  const [answer] = answers.Responses;
  const error = serviceErrorOf(answer, library.ServiceError, 'the mail');
  if (error !== null) throw error;
  const item = answer?.Item ?? null;
  if (item instanceof library.EmailMessage) return item;
  throw new IntegratorError('protocol', 'the mail is of a kind that cannot be sent or answered');
}

export function draftOf(message: EmailMessage): Draft {
  return {
    id: message.Id.UniqueId,
    internetMessageId: normalMessageId(textIn(message, 'InternetMessageId')),
    conversationId: conversationOf(message),
    subject: textIn(message, 'Subject'),
    to: addressesOf(peopleIn(message, 'ToRecipients')),
    cc: addressesOf(peopleIn(message, 'CcRecipients')),
  };
}

function addressesOf(people: readonly Person[]): readonly string[] {
  return people.map(({ address }) => address).filter((address) => address !== '');
}

export function foundOf(item: unknown, place: FoundMail['place']): FoundMail {
  const from = personIn(item, 'From')?.address ?? '';
  return {
    id: textIn(fieldOf(item, 'Id'), 'UniqueId'),
    isDraft: flagIn(item, 'IsDraft'),
    place,
    internetMessageId: normalMessageId(textIn(item, 'InternetMessageId')),
    conversationId: conversationOf(item),
    from,
    sender: personIn(item, 'Sender')?.address || from,
  };
}

/** By the property on our side, or the header on the recipient's. */
export function bearsMark(message: EmailMessage, mark: string): boolean {
  return (
    listIn(message, 'ExtendedProperties').some((property) => textIn(property, 'Value') === mark) ||
    headersOf(message).some(({ name, value }) => name.toLowerCase() === markHeader && value.trim() === mark)
  );
}
