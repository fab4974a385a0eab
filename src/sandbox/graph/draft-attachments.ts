import { empty, json } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { z } from 'zod';
import { isOwner } from './access.ts';
import { attachmentJson } from './attachment-json.ts';
import { attachmentOf } from './attachments.ts';
import { answer } from './call.ts';
import type { Call } from './call.ts';
import { attachmentInput, jsonBody } from './draft-json.ts';
import { attach } from './drafts.ts';
import { GraphRefusal, accessDenied, badRequest } from './errors.ts';
import { target } from './messages.ts';

/** `POST messages/{id}/attachments`: under 3 MB. */
export function addAttachment(call: Call): Reply {
  const item = target(call);
  if (call.request.body.length > call.graph.settings.maxRequestBytes) {
    throw new GraphRefusal(413, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.');
  }
  const id = attach(call, item, attachmentInput(jsonBody(call.request.body)));
  const added = item.attachments.find((one) => call.mailbox.ids.make('attachment', one.serial) === id);
  if (added === undefined) throw badRequest('The attachment is gone.');
  const context = `${call.graph.root()}/$metadata#${call.base}/messages/attachments/$entity`;
  return answer(call, 201, {
    '@odata.context': context,
    ...attachmentJson(added, call.view, { select: null, expandItem: false }),
  });
}

/** `DELETE messages/{id}/attachments/{id}` */
export function removeAttachment(call: Call): Reply {
  const gone = attachmentOf(call);
  const item = target({ ...call, values: call.values.slice(0, -1) });
  const attachments = item.attachments.filter((one) => one !== gone);
  call.mailbox.change(item, { attachments, modifiedAt: call.graph.now() }, 'updated');
  return empty(204);
}

const sessionSchema = z.object({
  attachmentType: z.string(),
  name: z.string(),
  size: z.number().int().positive(),
  contentType: z.string().nullish(),
  isInline: z.boolean().nullish(),
  contentId: z.string().nullish(),
});

const largest = 150 * 1024 * 1024;
const sessionLifeMs = 3 * 86_400_000;

/** `POST messages/{id}/attachments/createUploadSession`: for 3 to 150 MB. */
export function createUploadSession(call: Call): Reply {
  const item = target(call);
  // A documented known issue: on a shared or delegated mailbox this is refused.
  if (call.caller.kind === 'person' && !isOwner(call.caller, call.mailbox) && !call.graph.settings.delegatedUploads)
    throw accessDenied();
  const body = jsonBody(call.request.body);
  const parsed = sessionSchema.safeParse(body['AttachmentItem'] ?? body['attachmentItem']);
  if (!parsed.success) throw badRequest('The AttachmentItem cannot be read.', 'ErrorInvalidRequest');
  const { name, size, contentType, isInline, contentId } = parsed.data;
  if (size > largest) throw new GraphRefusal(413, 'ErrorAttachmentSizeLimitExceeded', 'The attachment is too large.');
  const expiresAt = call.graph.now() + sessionLifeMs;
  const token = call.graph.uploads.add({
    mailbox: call.mailbox,
    itemKey: item.key,
    name,
    contentType: contentType ?? 'application/octet-stream',
    inline: isInline ?? false,
    contentId: contentId ?? null,
    size,
    expiresAt,
    received: [],
    receivedBytes: 0,
  });
  const { origin } = new URL(call.graph.root());
  const id = call.mailbox.ids.make('item', item.instance);
  return json(201, {
    '@odata.context': `${call.graph.root()}/$metadata#microsoft.graph.uploadSession`,
    uploadUrl: `${origin}/upload/api/v2.0/Users('${call.mailbox.objectId}')/Messages('${encodeURIComponent(id)}')/AttachmentSessions('${token}')?authtoken=${token}`,
    expirationDateTime: new Date(expiresAt).toISOString(),
    nextExpectedRanges: ['0-'],
  });
}
