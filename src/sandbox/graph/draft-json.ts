import { z } from 'zod';
import type { AttachmentSpec, Header, MessageSpec, Person } from '../world/types.ts';
import { GraphRefusal, badRequest } from './errors.ts';
import { parseJson } from './users.ts';

/** What clients send: enums in any case, unknown properties refused. */
const recipientSchema = z.object({
  emailAddress: z.object({ address: z.string().nullish(), name: z.string().nullish() }),
});
const recipients = z.array(recipientSchema);
const bodySchema = z.object({ contentType: z.string().default('text'), content: z.string().nullable() });
const attachmentSchema = z.looseObject({
  '@odata.type': z.string(),
  name: z.string().nullish(),
  contentType: z.string().nullish(),
  contentBytes: z.string().nullish(),
  contentId: z.string().nullish(),
  isInline: z.boolean().nullish(),
  item: z.unknown().optional(),
});

const messageShape = z.object({
  subject: z.string().nullable().exactOptional(),
  body: bodySchema.exactOptional(),
  from: recipientSchema.nullable().exactOptional(),
  sender: recipientSchema.nullable().exactOptional(),
  toRecipients: recipients.exactOptional(),
  ccRecipients: recipients.exactOptional(),
  bccRecipients: recipients.exactOptional(),
  replyTo: recipients.exactOptional(),
  importance: z.string().exactOptional(),
  categories: z.array(z.string()).exactOptional(),
  isRead: z.boolean().exactOptional(),
  internetMessageId: z.string().exactOptional(),
  internetMessageHeaders: z.array(z.object({ name: z.string(), value: z.string() })).exactOptional(),
  attachments: z.array(attachmentSchema).exactOptional(),
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: z.string() })).exactOptional(),
  flag: z.unknown().optional(),
  isDeliveryReceiptRequested: z.boolean().nullish(),
  isReadReceiptRequested: z.boolean().nullish(),
  inferenceClassification: z.unknown().optional(),
  hasAttachments: z.boolean().exactOptional(),
});
type MessageInput = z.infer<typeof messageShape>;

const known: ReadonlySet<string> = new Set(Object.keys(messageShape.shape));

export function jsonBody(body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) return {};
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(body));
  if (!parsed.success) throw badRequest('Unable to read JSON request payload.');
  return parsed.data;
}

/** A message as a client describes it, as what a spec says about it. Only what was given is in the result. */
export function messageInput(value: unknown): MessageSpec {
  const fields = z.record(z.string(), z.unknown()).safeParse(value);
  if (!fields.success) throw badRequest('The message is missing.', 'ErrorInvalidRequest');
  const unknown = Object.keys(fields.data).find((name) => !known.has(name) && !name.startsWith('@'));
  if (unknown !== undefined) {
    throw badRequest(`The property '${unknown}' does not exist on type 'microsoft.graph.message'.`, 'RequestBodyRead');
  }
  const parsed = messageShape.safeParse(fields.data);
  if (!parsed.success) throw badRequest(z.prettifyError(parsed.error), 'RequestBodyRead');
  return specOf(parsed.data);
}

function specOf(input: MessageInput): MessageSpec {
  return {
    ...(input.subject === undefined ? {} : { subject: input.subject }),
    ...(input.body === undefined ? {} : bodySpec(input.body)),
    ...(input.from === undefined ? {} : { from: personOf(input.from) }),
    ...(input.toRecipients === undefined ? {} : { to: peopleOf(input.toRecipients) }),
    ...(input.ccRecipients === undefined ? {} : { cc: peopleOf(input.ccRecipients) }),
    ...(input.bccRecipients === undefined ? {} : { bcc: peopleOf(input.bccRecipients) }),
    ...(input.replyTo === undefined ? {} : { replyTo: peopleOf(input.replyTo) }),
    ...restOf(input),
  };
}

function restOf(input: MessageInput): MessageSpec {
  const properties = input.singleValueExtendedProperties?.map(({ id, value }) => [id, value] as const);
  return {
    ...(input.importance === undefined ? {} : { importance: importanceOf(input.importance) }),
    ...(input.categories === undefined ? {} : { categories: input.categories }),
    ...(input.isRead === undefined ? {} : { isRead: input.isRead }),
    ...(input.internetMessageId === undefined ? {} : { internetMessageId: input.internetMessageId }),
    ...(input.internetMessageHeaders === undefined ? {} : { headers: customHeaders(input.internetMessageHeaders) }),
    ...(input.attachments === undefined ? {} : { attachments: input.attachments.map(attachmentSpec) }),
    ...(properties === undefined ? {} : { extendedProperties: Object.fromEntries(properties) }),
  };
}

function bodySpec({ contentType, content }: z.infer<typeof bodySchema>): MessageSpec {
  return contentType.toLowerCase() === 'html' ? { html: content ?? '' } : { text: content ?? '' };
}

function importanceOf(text: string): 'low' | 'normal' | 'high' {
  const found = (['low', 'normal', 'high'] as const).find((one) => one === text.toLowerCase());
  if (found === undefined) throw badRequest(`Requested value '${text}' was not found.`, 'RequestBodyRead');
  return found;
}

/** At most five, none is an error too, and only `x-` ones. */
function customHeaders(headers: readonly Header[]): readonly Header[] {
  if (headers.length === 0 || headers.length > 5) {
    throw badRequest(
      'Maximum number of headers in one message should be less than or equal to 5.',
      'InvalidInternetMessageHeaderCollection',
    );
  }
  const wrong = headers.find(({ name }) => !/^x-/i.test(name));
  if (wrong !== undefined) {
    throw badRequest(
      `The internet message header name '${wrong.name}' should start with 'x-' or 'X-'.`,
      'InvalidInternetMessageHeader',
    );
  }
  return headers;
}

/** One attachment of a request. Throws for kinds that v1.0 cannot create. */
export function attachmentInput(value: unknown): AttachmentSpec {
  const parsed = attachmentSchema.safeParse(value);
  if (!parsed.success) throw badRequest('The attachment cannot be read.', 'RequestBodyRead');
  return attachmentSpec(parsed.data);
}

function attachmentSpec(input: z.infer<typeof attachmentSchema>): AttachmentSpec {
  const type = input['@odata.type'].replace(/^#/, '').toLowerCase();
  if (type === 'microsoft.graph.itemattachment') {
    return { kind: 'item', name: input.name ?? '', message: messageInput(withoutType(input.item)) };
  }
  if (type !== 'microsoft.graph.fileattachment')
    throw badRequest(`Attachments of type '${type}' cannot be created.`, 'ErrorInvalidRequest');
  const content = Buffer.from(input.contentBytes ?? '', 'base64');
  if (content.length > 3 * 1024 * 1024) {
    throw new GraphRefusal(413, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.');
  }
  return {
    kind: 'file',
    name: input.name ?? '',
    contentType: input.contentType ?? 'application/octet-stream',
    content,
    inline: input.isInline ?? false,
    ...(typeof input.contentId === 'string' ? { contentId: input.contentId } : {}),
  };
}

function withoutType(item: unknown): unknown {
  return typeof item === 'object' && item !== null
    ? Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith('@')))
    : item;
}

function personOf(input: z.infer<typeof recipientSchema> | null): Person | null {
  if (input === null) return null;
  const address = input.emailAddress.address ?? '';
  return { name: input.emailAddress.name ?? address, address };
}

function peopleOf(list: z.infer<typeof recipients>): readonly Person[] {
  return list.map(personOf).filter((one) => one !== null);
}
