import { IntegratorError } from '../../domain/errors.ts';
import type { Header, ImportedMessage, MessageBody, Person, Sensitivity } from '../../domain/message.ts';
import { normalMessageId, toPerson, writtenOtherwise } from '../address.ts';
import type { MessageParts } from '../provider.ts';
import { isReportClass, mapiSensitivity, threadHeaders } from './mapi.ts';
import type { GraphMessage } from './schema.ts';
import { timeOf } from './values.ts';

/** Their JSON as our message. Throws `protocol` where it has no date at all: nothing could be ordered by it. */
export function toMessage(from: GraphMessage, parts: MessageParts): ImportedMessage {
  const sentAtMs = timeOf(from.sentDateTime);
  const receivedAtMs = timeOf(from.receivedDateTime) ?? sentAtMs;
  if (receivedAtMs === null) throw new IntegratorError('protocol', 'a mail without a date');
  const author = personOf(from.from);
  const sender = personOf(from.sender);
  const headers = headersOf(from);
  return {
    providerId: from.id,
    internetMessageId: normalMessageId(from.internetMessageId),
    from: author,
    ...writtenOtherwise(from.from?.emailAddress?.address),
    sender: sender?.address === author?.address ? null : sender,
    replyTo: peopleOf(from.replyTo),
    to: peopleOf(from.toRecipients),
    cc: peopleOf(from.ccRecipients),
    bcc: peopleOf(from.bccRecipients),
    subject: from.subject ?? '',
    sentAtMs,
    receivedAtMs,
    body: bodyOf(from.body) ?? { kind: 'text', content: '' },
    uniqueBody: bodyOf(from.uniqueBody),
    headers,
    conversationId: from.conversationId ?? null,
    isDraft: from.isDraft ?? false,
    sensitivity: mapiSensitivity(from) ?? sensitivityOf(headers),
    meeting: (from['@odata.type'] ?? '').toLowerCase().startsWith('#microsoft.graph.eventmessage'),
    // Only where the class was asked for; the headers of a report tell too, and they are judged elsewhere.
    report: isReportClass(from),
    ...parts,
  };
}

/** In the order received; where there are none, what MAPI keeps of a thread's headers. */
export function headersOf(from: GraphMessage): readonly Header[] {
  const headers: Header[] = [];
  for (const { name, value } of from.internetMessageHeaders ?? []) {
    if (name !== null && name !== undefined && name.trim() !== '') headers.push({ name, value: value ?? '' });
  }
  return headers.length > 0 ? headers : threadHeaders(from);
}

type GraphRecipient = GraphMessage['from'];

function personOf(recipient: GraphRecipient): Person | null {
  return toPerson(recipient?.emailAddress?.name, recipient?.emailAddress?.address);
}

function peopleOf(recipients: GraphMessage['toRecipients']): readonly Person[] {
  const people: Person[] = [];
  for (const recipient of recipients ?? []) {
    const person = personOf(recipient);
    if (person !== null) people.push(person);
  }
  return people;
}

function bodyOf(body: GraphMessage['body']): MessageBody | null {
  if (body?.content === null || body?.content === undefined) return null;
  return { kind: body.contentType?.toLowerCase() === 'text' ? 'text' : 'html', content: body.content };
}

const sensitivities: ReadonlySet<string> = new Set<Sensitivity>(['personal', 'private', 'confidential']);

/** Graph's messages have no property for it; the header (RFC 2156) says it. */
function sensitivityOf(headers: readonly Header[]): Sensitivity {
  const written = headers.find(({ name }) => name.toLowerCase() === 'sensitivity')?.value ?? '';
  const value = written
    .trim()
    .toLowerCase()
    .replace(/^company-/, '');
  return isSensitivity(value) ? value : 'normal';
}

function isSensitivity(value: string): value is Sensitivity {
  return sensitivities.has(value);
}
