import { z } from 'zod';
import { isInstead } from '../fault-effects.ts';
import type { AfterFault, Fault } from '../faults.ts';

/** The bodies of the control surface. Times are epoch milliseconds or ISO 8601; bytes are base64. */
const time = z.union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]);
const person = z.union([z.string(), z.object({ name: z.string(), address: z.string() })]);
const persons = z.union([person, z.array(person)]);
/** A path, or exact names. */
const folderPath = z.union([z.string(), z.array(z.string()).min(1)]);
const header = z.object({ name: z.string(), value: z.string() });
const content = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

const fileAttachment = z.object({
  kind: z.literal('file'),
  name: z.string(),
  contentType: z.string().exactOptional(),
  content,
  inline: z.boolean().exactOptional(),
  contentId: z.string().exactOptional(),
  damaged: z.boolean().exactOptional(),
});
const referenceAttachment = z.object({ kind: z.literal('reference'), name: z.string(), url: z.string() });

const messageSchema = z.strictObject({
  from: person.nullable().exactOptional(),
  sender: person.nullable().exactOptional(),
  to: persons.exactOptional(),
  cc: persons.exactOptional(),
  bcc: persons.exactOptional(),
  replyTo: persons.exactOptional(),
  subject: z.string().nullable().exactOptional(),
  html: z.string().exactOptional(),
  text: z.string().exactOptional(),
  uniqueBody: z.string().nullable().exactOptional(),
  headers: z.array(header).exactOptional(),
  internetMessageId: z.string().nullable().exactOptional(),
  inReplyTo: z.string().exactOptional(),
  references: z.array(z.string()).exactOptional(),
  receivedAt: time.exactOptional(),
  sentAt: time.exactOptional(),
  attachments: z.array(z.discriminatedUnion('kind', [fileAttachment, referenceAttachment])).exactOptional(),
  isDraft: z.boolean().exactOptional(),
  isRead: z.boolean().exactOptional(),
  sensitivity: z.enum(['normal', 'personal', 'private', 'confidential']).exactOptional(),
  meeting: z
    .object({
      kind: z.enum(['request', 'accepted', 'tentative', 'declined', 'cancelled']),
      startsAt: time,
      endsAt: time,
      location: z.string().default(''),
    })
    .exactOptional(),
  itemClass: z.string().exactOptional(),
  protection: z.enum(['none', 'smime_encrypted', 'smime_signed', 'rights']).exactOptional(),
  damaged: z.boolean().exactOptional(),
  auth: z.enum(['pass', 'fail', 'none']).exactOptional(),
  raw: content.exactOptional(),
  conversation: z.string().exactOptional(),
});

export const addMessageSchema = z.object({
  mailbox: z.string(),
  folder: folderPath.default('Inbox'),
  message: messageSchema,
});

export const answerSchema = z.strictObject({
  mailbox: z.string(),
  internetMessageId: z.string().exactOptional(),
  as: person.exactOptional(),
  replyTo: persons.exactOptional(),
  text: z.string(),
  all: z.boolean().exactOptional(),
  attachments: z.array(z.discriminatedUnion('kind', [fileAttachment, referenceAttachment])).exactOptional(),
  into: z.string().exactOptional(),
});

export const mailboxSchema = z.object({
  address: z.string(),
  displayName: z.string().exactOptional(),
  kind: z.enum(['user', 'shared', 'room', 'equipment', 'none']).exactOptional(),
  access: z.enum(['full', 'read', 'none', 'hidden']).exactOptional(),
  sendAs: z.enum(['ok', 'on_behalf', 'denied']).exactOptional(),
  userPrincipalName: z.string().exactOptional(),
  objectId: z.string().exactOptional(),
  language: z.enum(['en', 'de', 'ja']).exactOptional(),
  resolvesByAddress: z.boolean().exactOptional(),
  enabled: z.boolean().exactOptional(),
});

export const bulkSchema = z.object({
  mailbox: z.string(),
  folder: folderPath.default('Inbox'),
  count: z.number().int().positive(),
  bodyLength: z.number().int().positive().exactOptional(),
  attachmentEvery: z.number().int().nonnegative().exactOptional(),
  attachmentBytes: z.number().int().nonnegative().exactOptional(),
  newestAt: time.exactOptional(),
  intervalMs: z.number().exactOptional(),
  from: z.array(z.string()).exactOptional(),
  subjects: z.array(z.string()).exactOptional(),
  seed: z.number().exactOptional(),
});

const statusFault = {
  status: z.number().int(),
  code: z.string().exactOptional(),
  message: z.string().exactOptional(),
  retryAfter: z.string().exactOptional(),
  location: z.string().exactOptional(),
  noBody: z.boolean().exactOptional(),
};

const faultSchema: z.ZodType<Fault> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), ...statusFault }),
  z.object({ kind: z.literal('status_after'), ...statusFault }),
  z.object({
    kind: z.literal('html'),
    status: z.number().int().exactOptional(),
    text: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal('reset_before') }),
  z.object({ kind: z.literal('reset_after') }),
  z.object({ kind: z.literal('hang') }),
  z.object({ kind: z.literal('hang_after') }),
  z.object({ kind: z.literal('gzip_bomb'), megabytes: z.number().int().positive() }),
  z.object({ kind: z.literal('expired_token') }),
  z.object({ kind: z.literal('aadsts'), code: z.number().int(), retryAfter: z.string().exactOptional() }),
  z.object({ kind: z.literal('cut_connection') }),
  z.object({ kind: z.literal('drip'), pieceBytes: z.number().int().positive(), pauseMs: z.number() }),
  z.object({ kind: z.literal('delay'), ms: z.number() }),
  z.object({
    kind: z.literal('rewrite'),
    changes: z.array(z.object({ pattern: z.string(), replacement: z.string() })),
  }),
  z.object({ kind: z.literal('cut_json') }),
  z.object({ kind: z.literal('content_type'), contentType: z.string() }),
  z.object({ kind: z.literal('next_link'), how: z.enum(['loop', 'none', 'both']) }),
  z.object({ kind: z.literal('foreign_link'), origin: z.string() }),
  z.object({ kind: z.literal('empty_page') }),
  z.object({ kind: z.literal('double_entries') }),
  z.object({ kind: z.literal('drop_fields'), names: z.array(z.string()) }),
  z.object({
    kind: z.literal('replace_field'),
    id: z.string().exactOptional(),
    path: z.array(z.union([z.string(), z.number().int()])).min(1),
    value: z.json().exactOptional(),
  }),
  z.object({
    kind: z.literal('where'),
    holds: z.string(),
    fault: z.lazy(() => faultSchema.refine(isAfter, 'needs an answer to spoil')),
  }),
]);

function isAfter(fault: Fault): fault is AfterFault {
  return !isInstead(fault) && fault.kind !== 'delay';
}

export const ruleSchema = z.object({
  service: z.enum(['graph', 'entra', 'ews', 'upload', 'control', 'other']).exactOptional(),
  mailbox: z.string().exactOptional(),
  path: z.string().exactOptional(),
  method: z.string().exactOptional(),
  nth: z.number().int().positive().exactOptional(),
  count: z.number().int().nonnegative().exactOptional(),
  fault: faultSchema,
});

export const deliveredSchema = z.object({ subject: z.string().exactOptional() });
export const clockSchema = z.object({ advanceMs: z.number() });
export const itemSchema = z.object({ mailbox: z.string(), id: z.string() });
export const moveSchema = itemSchema.extend({ folder: folderPath });
export const readSchema = itemSchema.extend({ isRead: z.boolean().default(true) });
export const folderSchema = z.object({ mailbox: z.string(), path: folderPath, hidden: z.boolean().exactOptional() });
export const accessSchema = z.object({
  mailbox: z.string(),
  access: z.enum(['full', 'read', 'none', 'hidden']).exactOptional(),
  sendAs: z.enum(['ok', 'on_behalf', 'denied']).exactOptional(),
  enabled: z.boolean().exactOptional(),
  overQuota: z.boolean().exactOptional(),
});
export const appSchema = z.object({
  publicFlows: z.boolean().exactOptional(),
  consentPolicy: z.enum(['user', 'admin']).exactOptional(),
  adminConsented: z.boolean().exactOptional(),
  disabled: z.boolean().exactOptional(),
  roles: z.array(z.string()).exactOptional(),
  exchangeRoles: z
    .array(z.object({ role: z.string(), mailboxes: z.array(z.string()).nullable().default(null) }))
    .exactOptional(),
  addSecret: z.string().exactOptional(),
  expireSecret: z.string().exactOptional(),
  revokeSessionsOf: z.string().exactOptional(),
});
export const settingsSchema = z.record(z.string(), z.union([z.number(), z.boolean()]));
