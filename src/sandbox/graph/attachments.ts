import { bytes } from '../reply.ts';
import type { Reply } from '../reply.ts';
import type { Attachment } from '../world/types.ts';
import { answer, folderOf, itemOf, mustBeReadable } from './call.ts';
import type { Call } from './call.ts';
import { attachmentJson, valueOf } from './attachment-json.ts';
import { itemNotFound, malformedId } from './errors.ts';
import { looksLikeId } from '../world/ids.ts';
import { target } from './messages.ts';

/** `GET …/attachments`: never in pages, whatever `$top` says; the content comes along unless `$select` leaves it out. */
export function listAttachments(call: Call): Reply {
  const item = target(call);
  mustBeReadable(item);
  const options = { select: call.query.select, expandItem: wantsItem(call) };
  return answer(call, 200, {
    '@odata.context': `${call.graph.root()}/$metadata#${call.base}/messages('${encodeURIComponent(call.values.at(-1) ?? '')}')/attachments`,
    value: item.attachments.map((attachment) => attachmentJson(attachment, call.view, options)),
  });
}

export function getAttachment(call: Call): Reply {
  const attachment = attachmentOf(call);
  const options = { select: call.query.select, expandItem: wantsItem(call) };
  return answer(call, 200, {
    '@odata.context': `${call.graph.root()}/$metadata#${call.base}/messages/attachments/$entity`,
    ...attachmentJson(attachment, call.view, options),
  });
}

export function getAttachmentValue(call: Call): Reply {
  const value = valueOf(attachmentOf(call));
  return bytes(200, value.contentType, value.bytes);
}

/** The attachment a path names: the last star; the mail is the one before it. */
export function attachmentOf({ mailbox, values }: Call): Attachment {
  const id = values.at(-1) ?? '';
  const [first = '', second = ''] = values;
  const item = values.length > 2 ? itemOf(mailbox, second, folderOf(mailbox, first)) : itemOf(mailbox, first);
  const serial = mailbox.ids.read('attachment', id);
  const found = item.attachments.find((attachment) => attachment.serial === serial);
  if (found === undefined) throw looksLikeId(id) ? itemNotFound() : malformedId();
  return found;
}

function wantsItem({ query }: Call): boolean {
  return query.expand.some(({ property }) => /^microsoft\.graph\.itemattachment\/item$/i.test(property));
}
