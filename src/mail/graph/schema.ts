import { z } from 'zod';

/**
 * The fields of Microsoft Graph v1.0 that we use, and no others. Nearly everything may be absent (an entry of a later
 * delta round carries only what changed) or null; enum values come in any case.
 */
const address = z.object({ name: z.string().nullish(), address: z.string().nullish() });
const recipient = z.object({ emailAddress: address.nullish() });
const recipients = z.array(recipient).nullish();
const body = z.object({ contentType: z.string().nullish(), content: z.string().nullish() }).nullish();
const headers = z.array(z.object({ name: z.string().nullish(), value: z.string().nullish() })).nullish();
const text = z.string().nullish();
const flag = z.boolean().nullish();

export const messageSchema = z.object({
  '@odata.type': text,
  id: z.string().min(1),
  subject: text,
  from: recipient.nullish(),
  sender: recipient.nullish(),
  replyTo: recipients,
  toRecipients: recipients,
  ccRecipients: recipients,
  bccRecipients: recipients,
  receivedDateTime: text,
  sentDateTime: text,
  body,
  uniqueBody: body,
  internetMessageId: text,
  internetMessageHeaders: headers,
  conversationId: text,
  hasAttachments: flag,
  isDraft: flag,
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: text })).nullish(),
});
export type GraphMessage = z.infer<typeof messageSchema>;

/** Where a list goes on: some services write that it does not as null, or as nothing at all between the quotes. */
const link = z
  .string()
  .nullish()
  .transform((written) => written || undefined);

/**
 * A page of anything: entries unread, each is looked at on its own so that one bad entry spoils no other. The array is
 * the answer's own: who takes something out takes it out of the answer too.
 */
export const pageSchema = z.object({
  value: z.custom<unknown[]>((value) => Array.isArray(value)),
  '@odata.nextLink': link,
  '@odata.deltaLink': link,
});
export type GraphPage = z.infer<typeof pageSchema>;

export const attachmentSchema = z.object({
  '@odata.type': text,
  id: z.string().min(1),
  name: text,
  contentType: text,
  size: z.number().nullish(),
  isInline: flag,
  contentId: text,
  /** Base64; only file attachments have it, and only where no fields were named. */
  contentBytes: text,
});
export type GraphAttachment = z.infer<typeof attachmentSchema>;

export const folderSchema = z.object({
  '@odata.type': text,
  id: z.string().min(1),
  displayName: text,
  parentFolderId: text,
  childFolderCount: z.number().nullish(),
});
export type GraphFolder = z.infer<typeof folderSchema>;

export const mailboxSettingsSchema = z.object({ userPurpose: text });
