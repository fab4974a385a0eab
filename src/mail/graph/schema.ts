import { z } from 'zod';
import { body as bodyText, byteCount, flag, handle, idText, listOf, text, toldFlag } from './values.ts';

/**
 * The fields of Microsoft Graph v1.0 that we use, and no others. Any of them may be absent (an entry of a later delta
 * round carries only what changed), null or something else than documented; see values.ts. Enum values come in any case.
 */
const address = z.object({ name: text, address: idText });
const recipient = z.object({ emailAddress: address.nullish().catch(null) });
const recipients = listOf(recipient, {});
const body = z.object({ contentType: text, content: bodyText }).nullish().catch(null);
const headers = listOf(z.object({ name: text, value: text }), {});

export const messageSchema = z.object({
  '@odata.type': text,
  id: handle,
  subject: text,
  from: recipient.nullish().catch(null),
  sender: recipient.nullish().catch(null),
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
  conversationId: idText,
  hasAttachments: toldFlag,
  isDraft: flag,
  singleValueExtendedProperties: listOf(z.object({ id: text, value: text }), {}),
});
export type GraphMessage = z.infer<typeof messageSchema>;

/** Where a list goes on: some services write that it does not as null, or as nothing at all between the quotes. */
const link = z
  .string()
  .nullish()
  .catch(null)
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

export const listedIdsSchema = z.object({ value: listOf(z.object({ id: handle }), { id: '' }) });

export const attachmentSchema = z.object({
  '@odata.type': text,
  id: handle.nullish().catch(null),
  name: text,
  contentType: text,
  size: byteCount,
  isInline: flag,
  contentId: text,
  /** Base64; only file attachments have it, and only where no fields were named. */
  contentBytes: z.string().nullish().catch(null),
});
export type GraphAttachment = z.infer<typeof attachmentSchema>;

export const folderSchema = z.object({
  '@odata.type': text,
  id: handle,
  displayName: text,
  parentFolderId: text,
  childFolderCount: byteCount,
});
export type GraphFolder = z.infer<typeof folderSchema>;

export const mailboxSettingsSchema = z.object({ userPurpose: text });
